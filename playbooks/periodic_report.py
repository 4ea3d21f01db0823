"""What happened in a day, a week or a month; what stands open; what is out of the ordinary.

Rows P5, P7, P24 and P25 of the playbook. One report a period: once the period is over and all of
it was read, the kept report is the answer, however often it is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from playbooks.arguments import PeriodKind
from playbooks.days import WorkDays
from playbooks.desk import Desk, silent
from playbooks.development_log import read_log
from playbooks.errors import StoreUnusable
from playbooks.periodic_answer import PROCEDURE, Answer, not_answered
from playbooks.periodic_facts import facts_of, instants_of
from playbooks.periodic_series import Material
from playbooks.ports import Progress
from playbooks.report import Report
from playbooks.report_period import Period, period_of
from playbooks.runs import keep, reread
from playbooks.task_reading import read_tasks
from playbooks.tool_source import read_tools
from playbooks.velocity_question import Window
from playbooks.verdict import Verdict


async def periodic_report(
    desk: Desk,
    kind: PeriodKind = "daily",
    *,
    day: date | None = None,
    refresh: bool = False,
    progress: Progress = silent,
) -> Report:
    """The report of the period that holds `day`: kept if it is final, unless `refresh`.

    Without a day: today so far, the last whole week, the last whole month. Changes nothing. Its
    run has one id a period, so that made again it replaces itself.

    Raises:
        QuestionInvalid: the day lies in the future, or before anything.
        ConfigurationInvalid: the configuration has mistakes.
    """
    desk.require_configuration()
    period = period_of(kind, desk.work.days.local_day(desk.clock()), day)
    kept = None if refresh else (await _kept(desk, period)).report
    if kept is not None and _is_final(kept):
        return _again(kept, desk)
    report = await _made(desk, period, progress)
    await keep(desk, report)
    return report


def run_id_of(desk: Desk, period: Period) -> str:
    """The one run of a period, for this configuration and token."""
    return f"run_{period.kind}_{period.whole.first}_{desk.configuration.digest}"


@dataclass(frozen=True, slots=True)
class _Kept:
    """The kept report of a period; `known` False: the store could not be asked."""

    report: Report | None = None
    known: bool = True


async def _kept(desk: Desk, period: Period) -> _Kept:
    try:
        return _Kept(await desk.store.run(run_id_of(desk, period)))
    except StoreUnusable:
        return _Kept(known=False)


def _is_final(report: Report) -> bool:
    return report.measurements.get("state") == "final"


def _again(kept: Report, desk: Desk) -> Report:
    note = "This report is kept; with refresh=true it is made anew."
    told = kept.model_copy(update={"next_actions": (*kept.next_actions[:2], note)})
    return reread(told, desk.clock())


async def _made(desk: Desk, period: Period, progress: Progress) -> Report:
    run_id = run_id_of(desk, period)
    tasks = await read_tasks(desk, procedure=PROCEDURE, run_id=run_id, progress=progress)
    if isinstance(tasks, Verdict):
        # Under an id of its own: no answer must not replace one that is kept.
        return not_answered(desk, tasks, period, desk.new_run_id())
    missed, known = await _missed(desk, period)
    since = _first_day(period, missed, desk.work.days)
    log = await read_log(desk, since, procedure=PROCEDURE, run_id=run_id, progress=progress)
    span = instants_of(Window(since, period.window.last), desk.work)
    tools = await read_tools(desk, span, run_id=run_id, progress=progress, procedure=PROCEDURE)
    material = Material(tasks, log, tools)

    def told() -> Report:
        facts = facts_of(material, period, desk.work, desk.bands, missed=missed)
        return Answer(facts, material, desk.work, catch_up_known=known).report(desk, run_id)

    return await desk.aside(told)


def _first_day(period: Period, missed: Sequence[Period], days: WorkDays) -> date:
    """The earliest day that anything is told of."""
    windows = [period.window, *period.earlier(days), *(each.whole for each in missed)]
    return min(window.first for window in windows)


async def _missed(desk: Desk, period: Period) -> tuple[list[Period], bool]:
    """The periods since the last one that was reported, the oldest first.

    None where no report is kept that is recent enough: there is nothing to go on from. One that
    was told before it was over is told again.
    """
    missed: list[Period] = []
    for before in period.before():
        kept = await _kept(desk, before)
        if not kept.known:
            return [], False
        if kept.report is not None:
            is_told = _is_final(kept.report)
            return [*([] if is_told else [before]), *reversed(missed)], True
        missed.append(before)
    return [], True

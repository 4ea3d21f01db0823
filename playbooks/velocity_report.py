"""How fast are we, how sure is that, and when will it be done?

Row P10 of the playbook. All figures come from the mirror's rows; each says of how many tasks and by
which convention it was computed, and what cannot be computed is None with a reason.
"""

from datetime import date
from typing import Final

from playbooks.arguments import USUAL_VELOCITY_DAYS, Compare, GroupBy, Pictured
from playbooks.desk import Desk, silent
from playbooks.forecast import LONGEST_HORIZON_DAYS, working_days_until
from playbooks.picture import Specification
from playbooks.ports import Progress
from playbooks.report import Report
from playbooks.runs import keep
from playbooks.task_reading import TasksRead, read_tasks
from playbooks.velocity import Question, velocity_of
from playbooks.velocity_answer import Answer, not_answered
from playbooks.velocity_findings import PROCEDURE
from playbooks.velocity_picture import picture_of
from playbooks.velocity_question import (
    QuestionInvalid,
    Selection,
    window_of,
)
from playbooks.verdict import Verdict
from playbooks.work import Work


async def velocity_report(  # noqa: PLR0913 - what a person may ask, all keyword-only
    desk: Desk,
    *,
    period_days: int = USUAL_VELOCITY_DAYS,
    since: date | None = None,
    until: date | None = None,
    selection: Selection = Selection(),  # noqa: B008 - frozen
    group_by: GroupBy | None = None,
    forecast_by: date | None = None,
    forecast_count: int | None = None,
    compare: Compare | None = None,
    picture: Pictured | None = None,
    progress: Progress = silent,
) -> Report:
    """One report on the tasks that are meant: what was done, how long it takes, what to expect.

    `forecast_count` None: when all open ones are done. `picture` None: the one that fits what is
    asked. Changes nothing. Raises ConfigurationInvalid, and QuestionInvalid for days that make no
    sense.
    """
    desk.require_configuration()
    now = desk.clock()
    today = desk.work.days.local_day(now)
    question = Question(
        today=today,
        window=window_of(today, days_count=period_days, since=since, until=until),
        selection=selection,
        group_by=group_by,
        forecast_by=_future(forecast_by, today, desk.work),
        forecast_count=forecast_count,
        compare=compare,
        picture=picture,
    )
    report, drawn = await _report(desk, question, desk.new_run_id(), progress)
    await keep(desk, report, drawn)
    return report


def _future(day: date | None, today: date, work: Work) -> date | None:
    if day is None:
        return None
    remedy = f"Give a day after today, at most {LONGEST_HORIZON_DAYS} working days ahead."
    if day <= today:
        problem = f"`forecast_by` {day} does not lie ahead: today is {today}."
        raise QuestionInvalid(problem, remedy=remedy)
    is_near = (day - today).days <= _FAR_DAYS
    if is_near and working_days_until(today, day, work.days.is_working) <= LONGEST_HORIZON_DAYS:
        return day
    raise QuestionInvalid(f"`forecast_by` {day} lies too far ahead.", remedy=remedy)


_FAR_DAYS: Final = 5 * LONGEST_HORIZON_DAYS


async def _report(
    desk: Desk, question: Question, run_id: str, progress: Progress
) -> tuple[Report, Specification | None]:
    read = await read_tasks(desk, procedure=PROCEDURE, run_id=run_id, progress=progress)
    if isinstance(read, Verdict):
        return not_answered(desk, read, question, run_id), None
    return await desk.aside(lambda: _told(desk, read, question, run_id))


def _told(
    desk: Desk, read: TasksRead, question: Question, run_id: str
) -> tuple[Report, Specification | None]:
    velocity = velocity_of(read.tasks, question, desk.work)
    answer = Answer(
        velocity=velocity,
        roles=read.roles,
        meanings=read.meanings,
        reading=read.reading,
        work=desk.work,
        bands=desk.bands,
    )
    return answer.report(desk, run_id), picture_of(velocity, desk.work.days)

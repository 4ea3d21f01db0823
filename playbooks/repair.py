"""Plans of kind `repair` (P17): what `validate_data` found wrong, and what is put right.

Three classes: `safe` is planned unasked, `review` alone when asked for and few at a time, `never`
is told with what a person should do. What a person acknowledged is left as it is.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from typing import Final

from playbooks.contract_check import Mismatch
from playbooks.database_search import wanted_kinds
from playbooks.desk import DatabaseSetting, Desk
from playbooks.errors import PlanUnusable
from playbooks.plan_kind import Draft, Request
from playbooks.records import Transition
from playbooks.repair_bench import Bench
from playbooks.repair_gathering import Gathering, drafted
from playbooks.repair_rows import mend
from playbooks.repair_schema import Columns
from playbooks.report import Gate
from playbooks.row_rules import Failure
from playbooks.row_rules_check import Checkup, failures
from playbooks.tasks import status_meanings
from playbooks.validation import Judged, Validated, judged_database
from playbooks.verdict import Verdict

MOST_REVIEWED: Final = 50
"""A person looks at no more changes with care."""

_PROCEDURE: Final = "plan_change"
_REMEMBERED: Final = timedelta(days=400)


async def propose(desk: Desk, request: Request) -> Draft:
    """The repairs of that class, the schema's first; changes nothing.

    Raises PlanUnusable where nothing can be written, NotionError where Notion does not answer.
    """
    if desk.editor is None:
        raise PlanUnusable(
            "There is no workspace to repair, or this server only reads.",
            remedy="health_check tells which.",
        )
    review = bool(request.review)
    most = desk.bands.plan_most_changes
    gathering = Gathering(review, min(most, MOST_REVIEWED) if review else most)
    kinds = wanted_kinds(desk, request.database)
    for kind in kinds:
        run_id = desk.new_run_id()
        checkup = await failures(desk, kind.key, procedure=_PROCEDURE, run_id=run_id)
        if isinstance(checkup, Verdict):
            gathering.gates.append(checkup.gate)
            continue
        validated = await judged_database(desk, checkup, now=desk.clock(), whole=False)
        await _schema(desk, checkup, validated, gathering)
        bench = await _bench(desk, checkup, validated)
        await gather_rows(bench, validated.judged, gathering)
        gathering.gates.append(_gate(validated))
    return drafted(gathering)


async def _schema(desk: Desk, checkup: Checkup, validated: Validated, gathering: Gathering) -> None:
    assert desk.editor is not None
    setting = desk.connection.databases.get(validated.key) or DatabaseSetting()
    table_id = checkup.opened.view.schema.id
    columns = Columns(validated, setting, table_id, desk.editor)
    for mismatch in validated.mismatches:
        rule = f"{validated.key}.schema.{mismatch.kind}"
        mend = await columns.mend(mismatch)
        gathering.take(rule, mend, "safe", _instead(mismatch))


def _instead(mismatch: Mismatch) -> str:
    return f"{mismatch.says}: correct it in Notion, in playbooks.toml or in the contract."


async def gather_rows(bench: Bench, results: Sequence[Judged], gathering: Gathering) -> None:
    """Sort every failure in; only what may be planned is looked at closer."""
    for judged in results:
        rule = judged.result.rule
        for failure in judged.open:
            if rule.repair == "never":
                gathering.leave(rule.id, f"{rule.remedy} First: {failure}")
            elif rule.repair == "review" and not gathering.review:
                gathering.others[rule.id] += 1
            elif gathering.is_full or not failure.row.values:
                gathering.waiting[rule.id] += 1
            else:
                found = await mend(bench, rule.name, failure)
                gathering.take(rule.id, found, rule.repair, f"{rule.remedy} First: {failure}")


async def _bench(desk: Desk, checkup: Checkup, validated: Validated) -> Bench:
    assert desk.editor is not None
    setting = desk.connection.databases.get(checkup.key) or DatabaseSetting()
    opened = checkup.opened
    repeated = {
        failure.other for failure in _all_open(validated) if failure.other and failure.row.values
    }
    others = {row.id: row async for row in opened.view.rows() if row.id in repeated}
    return Bench(
        opened=opened,
        contract=checkup.contract,
        meanings=status_meanings(opened.roles, setting.statuses),
        days=desk.work.days,
        today=desk.work.days.local_day(desk.clock()),
        editor=desk.editor,
        exporter=desk.exporter,
        others=others,
        moved={each.row_id: each async for each in _moves(desk, checkup)},
    )


def _all_open(validated: Validated) -> Iterator[Failure]:
    for judged in validated.judged:
        yield from judged.open


async def _moves(desk: Desk, checkup: Checkup) -> AsyncIterator[Transition]:
    """The recorded changes of the status, the newest of a row last."""
    status = checkup.opened.roles.filled.get("status")
    if checkup.key != "task_management" or status is None:
        return
    async for each in checkup.opened.view.transitions(desk.clock() - _REMEMBERED):
        if each.property_id == status.id:
            yield each


def _gate(validated: Validated) -> Gate:
    broken = {failure.row.id for failure in _all_open(validated)}
    told = f"{len(broken)} rows break rules, {len(validated.mismatches)} mistakes of its schema"
    return Gate(name=f"database {validated.key}", status="ok", reason=told)

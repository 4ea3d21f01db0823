"""Can the data be trusted? Access, schema against contract, drift, and every row (P16).

A check that fails itself makes its gate unknown: it is no failure of the data, nor is it ok.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final

from playbooks.arguments import MOST_EXAMPLES
from playbooks.database_search import wanted_kinds
from playbooks.databases import DatabaseKey
from playbooks.desk import Desk, silent
from playbooks.drift import form_of
from playbooks.errors import PlaybookError
from playbooks.object_ids import written_id
from playbooks.ports import Progress
from playbooks.records import Reading
from playbooks.render import summarise
from playbooks.report import Coverage, Report, judge
from playbooks.row_rules_check import failures
from playbooks.runs import keep
from playbooks.text import listed
from playbooks.validation import (
    PROCEDURE,
    Validated,
    by_severity,
    findings_of,
    gates_of,
    judged_database,
    measures_of,
)
from playbooks.validation_text import table_of
from playbooks.verdict import Verdict


async def validate_data(  # noqa: PLR0913 - what a person may ask, all keyword-only
    desk: Desk,
    *,
    database: DatabaseKey | None = None,
    rules: Collection[str] = (),
    row_ids: Collection[str] = (),
    examples: int = MOST_EXAMPLES,
    progress: Progress = silent,
) -> Report:
    """One report on every database of the playbook, or on one; changes nothing.

    `rules` are ids, with or without the database; `row_ids` limit what is judged, not what is
    read. Raises ConfigurationInvalid, and RulesUnknown for a rule that no database has,
    RowsUnknown for a row that none has.
    """
    desk.require_configuration()
    now, run_id = desk.clock(), desk.new_run_id()
    asked = frozenset(map(written_id, row_ids))
    whole = not rules and not row_ids
    await _note_kept_schemas(desk)
    validated: list[Validated] = []
    for kind in wanted_kinds(desk, database):
        checkup = await failures(
            desk,
            kind.key,
            procedure=PROCEDURE,
            run_id=run_id,
            rules=rules,
            row_ids=asked,
            progress=progress,
        )
        if isinstance(checkup, Verdict):
            validated.append(Validated(kind.key, checkup))
        else:
            complete = whole and checkup.opened.view.reading.complete
            validated.append(await judged_database(desk, checkup, now=now, whole=complete))
    _require_known(rules, validated)
    _require_met(asked, validated)
    report = await desk.aside(lambda: _report(desk, run_id, now, validated, examples))
    await keep(desk, report)
    return report


class RulesUnknown(PlaybookError):
    """No database that could be read has a rule of that name."""

    def __init__(self, valid: Sequence[str]) -> None:
        super().__init__("There is no such rule.", remedy=f"Valid ones: {', '.join(valid)}.")


def _require_known(rules: Collection[str], validated: Sequence[Validated]) -> None:
    ids = [rule_id for each in validated if each.checkup for rule_id in each.checkup.rule_ids]
    known = {*ids, *(rule_id.partition(".")[2] for rule_id in ids)}
    if ids and set(rules) - known:
        raise RulesUnknown(sorted(ids))


class RowsUnknown(PlaybookError):
    """Rows were asked for that no database looked at has."""

    def __init__(self, ids: Sequence[str], keys: Sequence[DatabaseKey]) -> None:
        told = listed([each[:_ID_SHOWN_LENGTH] for each in ids])
        super().__init__(
            f"There is no such row in {listed(keys)}: {told}.",
            remedy="Give ids or links of rows that are there and out of the trash.",
        )


_ID_SHOWN_LENGTH: Final = 64


def _require_met(row_ids: frozenset[str], validated: Sequence[Validated]) -> None:
    """Where every database was read, each row asked for has to be in one of them."""
    met: set[str] = set()
    for each in validated:
        if each.checkup is None:
            return
        met |= each.checkup.met_ids or frozenset()
    if unknown := sorted(row_ids - met):
        raise RowsUnknown(unknown, [each.key for each in validated])


async def _note_kept_schemas(desk: Desk) -> None:
    """What the mirror kept before it is refreshed was seen, too; nothing depends on it."""
    if desk.mirror is None or desk.book is None:
        return
    try:
        for kept in await desk.mirror.kept():
            if not await desk.book.schemas(kept.id):
                view = await desk.mirror.open(kept.id, strategy="OFFLINE")
                await desk.book.note_schema(kept.id, view.reading.as_of, form_of(view.schema))
    except PlaybookError:
        return


def _report(
    desk: Desk, run_id: str, now: datetime, validated: Sequence[Validated], examples: int
) -> Report:
    gates = tuple(gate for each in validated for gate in gates_of(each, now))
    findings = by_severity(
        [found for each in validated for found in findings_of(each, now, examples)]
    )
    readings = [each.checkup.opened.view.reading for each in validated if each.checkup]
    as_of = min((reading.as_of for reading in readings), default=now)
    report = Report(
        procedure=PROCEDURE,
        run_id=run_id,
        status=judge(gates, ()),
        headline=_headline(validated),
        workspace=desk.connection.workspace,
        connection=desk.configuration.digest,
        as_of=as_of,
        age_s=round(max(0.0, (desk.clock() - as_of).total_seconds()), 1),
        source="live" if all(each.source == "live" for each in readings) else "cache",
        coverage=_coverage(validated, readings),
        gates=gates,
        measurements={k: v for each in validated for k, v in measures_of(each).items()},
        findings=findings,
        next_actions=tuple(_next_actions(desk, validated)),
        summary="",
    )
    return report.model_copy(update={"summary": summarise(report, table_of(validated, now))})


def _coverage(validated: Sequence[Validated], readings: Sequence[Reading]) -> Coverage:
    scanned = sum(each.checkup.scanned_count for each in validated if each.checkup)
    complete = len(readings) == len(validated) and all(each.complete for each in readings)
    total = sum(each.rows_count for each in readings) if complete else None
    return Coverage(scanned=scanned, total=total, complete=complete)


def _headline(validated: Sequence[Validated]) -> str:
    read = [each for each in validated if each.checkup is not None]
    rows = sum(each.checkup.scanned_count for each in read if each.checkup)
    wrong = [judged for each in read for judged in each.judged if judged.is_wrong]
    broken = {failure.row.id for judged in wrong for failure in judged.open}
    unread = [each.key for each in validated if each.checkup is None]
    judged_count = sum(each.checkup.judged_count for each in read if each.checkup)
    part = f"{judged_count} of " if judged_count < rows else ""
    told = f"{part}{rows} rows of {len(read)} databases: {len(broken)} break {len(wrong)} rules"
    lost = f"; {listed(unread)} could not be read" if unread else ""
    return f"{told}{lost}."


def _next_actions(desk: Desk, validated: Sequence[Validated]) -> Iterator[str]:
    wrong = [judged for each in validated for judged in each.judged if judged.is_wrong]
    safe = sum(len(each.open) for each in wrong if each.result.rule.repair == "safe")
    review = sum(len(each.open) for each in wrong if each.result.rule.repair == "review")
    if (safe or review) and not desk.connection.read_only:
        told = f"{safe} repairs are safe, {review} need a decision"
        yield f"plan_change(kind='repair') previews what can be repaired: {told}."
    if any(each.checkup is None for each in validated):
        yield "health_check says what is wrong with access, token or service."
    if wrong:
        yield "validate_data(detail='full') shows up to 20 examples of each rule."

"""One database, validated: what its gates say, what was found, and the figures of every rule."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from playbooks.contract_check import Mismatch, mismatches, unknown_rules
from playbooks.databases import DatabaseKey
from playbooks.desk import Desk
from playbooks.drift import Drift, drifts, form_of
from playbooks.errors import StoreUnusable
from playbooks.kept_data import Acknowledged
from playbooks.report import Finding, Gate, GateStatus, Severity, worst
from playbooks.row_rules import Failure, RuleResult
from playbooks.row_rules_check import Checkup
from playbooks.text import listed, shown
from playbooks.verdict import Verdict

PROCEDURE: Final = "validate_data"


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule's result with what is remembered of its failures.

    `known` are the ids that a person acknowledged, until an instant that lies ahead. `first_seen`
    is empty where nothing could be remembered.
    """

    result: RuleResult
    known: frozenset[str] = frozenset()
    first_seen: Mapping[str, datetime] = field(default_factory=dict[str, datetime])

    @property
    def open(self) -> list[Failure]:
        """The failures that nobody acknowledged."""
        return [each for each in self.result.failed if each.row.id not in self.known]

    def new_count(self, now: datetime) -> int:
        """How many were never seen before."""
        return sum(self.first_seen.get(each.row.id) == now for each in self.open)

    @property
    def is_wrong(self) -> bool:
        """Whether more rows break the rule than may."""
        if not self.open:
            return False
        allowed = (1 - self.result.rule.mostly) * self.result.checked_count
        return len(self.open) > allowed


@dataclass(frozen=True, slots=True)
class Validated:
    """What is known of one database; without a checkup its verdict says why."""

    key: DatabaseKey
    verdict: Verdict | None = None
    checkup: Checkup | None = None
    mismatches: Sequence[Mismatch] = ()
    strange_rules: Sequence[str] = ()
    drifts: Sequence[Drift] = ()
    seen_since: datetime | None = None
    judged: Sequence[Judged] = ()
    acknowledged: Collection[str] = ()


async def judged_database(desk: Desk, checkup: Checkup, *, now: datetime, whole: bool) -> Validated:
    """The checkup against the contract, against what was seen before, and what is known.

    `whole`: every rule over every row, so that failures that are gone can be forgotten.
    """
    schema, roles = checkup.opened.view.schema, checkup.opened.roles
    since = now - timedelta(days=desk.bands.drift_window_days)
    seen = await _schemas_seen(desk, checkup, now)
    matter = frozenset(prop.id for prop in roles.filled.values())
    known = await _acknowledged(desk, now)
    wrong = mismatches(checkup.contract, schema, roles)
    names = {rule_id.partition(".")[2] for rule_id in checkup.rule_ids}
    return Validated(
        key=checkup.key,
        checkup=checkup,
        mismatches=wrong,
        strange_rules=unknown_rules(checkup.contract, names),
        drifts=drifts(seen, since=since, matter=matter),
        seen_since=seen[-1][0] if seen else None,
        judged=[
            await _judged(desk, result, known, now=now, whole=whole) for result in checkup.results
        ],
        acknowledged=frozenset(each.rule for each in known if not each.row_id),
    )


async def _schemas_seen(
    desk: Desk, checkup: Checkup, now: datetime
) -> Sequence[tuple[datetime, Mapping[str, object]]]:
    """Every schema that was seen, this one included, newest first."""
    if desk.book is None:
        return []
    schema = checkup.opened.view.schema
    try:
        await desk.book.note_schema(schema.id, now, form_of(schema))
        return await desk.book.schemas(schema.id)
    except StoreUnusable:
        return []


async def _acknowledged(desk: Desk, now: datetime) -> Sequence[Acknowledged]:
    if desk.book is None:
        return []
    try:
        return [each for each in await desk.book.acknowledged() if each.until > now]
    except StoreUnusable:
        return []


async def _judged(
    desk: Desk,
    result: RuleResult,
    acknowledged: Sequence[Acknowledged],
    *,
    now: datetime,
    whole: bool,
) -> Judged:
    ids = [failure.row.id for failure in result.failed]
    rows = {each.row_id for each in acknowledged if each.rule == result.rule.id}
    known = frozenset(ids if "" in rows else rows & set(ids))
    if desk.book is None or result.error is not None:
        return Judged(result, known)
    try:
        seen = await desk.book.saw(result.rule.id, ids, now, complete=whole)
    except StoreUnusable:
        return Judged(result, known)
    return Judged(result, known, seen)


def gates_of(validated: Validated, now: datetime) -> Iterator[Gate]:
    """Access, schema, drift and rows of one database."""
    checkup = validated.checkup
    if checkup is None:
        assert validated.verdict is not None
        yield validated.verdict.gate
        return
    yield _access_gate(checkup)
    yield _schema_gate(validated)
    yield _drift_gate(validated)
    yield _rows_gate(validated, now)


def _access_gate(checkup: Checkup) -> Gate:
    reading, schema = checkup.opened.view.reading, checkup.opened.view.schema
    told = f"{shown(schema.title)} can be read, {checkup.scanned_count} rows"
    name = f"database {checkup.key}"
    if reading.stale_because is not None:
        why = f"{told} of a copy of {reading.as_of:%Y-%m-%d %H:%M} UTC: "
        return Gate(name=name, status="warning", reason=why + reading.stale_because.problem)
    if not reading.complete:
        return Gate(name=name, status="unknown", reason=f"{told}, but {' '.join(reading.gaps)}")
    return Gate(name=name, status="ok", reason=told)


def _schema_gate(validated: Validated) -> Gate:
    assert validated.checkup is not None
    wrong = [each.says for each in validated.mismatches]
    wrong += [f"there is no rule {shown(name)}" for name in validated.strange_rules]
    told = f"as in the contract {validated.checkup.contract.fingerprint}"
    strange: tuple[GateStatus, ...] = ("warning",) if validated.strange_rules else ()
    status = worst((*_voices([each.severity for each in validated.mismatches]), *strange))
    reason = "; ".join(wrong) if wrong else told
    return Gate(name=f"schema {validated.key}", status=status, reason=reason)


def _voices(severities: Iterable[Severity]) -> Iterator[GateStatus]:
    """What severities say to a gate; info says nothing."""
    for severity in severities:
        if severity != "info":
            yield severity


def _drift_gate(validated: Validated) -> Gate:
    name = f"drift {validated.key}"
    if validated.seen_since is None:
        return Gate(name=name, status="not_measured", reason="no schema is remembered")
    open_ = [each for each in validated.drifts if not is_known(validated, each)]
    if not open_:
        told = f"no change since {validated.seen_since:%Y-%m-%d %H:%M} UTC"
        known = f"; {len(validated.drifts)} known" if validated.drifts else ""
        return Gate(name=name, status="ok", reason=told + known)
    breaking = [each for each in open_ if each.breaking]
    status: GateStatus = "warning" if breaking else "ok"
    return Gate(name=name, status=status, reason=listed([each.says for each in open_], 3))


def drift_rule(key: DatabaseKey, drift: Drift) -> str:
    """By what a change of a schema is acknowledged."""
    return f"{key}.drift.{drift.kind}.{drift.property_id}"


def is_known(validated: Validated, drift: Drift) -> bool:
    """Whether a person acknowledged the change."""
    return drift_rule(validated.key, drift) in validated.acknowledged


def _rows_gate(validated: Validated, now: datetime) -> Gate:
    name, judged = f"rows {validated.key}", validated.judged
    failing = [each for each in judged if each.is_wrong and each.result.rule.severity != "info"]
    unknown = [each for each in judged if each.result.error or each.result.unknown_count]
    voices: tuple[GateStatus, ...] = ("unknown",) if unknown else ()
    statuses = (*_voices(each.result.rule.severity for each in failing), *voices)
    checked = sum(not each.result.absent for each in judged)
    rows = {failure.row.id for each in failing for failure in each.open}
    new = sum(each.new_count(now) for each in failing)
    told = f"{checked} rules, {len(failing)} broken by {len(rows)} rows"
    told += f" ({new} failures new)" if new else ""
    told += "".join(f"; {each.result.rule.name}: {_unknown_told(each)}" for each in unknown[:3])
    return Gate(name=name, status=worst(statuses), reason=told)


def _unknown_told(judged: Judged) -> str:
    return judged.result.error or f"{judged.result.unknown_count} rows cannot be judged"


def findings_of(validated: Validated, now: datetime, examples: int) -> Iterator[Finding]:
    """What is wrong with one database, the worst first."""
    if validated.verdict is not None:
        found = validated.verdict.finding(PROCEDURE)
        yield from () if found is None else (found,)
    for mismatch in validated.mismatches:
        yield _mismatch_finding(validated.key, mismatch)
    for drift in validated.drifts:
        yield _drift_finding(validated, drift)
    failing = [each for each in validated.judged if each.result.failed]
    for each in failing:
        yield _rule_finding(validated, each, now, examples)
    for each in validated.judged:
        if each.result.error is not None:
            yield _error_finding(each)


def _mismatch_finding(key: DatabaseKey, mismatch: Mismatch) -> Finding:
    return Finding(
        id=f"{PROCEDURE}.{key}.schema.{mismatch.kind}",
        severity=mismatch.severity,
        what=f"{key}: {mismatch.says}",
        remedy="Bring it back in Notion, name the property that has it in playbooks.toml, or"
        " change the contract.",
    )


def _drift_finding(validated: Validated, drift: Drift) -> Finding:
    known = is_known(validated, drift)
    since = "" if drift.since is None else f" (seen since {drift.since:%Y-%m-%d %H:%M} UTC)"
    breaks = drift.breaking and not known
    return Finding(
        id=f"{PROCEDURE}.{drift_rule(validated.key, drift)}",
        severity="warning" if breaks else "info",
        what=f"{validated.key}: {drift.says}{since}{', acknowledged' if known else ''}",
        remedy="If it was meant, acknowledge it: notion-playbooks contract acknowledge"
        f" {drift_rule(validated.key, drift)}. Else take it back in Notion."
        if breaks
        else "",
        confidence="certain" if drift.certain else "likely",
    )


def _rule_finding(validated: Validated, judged: Judged, now: datetime, examples: int) -> Finding:
    result, rule = judged.result, judged.result.rule
    count, noun = len(result.failed), "row" if len(result.failed) == 1 else "rows"
    share = f"{count} of {result.checked_count} ({result.failed_percent:.1f} %) {noun}"
    parts = [f"{rule.id}: {share} {rule.what}", *_remembered(judged, now)]
    severity = rule.severity if judged.is_wrong else "info"
    return Finding(
        id=f"{PROCEDURE}.{rule.id}",
        severity=severity,
        what="; ".join(parts),
        evidence=(
            *_distorted(validated, judged),
            *(_example(judged, each, now) for each in _shown(judged)[:examples]),
        ),
        remedy=f"{rule.remedy} (repair: {rule.repair})" if judged.is_wrong else "",
    )


def _shown(judged: Judged) -> list[Failure]:
    """What nobody knows comes first."""
    return sorted(judged.result.failed, key=lambda each: each.row.id in judged.known)


def _example(judged: Judged, failure: Failure, now: datetime) -> str:
    first = judged.first_seen.get(failure.row.id)
    since = "" if first is None or first == now else f", since {first:%Y-%m-%d}"
    known = ", acknowledged" if failure.row.id in judged.known else ""
    return f"{failure}{since}{known}"


def _remembered(judged: Judged, now: datetime) -> Iterator[str]:
    new_count, known_count = judged.new_count(now), len(judged.known)
    if judged.first_seen and new_count < len(judged.open):
        yield f"{new_count} new"
    if known_count:
        yield f"{known_count} acknowledged"


def _distorted(validated: Validated, judged: Judged) -> Iterator[str]:
    """Which figures lose these rows, and what the others would be without them."""
    rule, failed = judged.result.rule, judged.result.failed
    if rule.spoils:
        yield f"left out of {', '.join(rule.spoils)}"
    if validated.checkup is not None and rule.distorts:
        ids = [each.row.id for each in failed]
        yield from map(str, validated.checkup.figures.distorted(rule.distorts, ids))


def _error_finding(judged: Judged) -> Finding:
    rule = judged.result.rule
    return Finding(
        id=f"{PROCEDURE}.{rule.id}",
        severity="info",
        what=f"{rule.id}: {judged.result.error}; nothing is known of the rows",
        remedy="",
        confidence="possible",
    )


def measures_of(validated: Validated) -> dict[str, float | int | str | None]:
    """The figures of one database, rule by rule."""
    key, checkup = validated.key, validated.checkup
    if checkup is None:
        return {f"{key}.rows_count": None}
    failing = [each for each in validated.judged if each.result.failed]
    told: dict[str, float | int | str | None] = {
        f"{key}.rows_count": checkup.scanned_count,
        f"{key}.failed_rows_count": len({f.row.id for each in failing for f in each.result.failed}),
        f"{key}.rules_count": sum(not each.result.absent for each in validated.judged),
        f"{key}.rules_broken_count": len(failing),
        f"{key}.drifts_count": len(validated.drifts),
        f"{key}.mismatches_count": len(validated.mismatches),
        f"{key}.contract": checkup.contract.fingerprint,
    }
    for each in validated.judged:
        told |= _of_rule(each.result)
    return told


def _of_rule(result: RuleResult) -> dict[str, float | int | str | None]:
    """None for what nobody could check."""
    rule_id = result.rule.id
    if result.error is not None or result.absent:
        return {f"{rule_id}.failed_count": None}
    unknown = {f"{rule_id}.unknown_count": result.unknown_count} if result.unknown_count else {}
    return {
        f"{rule_id}.checked_count": result.checked_count,
        f"{rule_id}.failed_count": len(result.failed),
        **unknown,
    }


def by_severity(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The worst first, else in the order of the databases and rules."""
    order = {"critical": 0, "warning": 1, "info": 2}
    return tuple(sorted(findings, key=lambda each: order[each.severity]))

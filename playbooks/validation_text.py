"""What was found, in Markdown: a table of the rules that are broken."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from playbooks.render import figures_of, summarise
from playbooks.report import Finding, Report
from playbooks.validation import PROCEDURE, Judged, Validated

_ROWS_SHOWN: Final = 25
_SHORT_ROWS_COUNT: Final = 18
_SHORT_FINDINGS_COUNT: Final = 2


def table_of(validated: Sequence[Validated], now: datetime) -> list[str]:
    """The broken rules with an example of each, as one paragraph; none where none is broken."""
    wrong = [judged for each in validated for judged in each.judged if judged.is_wrong]
    if not wrong:
        return []
    lines = [_line(judged, now) for judged in wrong]
    hidden = len(lines) - _ROWS_SHOWN
    more = [f"and {hidden} more rules"] if hidden > 0 else []
    head = ["| rule | rows | new | repair | such as |", "| --- | --- | --- | --- | --- |"]
    return ["\n".join([*head, *lines[:_ROWS_SHOWN]]), *more]


def _line(judged: Judged, now: datetime) -> str:
    rule, count = judged.result.rule, judged.result.checked_count
    new = judged.new_count(now) if judged.first_seen else "?"
    # The link alone: a title is foreign, and long.
    such_as = judged.open[0].url
    return f"| {rule.id} | {len(judged.open)} of {count} | {new} | {rule.repair} | {such_as} |"


def in_short(report: Report) -> Report:
    """The same for a small context: the table, and what matters most of the findings."""
    matter = [finding for finding in report.findings if finding.severity != "info"]
    kept = matter[:_SHORT_FINDINGS_COUNT]
    told = report.model_copy(update={"findings": tuple(_untold(each) for each in matter)})
    hidden = len(report.findings) - len(kept)
    more = f"\n\n{PROCEDURE}(detail='full') explains {hidden} more findings." if hidden else ""
    update = {
        "summary": summarise(told, _cut(figures_of(report.summary))) + more,
        "findings": tuple(each.model_copy(update={"evidence": ()}) for each in kept),
        "gates": tuple(
            gate.model_copy(update={"reason": ""}) for gate in report.gates if gate.status != "ok"
        ),
        "measurements": dict(_short(report)),
    }
    return told.model_copy(update=update)


def _cut(tables: Sequence[str]) -> list[str]:
    """The first rules of the table; how many there are is told by the gates."""
    head = 2
    return ["\n".join(each.splitlines()[: head + _SHORT_ROWS_COUNT]) for each in tables]


def _untold(finding: Finding) -> Finding:
    """A rule's finding stands in the table; what is wrong with access or schema is told."""
    of_rule = finding.id.count(".") == len(("procedure", "database"))
    return finding.model_copy(update={"remedy": "", "evidence": ()}) if of_rule else finding


def _short(report: Report) -> Iterator[tuple[str, float | int | str | None]]:
    """Of rules only what is broken, and of many the first."""
    shown_count = 0
    for name, value in report.measurements.items():
        if name.count(".") == 1 and name.endswith("rows_count"):
            yield name, value
        elif name.endswith(".failed_count") and value and shown_count < _SHORT_ROWS_COUNT:
            shown_count += 1
            yield name, value

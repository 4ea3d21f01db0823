"""A short answer stays short: what matters least is left out until it fits."""

from collections.abc import Callable
from typing import Final, TypeAlias

from playbooks.report import Report

MOST_TOKENS: Final = 1500
"""Of a short answer; a token is taken as four bytes."""

_BYTES_PER_TOKEN: Final = 4

Trim: TypeAlias = Callable[[Report], Report | None]
"""Leaves one thing out; None where nothing of its kind is left."""


def fitted(report: Report) -> Report:
    """The report with as much left out as needs be; figures, status and headline always stay."""
    shown = report
    for trim in _TRIMS:
        while _tokens_count(shown) > MOST_TOKENS and (smaller := trim(shown)) is not None:
            shown = smaller
    if shown is report:
        return report
    return shown.model_copy(update={"summary": f"{shown.summary}\n{_NOTE}"})


_NOTE: Final = "Shortened: detail='full' has the rest."


def _tokens_count(report: Report) -> float:
    written = report.model_dump_json()
    return len(f"{written}{_NOTE}".encode()) / _BYTES_PER_TOKEN


def _twice_told(report: Report) -> Report | None:
    """Reasons and evidence stand in the summary, too."""
    gates = tuple(gate.model_copy(update={"reason": ""}) for gate in report.gates)
    findings = tuple(each.model_copy(update={"evidence": ()}) for each in report.findings)
    less = report.model_copy(update={"gates": gates, "findings": findings})
    return None if less == report else less


def _next_action(report: Report) -> Report | None:
    less = _without_last_line(report, "Next: ", least_count=1)
    kept = report.next_actions[: max(1, len(report.next_actions) - 1)]
    return None if less is None else less.model_copy(update={"next_actions": kept})


def _without_last(start: str, *, least_count: int) -> Trim:
    return lambda report: _without_last_line(report, start, least_count=least_count)


def _without_last_line(report: Report, start: str, *, least_count: int) -> Report | None:
    lines = report.summary.split("\n")
    places = [place for place, line in enumerate(lines) if line.startswith(start)]
    if len(places) <= least_count:
        return None
    del lines[places[-1]]
    return report.model_copy(update={"summary": "\n".join(lines)})


def _finding(report: Report) -> Report | None:
    """The last one, which matters least; a first one always stays."""
    if len(report.findings) <= 1:
        return None
    return report.model_copy(update={"findings": report.findings[:-1]})


def _clause(report: Report) -> Report | None:
    """The last clause of the longest line that has several; headline and origin stay."""
    lines = report.summary.split("\n")
    divided = [(len(lines[n]), n) for n in range(1, len(lines) - 1) if _but_last(lines[n])]
    if not divided:
        return None
    _, place = max(divided)
    lines[place] = _but_last(lines[place])
    return report.model_copy(update={"summary": "\n".join(lines)})


def _but_last(line: str) -> str:
    """Without its last clause, which never begins within a code span; "" where it has but one."""
    before, divider, _ = line.rpartition("; ")
    while divider and before.count("`") % 2:
        before, divider, _ = before.rpartition("; ")
    return before


_TRIMS: Final[tuple[Trim, ...]] = (
    _twice_told,
    _without_last("  - ", least_count=0),
    _next_action,
    _without_last("| ", least_count=5),
    _finding,
    _without_last("To do, ", least_count=1),
    _clause,
)
"""What is left out first comes first: evidence, further advice, rows of tables, then clauses."""

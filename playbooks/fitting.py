"""A short answer stays short: what matters least is left out until it fits."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from playbooks.render import evidence_left_out, findings_left_out, rows_left_out
from playbooks.report import Report

MOST_TOKENS: Final = 1500
"""Of a short answer; a token is taken as four bytes."""

_BYTES_PER_TOKEN: Final = 4

Trim: TypeAlias = Callable[[Report], Report | None]
"""Leaves one thing out; None where nothing of its kind is left."""


def shortened(report: Report) -> Report:
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
    lines = report.summary.split("\n")
    places = [place for place, line in enumerate(lines) if line.startswith("Next: ")]
    if len(places) <= 1:
        return None
    del lines[places[-1]]
    kept = report.next_actions[: max(1, len(report.next_actions) - 1)]
    return report.model_copy(update={"summary": "\n".join(lines), "next_actions": kept})


@dataclass(frozen=True, slots=True)
class _Listed:
    """Lines of the summary that begin alike, of which some always stay.

    `left_out` is what is written below them where so many are left out.
    """

    start: str
    least_count: int
    left_out: Callable[[int], str]

    def __call__(self, report: Report) -> Report | None:
        """Without the last of them, which is counted below."""
        lines = report.summary.split("\n")
        places = [n for n in range(len(lines)) if self._is_one(lines[n:])]
        if len(places) <= self.least_count:
            return None
        last = places[-1]
        count, rest = self._counted(lines[last + 1 :])
        # Where none of a list is left, nothing looks whole.
        more = self.left_out(count + 1).split("\n") if last - 1 in places else []
        return report.model_copy(update={"summary": "\n".join([*lines[:last], *more, *rest])})

    def _is_one(self, lines: Sequence[str]) -> bool:
        return lines[0].startswith(self.start) and self._counted(lines)[0] == 0

    def _counted(self, lines: Sequence[str]) -> tuple[int, Sequence[str]]:
        """How many are said to be left out at the beginning of these lines; those after it."""
        for number in re.findall(r"\d+", "\n".join(lines[:2])):
            told = self.left_out(int(number)).split("\n")
            if list(lines[: len(told)]) == told:
                return int(number), lines[len(told) :]
        return 0, lines


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
    """Without its last clause, but for what says so; "" where it has but one."""
    counted = _COUNTED.fullmatch(line)
    before = _before_last(line.removesuffix(_CUT) if counted is None else counted[1])
    cut = _CUT if counted is None else f"; and {int(counted[2]) + 1} more"
    return before and f"{before}{cut}"


_CUT: Final = "; …"
_COUNTED: Final = re.compile(r"(.*); and (\d+) more")


def _before_last(line: str) -> str:
    """What stands before the last clause, which never begins within a code span."""
    before, divider, _ = line.rpartition("; ")
    while divider and before.count("`") % 2:
        before, divider, _ = before.rpartition("; ")
    return before


_TRIMS: Final[tuple[Trim, ...]] = (
    _twice_told,
    _Listed("  - ", 0, evidence_left_out),
    _next_action,
    _Listed("| ", 5, rows_left_out),
    _finding,
    _Listed("To do, ", 1, findings_left_out),
    _clause,
)
"""What is left out first comes first: evidence, further advice, rows of tables, then clauses."""

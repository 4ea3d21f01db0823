"""What a question about metrics comes to, before it is a report."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from playbooks.picture import Specification
from playbooks.render import rows_left_out
from playbooks.report import Finding, Gate, Severity
from playbooks.unicode_bars import fenced
from playbooks.verdict import Verdict

PROCEDURE: Final = "query_metrics"

ROWS_SHOWN: Final = 40
"""Longer tables are read in the full report: every row is evidence of a finding there."""

Measurements = dict[str, float | int | str | None]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures, the header first; cells are shown as they are."""

    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def markdown(self) -> str:
        """The first rows as a Markdown table; the others counted. Empty for no rows."""
        if not self.rows:
            return ""
        rule = tuple("---" if place == 0 else "---:" for place in range(len(self.header)))
        lines = [_line(cells) for cells in (self.header, rule, *self.rows[:ROWS_SHOWN])]
        hidden = len(self.rows) - ROWS_SHOWN
        more = [rows_left_out(hidden)] if hidden > 0 else []
        return "\n".join([*lines, *more])

    def finding(self) -> list[Finding]:
        """The whole table, where it was cut."""
        if len(self.rows) <= ROWS_SHOWN:
            return []
        lines = tuple(
            ", ".join(map(": ".join, zip(self.header, row, strict=True))) for row in self.rows
        )
        return [finding("table", "info", "every row of the table", evidence=lines)]


@dataclass(frozen=True, slots=True)
class Answer:
    """The judged figures of one question; `is_judged` False: of no figure is enough known."""

    headline: str
    table: Table
    verdicts: Sequence[Verdict] = ()
    measurements: Measurements = field(default_factory=Measurements)
    findings: Sequence[Finding] = ()
    bars: Sequence[str] = ()
    picture: Specification | None = None
    is_judged: bool = True

    @property
    def figures(self) -> list[str]:
        """The table, and the lines of bars: each as Markdown, where there are any."""
        return [each for each in (self.table.markdown(), fenced(self.bars)) if each]

    @property
    def gates(self) -> tuple[Gate, ...]:
        """One for each verdict."""
        return tuple(verdict.gate for verdict in self.verdicts)

    def all_findings(self) -> tuple[Finding, ...]:
        """What the verdicts say is wrong, then the rest."""
        judged = [each for verdict in self.verdicts if (each := verdict.finding(PROCEDURE))]
        return (*judged, *self.findings, *self.table.finding())


def finding(
    name: str, severity: Severity, what: str, *, evidence: Sequence[str] = (), remedy: str = ""
) -> Finding:
    """A finding of this procedure."""
    return Finding(
        id=f"{PROCEDURE}.{name}",
        severity=severity,
        what=what,
        evidence=tuple(evidence),
        remedy=remedy,
    )


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

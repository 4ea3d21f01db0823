"""The summary of a report: short Markdown that suffices alone, for people and models."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from playbooks.report import Coverage, Finding, Gate, GateStatus, Report, Source, Status

MARKS: Final[dict[GateStatus, str]] = {
    "ok": "✓",
    "warning": "!",
    "critical": "✗",
    "unknown": "?",
    "not_measured": "·",
}
"""One character for each status, readable without colour."""

_STATUSES: Final[dict[str, GateStatus]] = {mark: status for status, mark in MARKS.items()}
_GATE_LINE: Final = re.compile(
    rf"- (?P<mark>[{''.join(MARKS.values())}]) (?P<name>.+?): "
    r"(?P<reason>.*?)(?: \((?P<ms>\d+) ms\))?"
)
"""As `_gate_line` writes it."""

_FINDINGS_SHOWN: Final = 10
"""More findings than this make a summary nobody reads; the structured report holds them all."""

_EVIDENCE_SHOWN: Final = 10
"""More evidence than this is read in the structured report."""


def summarise(report: Report, figures: Sequence[str] = ()) -> str:
    """The whole report in Markdown: headline, figures, gates, what to do, where it came from.

    Figures are Markdown tables and fenced bars: a paragraph each.
    """
    parts = [
        f"**{_title(report.procedure)}: {report.status}**. {report.headline}",
        *figures,
        "\n".join(_gate_line(gate) for gate in report.gates),
        "\n".join(_finding_parts(report.findings)),
        "\n".join(f"Next: {action}" for action in report.next_actions),
        provenance(report),
    ]
    return "\n\n".join(part for part in parts if part)


def figures_of(summary: str) -> list[str]:
    """The figures that stand in a summary."""
    return [part for part in summary.split("\n\n") if part.startswith(_FIGURES)]


_FIGURES: Final = ("| ", "```", "and ")
"""How a table begins, a fence, and the count of a table's other rows; nothing foreign does."""


def told_gates(report: Report) -> list[Gate]:
    """Every gate with its reason, also of a report in short, whose summary alone tells them all."""
    if report.gates and all(gate.reason for gate in report.gates):
        return list(report.gates)
    lines = map(_GATE_LINE.fullmatch, report.summary.splitlines())
    told = [_told_gate(line) for line in lines if line is not None]
    return told or list(report.gates)


def _told_gate(line: re.Match[str]) -> Gate:
    status = _STATUSES[line["mark"]]
    latency_ms = None if line["ms"] is None else float(line["ms"])
    reason = line["reason"].removeprefix(_status_word(status))
    return Gate(name=line["name"], status=status, reason=reason, latency_ms=latency_ms)


def provenance(report: Report) -> str:
    """Where the answer came from, as of when, and how much it covers: one line."""
    return (
        f"{report.workspace}, {_origin(report.source, report.as_of, report.age_s)};"
        f" {_covered(report.coverage)}; run {report.run_id}"
    )


def _title(procedure: str) -> str:
    return procedure.replace("_", " ").capitalize()


def _gate_line(gate: Gate) -> str:
    latency = f" ({gate.latency_ms:.0f} ms)" if gate.latency_ms is not None else ""
    return f"- {MARKS[gate.status]} {gate.name}: {_status_word(gate.status)}{gate.reason}{latency}"


def _status_word(status: str) -> str:
    return "" if status == "ok" else f"{status.replace('_', ' ')}, "


def finding_lines(finding: Finding) -> list[str]:
    """What is wrong and what to do, then the first evidence and how much more there is."""
    shown = [f"  - {evidence}" for evidence in finding.evidence[:_EVIDENCE_SHOWN]]
    hidden = len(finding.evidence) - len(shown)
    more = [evidence_left_out(hidden)] if hidden else []
    return [f"To do, {finding.what.partition(':')[0]}: {finding.remedy}", *shown, *more]


def _finding_parts(findings: tuple[Finding, ...]) -> list[str]:
    urgent = [finding for finding in findings if finding.remedy]
    parts = ["\n".join(finding_lines(finding)) for finding in urgent[:_FINDINGS_SHOWN]]
    hidden = len(urgent) - len(parts)
    return [*parts, findings_left_out(hidden)] if hidden else parts


def rows_left_out(count: int) -> str:
    """What stands below a table of which so many rows are left out: a paragraph of its own."""
    return f"\nand {count} more {'row' if count == 1 else 'rows'} in the full report"


def evidence_left_out(count: int) -> str:
    """What stands below a finding of whose evidence so many lines are left out."""
    return f"  - and {count} more in the full report"


def findings_left_out(count: int) -> str:
    """What stands below what is to do, where so many findings are left out."""
    return f"{count} more {'finding is' if count == 1 else 'findings are'} in the full report."


def _origin(source: Source, as_of: datetime, age_s: float) -> str:
    moment = f"{as_of:%Y-%m-%d %H:%M:%S} UTC"
    return (
        f"{source}, as of {moment}" if age_s < 1 else f"{source}, as of {moment}, {age_s:.0f} s old"
    )


def _covered(coverage: Coverage) -> str:
    total = "an unknown total" if coverage.total is None else str(coverage.total)
    return f"covered {coverage.scanned} of {total}"


def verdict_word(status: Status) -> str:
    """How a headline begins."""
    return {
        "ok": "All is well",
        "warning": "Works, with warnings",
        "critical": "Does not work",
        "unknown": "Cannot tell",
    }[status]

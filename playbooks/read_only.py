"""What a server that only reads says: nothing that sends one to a tool that it does not have."""

import re
from collections.abc import Collection
from typing import Final

from playbooks.report import Report

INSTEAD: Final = "This server only reads."
"""Said where nothing else is left to say."""

_SENTENCE_END: Final = re.compile(r"(?<=[.;!?])\s+")


def without_mention(text: str, names: Collection[str]) -> str:
    """The text, ours alone, without the sentences that name one of these tools."""
    if not _mentions(text, names):
        return text
    lines = [_line_without(line, names) for line in text.split("\n")]
    return "\n".join(line for line in lines if line is not None) or INSTEAD


def report_without(report: Report, names: Collection[str]) -> Report:
    """The report with no such sentence in what it tells to do; what it found stays as it is."""
    remedies = {
        finding.remedy: without_mention(finding.remedy, names) for finding in report.findings
    }
    dropped = {action for action in report.next_actions if _mentions(action, names)}
    summary = report.summary
    for remedy, left in remedies.items():
        summary = summary.replace(f": {remedy}", f": {left}") if remedy else summary
    for action in dropped:
        summary = summary.replace(f"Next: {action}\n", "").replace(f"\n\nNext: {action}", "")
    findings = [
        finding.model_copy(update={"remedy": remedies[finding.remedy]})
        for finding in report.findings
    ]
    actions = [action for action in report.next_actions if action not in dropped]
    changes = {"findings": tuple(findings), "next_actions": tuple(actions), "summary": summary}
    return report.model_copy(update=changes)


def _line_without(line: str, names: Collection[str]) -> str | None:
    """None for a line of which nothing is left."""
    if not _mentions(line, names):
        return line
    kept = [part for part in _SENTENCE_END.split(line) if not _mentions(part, names)]
    return " ".join(kept) or None


def _mentions(text: str, names: Collection[str]) -> bool:
    return any(re.search(rf"\b{name}\b", text) for name in names)

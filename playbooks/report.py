"""The one envelope: every procedure answers with a Report."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["ok", "warning", "critical", "unknown"]
GateStatus = Literal["ok", "warning", "critical", "unknown", "not_measured"]
Severity = Literal["critical", "warning", "info"]
Confidence = Literal["certain", "likely", "possible"]
Source = Literal["live", "cache", "snapshot"]

WORST_FIRST: tuple[Status, ...] = ("critical", "unknown", "warning", "ok")
"""The worst gate decides, and unknown is never ok."""


class Frozen(BaseModel):
    """A value: it never changes, and an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Gate(Frozen):
    """One question a procedure put, and what came of it.

    `unknown` was tried and got no answer; `not_measured` has no data yet and never votes.
    """

    name: str
    status: GateStatus
    reason: str
    latency_ms: float | None = None


class Finding(Frozen):
    """One thing wrong, with evidence; `id` is stable between runs."""

    id: str
    severity: Severity
    what: str
    evidence: tuple[str, ...] = ()
    remedy: str = ""
    confidence: Confidence = "certain"


class Coverage(Frozen):
    """How much was looked at; `total` is None when it is not known."""

    scanned: int = Field(ge=0)
    total: int | None = Field(default=None, ge=0)
    complete: bool


class Report(Frozen):
    """The answer of a procedure, the same for a person, a model and a machine."""

    procedure: str
    run_id: str
    status: Status
    headline: str
    workspace: Literal["Notion", "sample workspace"] = Field(description="Whose data these are.")
    connection: str = Field(description="Digest of the configuration and token in use.")
    as_of: datetime
    age_s: float = Field(ge=0)
    source: Source
    coverage: Coverage
    gates: tuple[Gate, ...] = ()
    measurements: dict[str, float | int | str | None]
    findings: tuple[Finding, ...] = ()
    next_actions: tuple[str, ...] = Field(default=(), max_length=3)
    summary: str = Field(description="Short Markdown that suffices alone.")


def worst(statuses: Iterable[GateStatus]) -> Status:
    """The status that decides; `ok` for nothing measured, since nothing voted against it."""
    present = set(statuses)
    for status in WORST_FIRST:
        if status in present:
            return status
    return "ok"


def judge(gates: Sequence[Gate], findings: Sequence[Finding]) -> Status:
    """The status of a report: the worst of its gates and of its findings, `info` aside."""
    voices: list[GateStatus] = [gate.status for gate in gates]
    voices.extend(finding.severity for finding in findings if finding.severity != "info")
    return worst(voices)

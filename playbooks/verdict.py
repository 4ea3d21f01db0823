"""A gate together with what to do about it and what it counts for."""

from dataclasses import dataclass
from typing import Final

from playbooks.report import Finding, Gate, GateStatus, Severity

_SEVERITY: Final[dict[GateStatus, Severity]] = {
    "critical": "critical",
    "unknown": "warning",
    "warning": "warning",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judged gate; `measured` is the figure that was judged, in the unit of its band."""

    gate: Gate
    remedy: str = ""
    evidence: tuple[str, ...] = ()
    measured: float | None = None
    from_api: bool = False
    configured: bool = False
    accessible: bool = False

    @property
    def votes(self) -> bool:
        """Whether there were data to judge."""
        return self.gate.status != "not_measured"

    @classmethod
    def of(
        cls,
        name: str,
        status: GateStatus,
        reason: str,
        remedy: str = "",
        latency_ms: float | None = None,
    ) -> "Verdict":
        """A gate that was answered; the remedy is kept only where something is wrong."""
        gate = Gate(name=name, status=status, reason=reason, latency_ms=latency_ms)
        return cls(gate, "" if status == "ok" else remedy)

    @classmethod
    def skipped(cls, name: str, why: str) -> "Verdict":
        """A gate without data, or whose question could not be put."""
        return cls(Gate(name=name, status="not_measured", reason=why))

    @classmethod
    def silent(cls, name: str) -> "Verdict":
        """A gate that was tried and got no answer in time."""
        return cls.of(name, "unknown", "no answer before the deadline", _NO_ANSWER)

    def finding(self, procedure: str) -> Finding | None:
        """What is wrong, or None where nothing is."""
        severity = _SEVERITY.get(self.gate.status)
        if severity is None:
            return None
        return Finding(
            id=f"{procedure}.{self.gate.name.replace(' ', '.')}",
            severity=severity,
            what=f"{self.gate.name}: {self.gate.reason}",
            evidence=self.evidence,
            remedy=self.remedy,
            confidence="possible" if self.gate.status == "unknown" else "certain",
        )


_NO_ANSWER: Final = (
    "Run it again in a minute; if it stays silent, check this machine's network and proxy, and"
    " Notion's status page."
)

"""Why a workspace is slow: one cause with its numbers, and what its remedy would save."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from playbooks.report import Confidence, Finding, Severity

CauseName = Literal[
    "slow_database",
    "slow_service",
    "heavy_rollups",
    "large_database",
    "foreign_rate_limit",
    "own_rate_limit",
    "blocked",
    "n_plus_one",
    "unread_pages",
    "small_pages",
    "unfiltered",
    "missing_filter_properties",
    "useless_retries",
    "network",
    "client_time",
    "change_point",
    "breaker_open",
    "low_cache_hit_rate",
    "ttl",
]

PROCEDURE: Final = "diagnose_performance"

SAVING: Final = "predicted saving"
"""How the line of evidence begins that tells what the remedy would save."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause, of one thing (`about`: a database's key, a group; "" for all).

    `saved_requests` and `saved_s` are what the remedy would have saved in the window or, where
    `evidence` says so, for one reading; None: not a matter of requests or of time.
    """

    name: CauseName
    evidence: tuple[str, ...]
    remedy: str
    about: str = ""
    severity: Severity = "warning"
    confidence: Confidence = "certain"
    saved_requests: float | None = None
    saved_s: float | None = None

    def finding(self) -> Finding:
        """The cause as a finding of the report."""
        about = f".{self.about}" if self.about else ""
        return Finding(
            id=f"{PROCEDURE}.{self.name}{about}",
            severity=self.severity,
            what=f"{self.name} of {self.about}" if self.about else self.name,
            evidence=(*self.evidence, *self._savings()),
            remedy=self.remedy,
            confidence=self.confidence,
        )

    def _savings(self) -> tuple[str, ...]:
        requests = [] if self.saved_requests is None else [f"{self.saved_requests:.0f} requests"]
        seconds = [] if self.saved_s is None else [f"{self.saved_s:.1f} s"]
        parts = [*requests, *seconds]
        return (f"{SAVING}: {' and '.join(parts)}",) if parts else ()


def by_weight(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """The causes, the gravest first, then by the seconds and requests that they cost."""
    return tuple(sorted(causes, key=_weight))


def _weight(cause: Cause) -> tuple[int, float, float, str, str]:
    rank = {"critical": 0, "warning": 1, "info": 2}[cause.severity]
    return rank, -(cause.saved_s or 0), -(cause.saved_requests or 0), cause.name, cause.about

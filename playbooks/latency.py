"""Percentiles that say when they cannot be given (exact, by nearest rank)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

LEAST_FOR_P95: Final = 59
"""With fewer samples the longest does not exceed the 95th percentile with 95 % probability."""

LEAST_FOR_P99: Final = 299
"""The same for the 99th percentile."""


@dataclass(frozen=True, slots=True)
class Latency:
    """What some samples say; a percentile is None when they are too few for it."""

    samples_count: int
    median_ms: float
    longest_ms: float
    p95_ms: float | None
    p99_ms: float | None

    def __str__(self) -> str:
        """In words; `no p95` where there are too few samples for it."""
        return (
            f"median {self.median_ms:.0f} ms, {self._tail()}longest {self.longest_ms:.0f} ms"
            f" (n = {self.samples_count}{self._lacking()})"
        )

    def _tail(self) -> str:
        named = (("p95", self.p95_ms), ("p99", self.p99_ms))
        return "".join(f"{name} {value:.0f} ms, " for name, value in named if value is not None)

    def _lacking(self) -> str:
        if self.p95_ms is None:
            return ", no p95"
        return ", no p99" if self.p99_ms is None else ""


def latency_of(samples_ms: Sequence[float]) -> Latency | None:
    """The samples in figures; None for none."""
    if not samples_ms:
        return None
    count = len(samples_ms)
    return Latency(
        samples_count=count,
        median_ms=median(samples_ms),
        longest_ms=max(samples_ms),
        p95_ms=percentile(samples_ms, 95) if count >= LEAST_FOR_P95 else None,
        p99_ms=percentile(samples_ms, 99) if count >= LEAST_FOR_P99 else None,
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """The least value that at least `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]

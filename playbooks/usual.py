"""Is a figure out of the ordinary? By the robust score against like periods before.

The median and the median deviation do not bend to one odd period; an ordinary standard deviation
would (methods: Iglewicz and Hoaglin, |score| above 3.5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal, TypeAlias

from playbooks.latency import percentile

Deviation: TypeAlias = Literal["above", "below", "none", "cannot_tell"]

LEAST_EARLIER_COUNT: Final = 5
"""Fewer periods do not say what is usual."""

UNUSUAL_ABOVE: Final = 3.5
_NORMAL_MAD: Final = 0.6745
"""The median deviation of a normal distribution, in standard deviations."""

_NORMAL_IQR: Final = 1.349


@dataclass(frozen=True, slots=True)
class Usual:
    """A figure beside those of like periods, the last one first.

    `is_partial`: its period is running, so that less than usual says nothing yet.
    """

    value: float
    earlier: Sequence[float]
    is_partial: bool = False

    @property
    def previous(self) -> float | None:
        """That of the last one."""
        return self.earlier[0] if self.earlier else None

    @property
    def median(self) -> float | None:
        """What is usual; None where too few periods tell."""
        return median(self.earlier) if len(self.earlier) >= LEAST_EARLIER_COUNT else None

    @property
    def score(self) -> float | None:
        """How many robust standard deviations apart; None where that cannot be told.

        Where most of the earlier ones are equal their quartiles stand in, and where even these
        are, one unit: a figure that was always 0 is not unusual at 1.
        """
        middle = self.median
        if middle is None:
            return None
        apart = median(abs(each - middle) for each in self.earlier) / _NORMAL_MAD
        quartiles = (percentile(self.earlier, 75) - percentile(self.earlier, 25)) / _NORMAL_IQR
        return (self.value - middle) / (apart or quartiles or 1.0)

    @property
    def deviation(self) -> Deviation:
        """Which way it is out of the ordinary."""
        score = self.score
        if score is None:
            return "cannot_tell"
        if score > UNUSUAL_ABOVE:
            return "above"
        return "below" if score < -UNUSUAL_ABOVE and not self.is_partial else "none"

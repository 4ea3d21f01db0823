"""Success rates with what they do not tell: an interval, and the difference of two rates."""

from dataclasses import dataclass
from math import sqrt

from playbooks.intervals import Interval, wilson


@dataclass(frozen=True, slots=True)
class SuccessRate:
    """Successful calls among those whose ending is known, of which there are some.

    `independent_count` is how many independent calls tell as much: fewer than `calls_count` where
    one row gives many calls one ending. It is above zero, and seldom whole.
    """

    calls_count: float
    succeeded_count: float
    independent_count: float

    @property
    def percent(self) -> float:
        """The rate itself."""
        return 100 * self.succeeded_count / self.calls_count

    @property
    def interval(self) -> Interval:
        """Wilson's: where the true rate lies with 95 % confidence, in percent."""
        share = self.succeeded_count / self.calls_count
        found = wilson(share * self.independent_count, self.independent_count)
        assert found is not None
        return Interval(100 * found.low, 100 * found.high)


def change_of(now: SuccessRate, before: SuccessRate) -> Interval:
    """Newcombe's 95 % interval of the change from `before` to `now`, in percentage points."""
    change = now.percent - before.percent
    mine, theirs = now.interval, before.interval
    down = sqrt((now.percent - mine.low) ** 2 + (theirs.high - before.percent) ** 2)
    up = sqrt((mine.high - now.percent) ** 2 + (before.percent - theirs.low) ** 2)
    return Interval(change - down, change + up)

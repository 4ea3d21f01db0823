"""A trend of weeks in words."""

from typing import Final

from playbooks.trend import (
    LEAST_CHANGE_SHARE,
    LEAST_CHANGE_STEPS_COUNT,
    LEAST_POINTS_COUNT,
    Direction,
    Trend,
)

_LEAST_P: Final = 0.001
_TOO_LITTLE: Final = f"by less than {100 * LEAST_CHANGE_SHARE:.0f} %"
_SOON: Final = f"in {LEAST_CHANGE_STEPS_COUNT} weeks"

_VERBS: Final[dict[Direction, str]] = {
    "rising": "the trend rises",
    "falling": "the trend falls",
    "no_evidence": "no evidence of a trend",
}


def trend_words(trend: Trend) -> str:
    """Which way it goes; of what is too little to matter within weeks, what it comes to in all."""
    told = _VERBS[trend.leaning]
    if not _is_slight(trend):
        return told
    return f"{told}, but {_TOO_LITTLE} {_SOON} ({_in_all(trend)})"


def trend_line(trend: Trend | None, weeks_count: int) -> str:
    """Rising, falling, or no evidence, with what says so."""
    if trend is None:
        full = "1 full week" if weeks_count == 1 else f"{weeks_count} full weeks"
        is_enough = weeks_count >= LEAST_POINTS_COUNT
        return f"nothing done in {full}" if is_enough else f"{full}; it needs {LEAST_POINTS_COUNT}"
    slope = trend.slope
    whitened = ", pre-whitened" if trend.is_prewhitened else ""
    change = "" if trend.leaning == "no_evidence" else f", {_in_all(trend)}"
    return (
        f"{_verdict(trend)}: {slope.per_step:+.2g} tasks a week each week"
        f" ({slope.interval}){change}, {_chance(trend.test.p_value)} over {trend.points_count}"
        f" full weeks (autocorrelation {trend.autocorrelation:.2f}{whitened})"
    )


def _verdict(trend: Trend) -> str:
    if trend.leaning == "no_evidence":
        return "no evidence of a trend, which is not stability"
    little = f", but {_TOO_LITTLE} of the median week {_SOON}" if _is_slight(trend) else ""
    return f"{trend.leaning}{little}"


def _is_slight(trend: Trend) -> bool:
    """Whether chance does not explain it, but it is too little to matter within weeks."""
    return trend.leaning != trend.direction


def _in_all(trend: Trend) -> str:
    return f"{trend.change:+.2g} tasks a week over {trend.points_count} weeks"


def _chance(p_value: float) -> str:
    return f"p < {_LEAST_P}" if p_value < _LEAST_P else f"p = {p_value:.2g}"

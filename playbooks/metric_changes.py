"""Is the difference to the period before one, or could chance alone have made it?"""

from dataclasses import dataclass

from playbooks.metric_names import ToolMetric
from playbooks.success_rate import change_of
from playbooks.tool_metrics import Figures


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of the period before, how much it changed, and what that means, in words."""

    before: float | None
    change: str
    says: str


def change_between(metric: ToolMetric, now: Figures, before: Figures) -> Change:
    """The change of one tool's figure from the period before."""
    match metric:
        case "response_time":
            return _of_times(now, before)
        case "success_rate":
            return _of_success(now, before)
        case "tokens" | "cost" | "calls":
            return _of_sums(value_of(metric, now), value_of(metric, before))


def value_of(metric: ToolMetric, figures: Figures) -> float | None:
    """The one number of a metric; of response times the median."""
    match metric:
        case "response_time":
            return None if figures.times is None else figures.times.p50_ms
        case "success_rate":
            return None if figures.success is None else figures.success.percent
        case "tokens":
            return figures.tokens
        case "cost":
            return figures.cost
        case "calls":
            return figures.calls_count


def _of_times(now: Figures, before: Figures) -> Change:
    """By the intervals of the two medians: where they meet nothing is claimed."""
    mine, theirs = now.times, before.times
    if mine is None or theirs is None:
        return Change(None if theirs is None else theirs.p50_ms, "-", "nothing to compare")
    change = _percent(mine.p50_ms, theirs.p50_ms)
    if mine.median_interval is None or theirs.median_interval is None:
        return Change(theirs.p50_ms, change, "too few to tell")
    if mine.median_interval.high < theirs.median_interval.low:
        return Change(theirs.p50_ms, change, "faster")
    if mine.median_interval.low > theirs.median_interval.high:
        return Change(theirs.p50_ms, change, "slower")
    return Change(theirs.p50_ms, change, "no evidence of a change")


def _of_success(now: Figures, before: Figures) -> Change:
    mine, theirs = now.success, before.success
    if mine is None or theirs is None:
        return Change(None if theirs is None else theirs.percent, "-", "nothing to compare")
    between = change_of(mine, theirs)
    points = (
        f"{mine.percent - theirs.percent:+.1f} points ({between.low:+.1f} to {between.high:+.1f})"
    )
    if between.holds(0):
        return Change(theirs.percent, points, "no evidence of a change")
    return Change(theirs.percent, points, "better" if between.low > 0 else "worse")


def _of_sums(now: float | None, before: float | None) -> Change:
    if now is None or not before:
        return Change(before, "-", "nothing to compare")
    says = "more" if now > before else "less" if now < before else "the same"
    return Change(before, _percent(now, before), says)


def _percent(now: float, before: float) -> str:
    return f"{100 * (now - before) / before:+.0f} %"

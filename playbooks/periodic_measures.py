"""The flat measurements of a periodic report: names carry units, None is what cannot be said."""

from typing import Final, Literal, TypeAlias

from playbooks.periodic_facts import Facts, Late, Now, Review
from playbooks.periodic_series import MEASURES
from playbooks.trend import Trend
from playbooks.usage import OWN_TOOL

State: TypeAlias = Literal["final", "so_far", "provisional"]
"""The period is over and all of it was read; it runs; it is over, but not all was read."""

Measures: TypeAlias = dict[str, float | int | str | None]

_DIGITS: Final = 4


def measures_of(facts: Facts, state: State, *, is_catch_up_known: bool) -> Measures:
    """All of them, in one order."""
    now, window = facts.now, facts.period.window
    own = facts.tools.get(OWN_TOOL)
    success = facts.ai.success if facts.ai else None
    return {
        "period": facts.period.kind,
        "since": window.first.isoformat(),
        "until": window.last.isoformat(),
        "window_days": window.days_count,
        "state": state,
        **_counts(facts),
        "completed_points": _rounded(facts.points),
        "open_count": now.open_count,
        "in_progress_count": now.in_progress_count,
        "blocked_count": None if now.blocked is None else len(now.blocked),
        "overdue_count": _late(now, "overdue"),
        "running_long_count": _late(now, "running long"),
        "ai_success_rate_percent": _rounded(success.percent if success else None),
        "own_calls_count": _rounded(own.calls_count if own else 0),
        "deviations_count": facts.deviations_count,
        "caught_up_count": len(facts.missed) if is_catch_up_known else None,
        **(_review(facts.review) if facts.review else {}),
        **(_trend(facts.trend) if facts.period.kind == "monthly" else {}),
    }


def _late(now: Now, called: Late) -> int | None:
    return len(now.overdue) if now.overdue is not None and now.late == called else None


def _counts(facts: Facts) -> Measures:
    """Each figure, that of the like period before, and the usual one."""
    measures: Measures = {}
    for name, called in MEASURES.items():
        usual = facts.usual.get(name)
        measures[called] = _rounded(usual.value if usual else None)
        measures[f"previous_{called}"] = _rounded(usual.previous if usual else None)
        measures[f"usual_{called}"] = _rounded(usual.median if usual else None)
    return measures


def _review(review: Review) -> Measures:
    flow = review.flow
    return {
        "tasks_per_day": _rounded(flow.throughput.per_day),
        "points_per_week": _rounded(flow.points_per_week),
        "average_actual_hours": _rounded(flow.hours.mean if flow.hours else None),
        "cycle_p50_days": flow.cycle.p50_days if flow.cycle else None,
        "cycle_p85_days": flow.cycle.p85_days if flow.cycle else None,
        "estimation_accuracy_percent": _rounded(review.accuracy_percent),
    }


def _trend(trend: Trend | None) -> Measures:
    return {
        "trend_direction": trend.direction if trend else None,
        "trend_slope_per_week": _rounded(trend.slope.per_step if trend else None),
        "trend_p_value": _rounded(trend.test.p_value if trend else None),
    }


def _rounded(value: float | None) -> float | int | None:
    """Whole numbers without a point, others to four digits behind it."""
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, _DIGITS)

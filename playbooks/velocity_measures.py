"""The flat measurements of a velocity report: names carry units, None is what cannot be said."""

from collections.abc import Callable
from datetime import date
from typing import Final, TypeAlias

from playbooks.bands import Bands
from playbooks.estimation import Accuracy
from playbooks.flow import Durations
from playbooks.forecast import LEVELS_PERCENT
from playbooks.intervals import Interval
from playbooks.trend import Trend
from playbooks.velocity import Velocity
from playbooks.velocity_estimates import Estimates, told_accuracy
from playbooks.velocity_flow import Flow
from playbooks.velocity_outlook import Outlook

Measures: TypeAlias = dict[str, float | int | str | None]

_DIGITS: Final = 4


def measures_of(velocity: Velocity, bands: Bands) -> Measures:
    """All of them, in one order; accuracy only where enough tasks have both hours."""
    question, estimates = velocity.question, velocity.estimates
    return {
        "tasks_count": len(velocity.tasks),
        "window_days": question.window.days_count,
        **_flow(velocity.flow),
        "reopened_count": sum(task.reopened_count for task in velocity.tasks),
        "previous_tasks_per_day": _rounded(velocity.before_per_day),
        **_compared(velocity, bands),
        **_estimates(estimates, told_accuracy(estimates, bands)),
        **_trend(velocity.pace.trend),
        **_forecast(velocity.outlook),
        **({"groups_count": velocity.groups_count} if question.group_by else {}),
    }


def _flow(flow: Flow) -> Measures:
    done, hours, littles = flow.throughput, flow.hours, flow.littles
    return {
        "completed_count": done.completed_count,
        "working_days_count": done.working_days_count,
        "tasks_per_day": _rounded(done.per_day),
        "tasks_per_working_day": _rounded(done.per_working_day),
        "idle_working_days_percent": _rounded(done.idle_working_percent),
        "points_per_week": _rounded(flow.points_per_week),
        "points_tasks_count": flow.pointed_count,
        "average_actual_hours": _rounded(hours.mean if hours else None),
        "actual_hours_p50": hours.p50 if hours else None,
        "actual_hours_p85": hours.p85 if hours else None,
        **_durations("cycle", flow.cycle),
        "cycle_p50_with_open_days": flow.cycle_p50_with_open_days,
        **_durations("lead", flow.lead),
        "open_count": flow.open_count,
        "wip_count": flow.wip_count,
        "oldest_open_age_days": flow.aging[0].age_days if flow.aging else None,
        "late_open_count": sum(each.is_late for each in flow.aging) if flow.expected else None,
        "risky_open_count": sum(each.is_risky for each in flow.aging) if flow.expected else None,
        "mean_wip": _rounded(littles.wip_mean if littles else None),
        "littles_law_wip": _rounded(littles.implied_wip if littles else None),
    }


def _durations(name: str, durations: Durations | None) -> Measures:
    if durations is None:
        return {
            f"{name}_count": 0,
            **{f"{name}_p{level}_days": None for level in LEVELS_PERCENT},
        }
    return {
        f"{name}_count": durations.count,
        f"{name}_p50_days": durations.p50_days,
        f"{name}_p70_days": durations.p70_days,
        f"{name}_p85_days": durations.p85_days,
        f"{name}_p95_days": durations.p95_days,
    }


def _compared(velocity: Velocity, bands: Bands) -> Measures:
    before, estimates = velocity.before, velocity.estimates_before
    if before is None or estimates is None:
        return {}
    accuracy = told_accuracy(estimates, bands)
    return {
        "previous_completed_count": before.throughput.completed_count,
        "previous_points_per_week": _rounded(before.points_per_week),
        "previous_cycle_p50_days": before.cycle.p50_days if before.cycle else None,
        "previous_cycle_p85_days": before.cycle.p85_days if before.cycle else None,
        "previous_estimation_accuracy_percent": _rounded(
            accuracy.accuracy_percent if accuracy else None
        ),
    }


_ACCURACY: Final[dict[str, Callable[[Accuracy], float | None]]] = {
    "estimation_accuracy_percent": lambda accuracy: accuracy.accuracy_percent,
    "estimation_accuracy_literal_percent": lambda accuracy: accuracy.literal_percent,
    "mmre": lambda accuracy: accuracy.mmre,
    "mdmre": lambda accuracy: accuracy.mdmre,
    "pred25_percent": lambda accuracy: accuracy.pred25_percent,
    "bias_factor": lambda accuracy: accuracy.bias_factor,
    "under_estimated_percent": lambda accuracy: accuracy.under_percent,
    "exact_percent": lambda accuracy: accuracy.exact_percent,
    "over_estimated_percent": lambda accuracy: accuracy.over_percent,
}


def _estimates(estimates: Estimates, accuracy: Accuracy | None) -> Measures:
    every, completed = estimates.every, estimates.completed
    told = completed if accuracy else None
    return {
        "estimation_pairs_count": every.pairs_count if every else 0,
        "hours_coverage_percent": _rounded(estimates.coverage_percent),
        **{
            name: _rounded(figure(accuracy) if accuracy else None)
            for name, figure in _ACCURACY.items()
        },
        "estimation_accuracy_completed_percent": _rounded(told.accuracy_percent if told else None),
        **_interval("bias_factor", accuracy.bias_interval if accuracy else None),
    }


def _trend(trend: Trend | None) -> Measures:
    return {
        "trend_direction": trend.direction if trend else None,
        "trend_slope_per_week": _rounded(trend.slope.per_step if trend else None),
        **_interval("trend_slope", trend.slope.interval if trend else None),
        "trend_p_value": _rounded(trend.test.p_value if trend else None),
    }


def _forecast(outlook: Outlook) -> Measures:
    counts, done, calibration = outlook.by_date, outlook.done, outlook.calibration
    coverage = calibration.coverage(85) if calibration else None
    plain = calibration.plain_coverage(85) if calibration else None
    by_date = {
        f"forecast_count_p{level}": counts.counts[level] if counts else None
        for level in LEVELS_PERCENT
    }
    return {
        "forecast_items_count": done.items_count if done else None,
        **{
            f"forecast_date_p{level}": _day(done.dates[level] if done else None)
            for level in LEVELS_PERCENT
        },
        **(by_date if counts else {}),
        "backtest_count": len(calibration.met_shares) if calibration else None,
        "coverage85_percent": _rounded(coverage.met_percent if coverage else None),
        "coverage85_plain_percent": _rounded(plain.met_percent if plain else None),
    }


def _interval(name: str, interval: Interval | None) -> Measures:
    return {
        f"{name}_low": _rounded(interval.low if interval else None),
        f"{name}_high": _rounded(interval.high if interval else None),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _rounded(value: float | None) -> float | None:
    """To four digits behind the point: more is noise, and tokens."""
    return None if value is None else round(value, _DIGITS)

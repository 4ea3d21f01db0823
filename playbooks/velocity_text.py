"""A velocity in words: one line for each of its parts, every one with its unit and its limits."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from playbooks.bands import VelocityReference
from playbooks.calibration import Calibration
from playbooks.days import WorkDays
from playbooks.estimation import Accuracy
from playbooks.flow import Durations
from playbooks.forecast import NoForecast
from playbooks.survival import OPEN_MATTERS_FROM_SHARE
from playbooks.text import shown
from playbooks.throughput import full_week_totals
from playbooks.trend import LEAST_POINTS_COUNT, Trend
from playbooks.velocity import Group, Velocity
from playbooks.velocity_estimates import Estimates
from playbooks.velocity_flow import Flow
from playbooks.velocity_outlook import CountForecast, DateForecast
from playbooks.velocity_question import ANYBODY, NOBODY, Selection

GROUPS_SHOWN: Final = 8


def counted(count: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def number(value: float) -> str:
    """Three digits that matter, without an exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def headline(velocity: Velocity) -> str:
    """The answer in one sentence."""
    flow, window = velocity.flow, velocity.question.window
    done = flow.throughput
    if not velocity.tasks:
        return _nothing(velocity)
    told = (
        f"{counted(done.completed_count, 'task')} completed in"
        f" {counted(window.days_count, 'day')}, {number(done.per_day)} a day"
    )
    cycle = f", half within {number(flow.cycle.p50_days)} working days" if flow.cycle else ""
    trend = velocity.pace.trend
    direction = f"; {_DIRECTIONS[trend.direction]}" if trend else ""
    return f"{told}{cycle}{direction}{selected(velocity.question.selection)}."


_DIRECTIONS: Final = {
    "rising": "the trend rises",
    "falling": "the trend falls",
    "no_evidence": "no evidence of a trend",
}


def _nothing(velocity: Velocity) -> str:
    if velocity.all_count:
        return f"None of {counted(velocity.all_count, 'task')} is meant by the filter."
    return "The task database has no tasks yet."


def selected(selection: Selection) -> str:
    """Which tasks are meant, when not all are."""
    wanted = (
        ("assignee", selection.assignee),
        ("project", selection.project),
        ("AI tool", selection.ai_tool),
    )
    told = [f"{name} {_name(value)}" for name, value in wanted if value is not None]
    return f" ({', '.join(told)})" if told else ""


def _name(name: str) -> str:
    return name if name in {NOBODY, ANYBODY} else shown(name, 40)


def throughput_line(velocity: Velocity, reference: VelocityReference) -> str:
    """How much, against the days before and the guide."""
    flow, done = velocity.flow, velocity.flow.throughput
    points = flow.points_per_week
    told = [
        (
            f"{counted(done.completed_count, 'task')} from {velocity.question.window}:"
            f" {number(done.per_day)} a calendar day, zero days counted"
            f" (the {done.days_count} days before: {number(velocity.before_per_day)})"
        ),
        f"{number(points)} points a week" if points is not None else "no story points",
        _hours(flow),
        (
            f"reference from the guide: {reference.tasks_per_day:g} tasks a day,"
            f" {reference.points_per_week:g} points a week"
        ),
    ]
    return "; ".join(told)


def _hours(flow: Flow) -> str:
    hours = flow.hours
    if hours is None:
        return "no actual hours"
    return (
        f"actual hours: average {number(hours.mean)}, median {number(hours.p50)},"
        f" p85 {number(hours.p85)} (n = {hours.count})"
    )


def before_line(before: Flow, accuracy: Accuracy | None) -> str:
    """The main figures of as many days just before, to stand beside those of the window."""
    done, cycle, points = before.throughput, before.cycle, before.points_per_week
    told = [
        f"{counted(done.completed_count, 'task')}, {number(done.per_day)} a calendar day",
        *([f"{number(points)} points a week"] if points is not None else []),
        *([f"cycle time p50 {cycle.p50_days:g}, p85 {cycle.p85_days:g}"] if cycle else []),
        *([f"accuracy {accuracy.accuracy_percent:.1f} %"] if accuracy else []),
    ]
    return "; ".join(told)


def times_line(flow: Flow) -> str:
    """How long it takes."""
    told = [f"cycle time {_durations(flow.cycle)}", f"lead time {_durations(flow.lead)}"]
    if flow.cycle and flow.open_share >= OPEN_MATTERS_FROM_SHARE:
        median = flow.cycle_p50_with_open_days
        reached = f"{median:g}" if median is not None else "not reached"
        told.append(f"median with open work (Kaplan-Meier) {reached}")
    return "; ".join(told)


def _durations(durations: Durations | None) -> str:
    if durations is None:
        return "not known"
    return (
        f"p50 {durations.p50_days:g}, p70 {durations.p70_days:g}, p85 {durations.p85_days:g},"
        f" p95 {durations.p95_days:g} (n = {durations.count})"
    )


def convention(days: WorkDays) -> str:
    """How days are counted."""
    return (
        f"Durations in {days.unit}, first and last day counted, percentiles observed;"
        f" zone {days.zone}"
    )


def open_line(flow: Flow) -> str:
    """What is open, how old it is, and whether it adds up."""
    told = [f"{flow.wip_count} in progress of {flow.open_count} open"]
    if flow.aging:
        told.append(f"the oldest {counted(flow.aging[0].age_days, 'day')}")
    if flow.cycle and flow.aging:
        late = sum(each.is_late for each in flow.aging)
        risky = sum(each.is_risky for each in flow.aging)
        told.append(
            f"{late} older than p85 ({flow.cycle.p85_days:g} days), {risky} more likely than not"
            " to become so"
        )
    littles = flow.littles
    if littles is not None:
        told.append(
            f"Little's law: {number(littles.wip_mean)} open on average,"
            f" {number(littles.implied_wip)} by rate and calendar time"
        )
    return "; ".join(told)


def estimates_line(estimates: Estimates, reference: VelocityReference) -> str:
    """How good the estimates were; only where that may be told."""
    accuracy = estimates.every
    if accuracy is None:
        return "no task has both hours"
    told = [
        (
            f"accuracy {accuracy.accuracy_percent:.1f} % (symmetric; literal reading"
            f" {accuracy.literal_percent:.1f} %)"
        ),
        f"MdMRE {accuracy.mdmre:.2f}, PRED(25) {accuracy.pred25_percent:.0f} %",
        _bias(accuracy),
        f"exact {accuracy.exact_percent:.0f} %",
        f"n = {accuracy.pairs_count}{_completed(estimates)}{_coverage(estimates)}",
        f"reference from the guide: {reference.accuracy_percent:g} %",
    ]
    return "; ".join(told)


def _bias(accuracy: Accuracy) -> str:
    interval = f" ({accuracy.bias_interval})" if accuracy.bias_interval else ""
    return f"actual / estimate {accuracy.bias_factor:.2f}{interval}"


def _completed(estimates: Estimates) -> str:
    completed = estimates.completed
    if completed is None or estimates.every is None:
        return ""
    if completed.pairs_count == estimates.every.pairs_count:
        return ""
    return f", completed ones alone {completed.accuracy_percent:.1f} % of {completed.pairs_count}"


def _coverage(estimates: Estimates) -> str:
    if estimates.coverage_percent is None:
        return ""
    return f", {estimates.coverage_percent:.0f} % of {estimates.done_count} done"


def trend_line(trend: Trend | None, weeks_count: int) -> str:
    """Rising, falling, or no evidence."""
    if trend is None:
        full = counted(weeks_count, "full week")
        is_enough = weeks_count >= LEAST_POINTS_COUNT
        return f"nothing done in {full}" if is_enough else f"{full}; it needs {LEAST_POINTS_COUNT}"
    slope, test = trend.slope, trend.test
    whitened = ", pre-whitened" if trend.is_prewhitened else ""
    words = {
        "rising": "rising",
        "falling": "falling",
        "no_evidence": "no evidence of a trend, which is not stability",
    }
    return (
        f"{words[trend.direction]}: {slope.per_step:+.2g} tasks a week each week"
        f" ({slope.interval}), p = {test.p_value:.2g} over {trend.points_count} full weeks"
        f" (autocorrelation {trend.autocorrelation:.2f}{whitened})"
    )


def forecast_line(velocity: Velocity) -> str:
    """How many by then, and when so many; how often such forecasts held."""
    outlook = velocity.outlook
    if isinstance(outlook.past, NoForecast):
        return f"refused: {outlook.past.reason}"
    told = [
        *([_counts(outlook.by_date)] if outlook.by_date else []),
        *([_dates(outlook.done)] if outlook.done else []),
    ]
    if not told:
        return "nothing is open, and no day was asked about"
    calibration = outlook.calibration
    return "; ".join([*told, *([_held(calibration)] if calibration else [])])


def _counts(forecast: CountForecast) -> str:
    counts = ", ".join(f"{level} %: {count}" for level, count in forecast.counts.items())
    days = counted(forecast.horizon_days, "working day")
    return f"at least so many by {forecast.by} ({days}): {counts}"


def _dates(forecast: DateForecast) -> str:
    return f"{counted(forecast.items_count, 'task')} done by: {_levels(forecast.dates)}"


def _levels(dates: Mapping[int, date | None]) -> str:
    return ", ".join(
        f"{level} %: {day or 'not within a year of work'}" for level, day in dates.items()
    )


def _held(calibration: Calibration) -> str:
    coverage, source = calibration.coverage(85), calibration.source
    level = f"85 % is read at {calibration.read_at(85):.1%} of the plain forecast"
    whose = "this team's own past" if source == "own" else "39 other projects"
    if coverage is None:
        return f"{level}, by {whose}: too short a past to test it"
    return (
        f"{level}, by {whose}; back-test: so read, 85 % held in {coverage.met_percent:.0f} % of"
        f" {counted(coverage.horizons_count, 'past window')}"
    )


def groups_line(groups: Sequence[Group], groups_count: int, limit: int) -> str:
    """The groups that completed most, each with its figures."""
    lines = [_group(group) for group in groups[:limit]]
    hidden = groups_count - len(lines)
    more = [f"and {hidden} more"] if hidden else []
    return "; ".join([*lines, *more])


def _group(group: Group) -> str:
    cycle = (
        f", p50 {group.cycle.p50_days:g} p85 {group.cycle.p85_days:g} days" if group.cycle else ""
    )
    accuracy = group.accuracy
    told = (
        f", accuracy {accuracy.accuracy_percent:.0f} % (n = {accuracy.pairs_count})"
        if accuracy
        else ""
    )
    return f"{_name(group.name)} {group.completed_count} done, {group.open_count} open{cycle}{told}"


def weeks_count(velocity: Velocity) -> int:
    """The whole weeks that a trend is told from."""
    return len(full_week_totals(velocity.pace.weeks))

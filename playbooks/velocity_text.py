"""A velocity in words: one line for each of its parts, every one with its unit and its limits."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from playbooks.bands import Bands, VelocityReference
from playbooks.calibration import Calibration
from playbooks.days import WorkDays
from playbooks.estimation import Accuracy
from playbooks.flow import LEAST_FOR_SLE, Durations
from playbooks.forecast import MOST_PER_DAY, NoForecast, Past
from playbooks.intervals import Interval
from playbooks.survival import OPEN_MATTERS_FROM_SHARE
from playbooks.text import shown
from playbooks.throughput import full_week_totals
from playbooks.trend_text import trend_words
from playbooks.velocity import Group, Velocity
from playbooks.velocity_estimates import Estimates, is_withheld
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
    cycle = f", half within {flow.days.lasting(flow.cycle.p50_days)}" if flow.cycle else ""
    trend = velocity.pace.trend
    direction = f"; {trend_words(trend)}" if trend else ""
    return f"{told}{cycle}{direction}{selected(velocity.question.selection)}."


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
    before = "day" if done.days_count == 1 else f"{done.days_count} days"
    told = [
        (
            f"{counted(done.completed_count, 'task')} from {velocity.question.window}:"
            f" {number(done.per_day)} a calendar day, zero days"
            f" ({done.idle_percent:.0f} %) counted"
            f" (the {before} before: {number(velocity.before_per_day)})"
        ),
        points_a_week(flow) or "no story points",
        _hours(flow),
        (
            f"reference from the guide: {reference.tasks_per_day:g} tasks a day,"
            f" {reference.points_per_week:g} points a week"
        ),
    ]
    return "; ".join(told)


def points_a_week(flow: Flow) -> str | None:
    """Story points, and of which part of the tasks they are; None where none has any."""
    if flow.points_per_week is None:
        return None
    told = f"{number(flow.points_per_week)} points a week"
    return f"{told}{part_of(flow.pointed_count, flow.throughput.completed_count)}"


def part_of(count: int, all_count: int) -> str:
    """Of which part of the tasks a figure is; nothing where it is of all of them."""
    return "" if count == all_count else f" from {count} of {counted(all_count, 'task')}"


def _hours(flow: Flow) -> str:
    hours = flow.hours
    if hours is None:
        return "no actual hours"
    return (
        f"actual hours: average {number(hours.mean)}, median {number(hours.p50)},"
        f" p85 {number(hours.p85)} (n = {_of(hours.count, flow)})"
    )


def _of(count: int, flow: Flow) -> str:
    """How many of the completed tasks a figure is made of."""
    all_count = flow.throughput.completed_count
    return str(count) if count == all_count else f"{count} of {all_count}"


def before_line(before: Flow, accuracy: Accuracy | None) -> str:
    """The main figures of as many days just before, to stand beside those of the window."""
    done, cycle, points = before.throughput, before.cycle, points_a_week(before)
    told = [
        f"{counted(done.completed_count, 'task')}, {number(done.per_day)} a calendar day",
        *([points] if points else []),
        *(
            [f"cycle time p50 {cycle.p50_days:g}, p85 {before.days.lasting(cycle.p85_days)}"]
            if cycle
            else []
        ),
        *([f"accuracy {accuracy.accuracy_percent:.1f} %"] if accuracy else []),
    ]
    return "; ".join(told)


def times_line(flow: Flow) -> str:
    """How long it takes."""
    told = [
        f"cycle time {_durations(flow.cycle, flow)}",
        f"lead time {_durations(flow.lead, flow)}",
    ]
    if flow.expected and flow.open_share >= OPEN_MATTERS_FROM_SHARE:
        median = flow.cycle_p50_with_open_days
        reached = f"{median:g}" if median is not None else "not reached"
        told.append(f"median with open work (Kaplan-Meier) {reached}")
    return "; ".join(told)


def _durations(durations: Durations | None, flow: Flow) -> str:
    if durations is None:
        return "not known"
    return (
        f"p50 {durations.p50_days:g}, p70 {durations.p70_days:g}, p85 {durations.p85_days:g},"
        f" p95 {durations.p95_days:g} (n = {_of(durations.count, flow)})"
    )


def convention(days: WorkDays) -> str:
    """How days are counted."""
    return (
        f"Durations in {days.unit}, first and last day counted, percentiles observed;"
        f" zone {days.zone}"
    )


def open_line(velocity: Velocity) -> str:
    """What is open, how old it is, and whether it adds up."""
    flow, question = velocity.flow, velocity.question
    today = f"today ({question.today}) " if question.is_past else ""
    told = [f"{today}{flow.wip_count} in progress of {flow.open_count} open"]
    if flow.aging:
        told.append(f"the oldest {flow.days.lasting(flow.aging[0].age_days)}")
    if flow.expected and flow.aging:
        late = sum(each.is_late for each in flow.aging)
        risky = sum(each.is_risky for each in flow.aging)
        told.append(
            f"{late} older than p85 ({flow.days.lasting(flow.expected.p85_days)}), of the others"
            f" {risky} more likely than not to become so"
        )
    elif flow.aging and not question.is_past:
        finished_count = flow.cycle.count if flow.cycle else 0
        told.append(f"too few finished to say what is late ({finished_count} of {LEAST_FOR_SLE})")
    littles = flow.littles
    if littles is not None:
        told.append(
            f"Little's law in the period: {number(littles.wip_mean)} open on average,"
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


def forecast_line(velocity: Velocity) -> str:
    """How many by then, and when so many; how often such forecasts held."""
    outlook = velocity.outlook
    if isinstance(outlook.past, NoForecast):
        return f"refused: {outlook.past.reason}"
    told = [
        *([_counts(outlook.by_date, velocity.flow.days)] if outlook.by_date else []),
        *([_dates(outlook.done)] if outlook.done else []),
    ]
    if not told:
        return "nothing is open, and no day was asked about"
    calibration, question = outlook.calibration, velocity.question
    held = [_held(calibration)] if calibration else []
    today = f"from today ({question.today}), not from the period: " if question.is_past else ""
    return today + "; ".join([*told, *held, *_capped(outlook.past)])


def _capped(past: Past) -> list[str]:
    """Bulk closings, of which the forecast draws less than there was."""
    if not past.capped_days_count:
        return []
    days = counted(past.capped_days_count, "day")
    return [f"{days} with more than {MOST_PER_DAY} completions drawn as {MOST_PER_DAY}"]


def _counts(forecast: CountForecast, days: WorkDays) -> str:
    counts = ", ".join(f"{level} %: {count}" for level, count in forecast.counts.items())
    return f"at least so many by {forecast.by} ({days.lasting(forecast.horizon_days)}): {counts}"


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
    windows = counted(coverage.horizons_count, "past window")
    return (
        f"{level}, by {whose}; back-test: so read, 85 % held in {coverage.met_count} of {windows},"
        f" so it may hold {_shares(coverage.interval)} of the time"
        f"{'' if coverage.is_consistent else ', which is not what it promises'}"
    )


def _shares(interval: Interval) -> str:
    return f"{100 * interval.low:.0f} to {100 * interval.high:.0f} %"


def groups_line(velocity: Velocity, bands: Bands, limit: int) -> str:
    """The groups that completed most, each with its figures."""
    days = velocity.flow.days
    is_told = not is_withheld(velocity.estimates, bands)
    lines = [
        _group(group, days, is_told=is_told and not is_withheld(group, bands))
        for group in velocity.groups[:limit]
    ]
    hidden = velocity.groups_count - len(lines)
    more = [f"and {hidden} more"] if hidden else []
    return "; ".join([*lines, *more])


def _group(group: Group, days: WorkDays, *, is_told: bool) -> str:
    cycle = (
        f", p50 {group.cycle.p50_days:g} p85 {days.lasting(group.cycle.p85_days)}"
        if group.cycle
        else ""
    )
    told = (
        f", accuracy {group.accuracy_percent:.0f} % (n = {group.pairs_count})"
        if is_told and group.accuracy_percent is not None
        else ""
    )
    return f"{_name(group.name)} {group.completed_count} done, {group.open_count} open{cycle}{told}"


def weeks_count(velocity: Velocity) -> int:
    """The whole weeks that a trend is told from."""
    return len(full_week_totals(velocity.pace.weeks))

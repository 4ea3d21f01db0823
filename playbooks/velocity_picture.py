"""The picture of a velocity report: one that was named, else the forecast, else the weeks."""

from datetime import date, timedelta

from playbooks.arguments import Pictured
from playbooks.days import WorkDays
from playbooks.forecast import LONGEST_HORIZON_DAYS, NoForecast, day_after, how_many
from playbooks.picture import Specification
from playbooks.pictures.cycle_times import CycleTime, cycle_times
from playbooks.pictures.forecast_fan import ForecastDay, forecast_fan, thinned
from playbooks.pictures.throughput import WeeklyTrend, throughput
from playbooks.trend import Trend
from playbooks.trend_text import trend_words
from playbooks.velocity import Velocity
from playbooks.velocity_flow import completed_in, cycles
from playbooks.velocity_outlook import Outlook
from playbooks.velocity_text import counted, number


def picture_of(velocity: Velocity, days: WorkDays) -> Specification:
    """The picture that is asked for, else the one that fits; its title says the finding."""
    match velocity.question.picture or _fitting(velocity):
        case "throughput":
            return _weeks(velocity)
        case "cycle_times":
            return _scatter(velocity, days)
        case "forecast":
            return _forecast(velocity, days)


def _fitting(velocity: Velocity) -> Pictured:
    question = velocity.question
    asks = question.forecast_by is not None or question.forecast_count is not None
    is_told = asks and not isinstance(velocity.outlook.past, NoForecast)
    return "forecast" if is_told else "throughput"


def _weeks(velocity: Velocity) -> Specification:
    full = [week for week in velocity.pace.weeks if week.is_full]
    trend = velocity.pace.trend
    told = f"; {trend_words(trend)}" if trend else ""
    title = f"{number(velocity.flow.throughput.per_day)} tasks a day{told}"
    first = full[0].monday if full else velocity.question.window.first
    return throughput(title, first, [week.total for week in full], _line(trend))


def _line(trend: Trend | None) -> WeeklyTrend | None:
    if trend is None:
        return None
    slope = trend.slope
    return WeeklyTrend(slope.intercept, slope.per_step, slope.interval.low, slope.interval.high)


def _scatter(velocity: Velocity, days: WorkDays) -> Specification:
    completed = completed_in(velocity.tasks, velocity.question.window)
    tasks = [CycleTime(day, took) for day, took in cycles(completed, days)]
    cycle, unit = velocity.flow.cycle, days.unit
    if cycle is None:
        return cycle_times("How long tasks take is not known", tasks, {})
    title = f"Half of the tasks took up to {cycle.p50_days:g} {unit}, 85 % up to {cycle.p85_days:g}"
    percentiles = {50: cycle.p50_days, 85: cycle.p85_days, 95: cycle.p95_days}
    return cycle_times(title, tasks, percentiles, unit=unit)


def _forecast(velocity: Velocity, days: WorkDays) -> Specification:
    outlook, question = velocity.outlook, velocity.question
    past, calibration = outlook.past, outlook.calibration
    if isinstance(past, NoForecast):
        return forecast_fan(f"No forecast: {past.reason}", ())
    if calibration is None:
        return forecast_fan("Nothing is open, and no day was asked about", ())
    last = _last_day(outlook, question.today, days)
    steps = _steps(question.today, last, days)
    shown = [
        ForecastDay(day, how_many(past, working_days, calibration.read_at))
        for working_days, day in thinned(steps)
    ]
    goal = outlook.done.items_count if outlook.done else None
    return forecast_fan(
        _told(outlook),
        shown,
        days_count=len(steps),
        goal=goal,
        deadline=question.forecast_by,
    )


def _told(outlook: Outlook) -> str:
    """The finding: how many by the day that was asked about, or when so many."""
    by_date, done = outlook.by_date, outlook.done
    if by_date is not None:
        return f"{counted(by_date.counts[85], 'task')} or more by {by_date.by}, at 85 %"
    assert done is not None  # one of the two was calibrated
    day = done.dates[85]
    if day is None:
        return f"{counted(done.items_count, 'task')}: at 85 % not within a year of work"
    return f"{counted(done.items_count, 'task')} by {day}, at 85 %"


def _last_day(outlook: Outlook, today: date, days: WorkDays) -> date:
    """The fan ends with the last answer; where one is not in sight, a year of work ahead."""
    answers = list(outlook.done.dates.values()) if outlook.done else []
    known = [day for day in answers if day is not None]
    if outlook.by_date is not None:
        return max([outlook.by_date.by, *known])
    if len(known) == len(answers):
        return max(known)
    return day_after(today, LONGEST_HORIZON_DAYS, days.is_working) or max([today, *known])


def _steps(today: date, last: date, days: WorkDays) -> list[tuple[int, date]]:
    """Each working day after today, on which alone a forecast rises, numbered, and the last day."""
    later = [today + timedelta(days=number) for number in range(1, (last - today).days)]
    numbered = list(enumerate(filter(days.is_working, later), start=1))
    return [*numbered, (len(numbered) + days.is_working(last), last)]

"""Pictures of invented data, for the tests of specifications and of their rendering."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from playbooks.picture import Specification
from playbooks.pictures.cycle_times import CycleTime, cycle_times
from playbooks.pictures.forecast_fan import ForecastDay, forecast_fan, thinned
from playbooks.pictures.throughput import WeeklyTrend, throughput
from playbooks.pictures.tools import ToolLatency, ToolSuccess, tool_latencies, tool_success

MONDAY = date(2026, 3, 2)
HOSTILE = (
    "</text><script>alert(1)</script>\u202e\x1b[31m ${datum} {{7*7}} https://evil.example/x " * 20
)


def weeks(title: str, count: int) -> Specification:
    counts = [(7 * week) % 11 for week in range(count)]
    return throughput(title, MONDAY, counts, WeeklyTrend(3, 0.2, -0.1, 0.5))


def tasks(title: str, count: int) -> Specification:
    done = [
        CycleTime(MONDAY + timedelta(days=number % 400), 1 + number * number % 23)
        for number in range(count)
    ]
    return cycle_times(title, done, {50: 4, 85: 11, 95: 19} if done else {})


def forecast(title: str, days_count: int) -> Specification:
    days = [
        ForecastDay(
            MONDAY + timedelta(days=number),
            {50: number, 70: number * 8 // 10, 85: number * 6 // 10, 95: number // 2},
        )
        for number in range(days_count)
    ]
    return forecast_fan(
        title, thinned(days), days_count=days_count, goal=20, deadline=date(2026, 4, 1)
    )


def latencies(title: str, count: int) -> Specification:
    rows = [
        ToolLatency(title, 200, 340, 520, 1240 if number % 2 else None, 4100, EDGES_MS, title)
        for number in range(count)
    ]
    return tool_latencies(title, rows)


def success(title: str, count: int) -> Specification:
    rows = [ToolSuccess(title, 91, 86.2, 94.3, title) for _ in range(count)]
    return tool_success(title, rows, (80, 90, 95))


EDGES_MS = (500.0, 1000.0, 2000.0)

PICTURES: Mapping[str, Callable[[str, int], Specification]] = {
    "weeks": weeks,
    "tasks": tasks,
    "forecast": forecast,
    "latencies": latencies,
    "success": success,
}

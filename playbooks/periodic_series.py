"""What a periodic report counts, by local day, so that any period can be compared with others."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from playbooks.days import WorkDays
from playbooks.development_log import LogRead
from playbooks.report_period import Period
from playbooks.task_reading import TasksRead
from playbooks.throughput import days_of
from playbooks.tool_samples import Sample
from playbooks.tool_source import ToolData
from playbooks.usage import OWN_TOOL
from playbooks.usual import Usual
from playbooks.velocity_flow import finished_on
from playbooks.velocity_question import Window
from playbooks.verdict import Verdict

Counted: TypeAlias = Literal[
    "completed", "started", "created", "log_entries", "ai_calls", "ai_tokens", "ai_cost"
]

MEASURES: Final[Mapping[Counted, str]] = {
    "completed": "completed_count",
    "started": "started_count",
    "created": "created_count",
    "log_entries": "log_entries_count",
    "ai_calls": "ai_calls_count",
    "ai_tokens": "ai_tokens_count",
    "ai_cost": "ai_cost",
}
"""What each is called in the measurements."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that was read for a report."""

    tasks: TasksRead
    log: LogRead | Verdict
    tools: ToolData


@dataclass(frozen=True, slots=True)
class Series:
    """Amounts by local day; before `known_from` nothing was written down."""

    by_day: Mapping[date, float]
    known_from: date | None

    def total(self, window: Window) -> float:
        """The sum over the window."""
        days = days_of(window.first, window.last)
        return math.fsum(self.by_day.get(day, 0) for day in days)

    def usual(self, period: Period, days: WorkDays) -> Usual:
        """The period's total beside those of the like ones in which something was known."""
        start = self.known_from or period.today
        earlier = [self.total(each) for each in period.earlier(days) if each.first >= start]
        return Usual(self.total(period.window), earlier, is_partial=not period.is_over)


def series_of(material: Material, today: date) -> dict[Counted, Series]:
    """What can be counted; a figure whose database or property is missing is not in it."""
    return _of_tasks(material.tasks, today) | _of_log(material.log) | _of_tools(material.tools)


def _of_tasks(read: TasksRead, today: date) -> dict[Counted, Series]:
    dates: dict[Counted, list[date | None]] = {
        "created": [task.created for task in read.tasks],
    }
    if "completed" in read.roles.filled:
        dates["completed"] = [finished_on(task) for task in read.tasks]
    if "started" in read.roles.filled:
        dates["started"] = [task.started for task in read.tasks]
    seen = [day for each in dates.values() for day in each if day is not None and day <= today]
    return {name: _counts(each, min(seen, default=None)) for name, each in dates.items()}


def _counts(dates: Iterable[date | None], known_from: date | None) -> Series:
    return _summed(((day, 1) for day in dates if day is not None), known_from)


def _of_log(log: LogRead | Verdict) -> dict[Counted, Series]:
    if isinstance(log, Verdict):
        return {}
    return {"log_entries": _counts((entry.day for entry in log.entries), log.known_from)}


def assisted(samples: Iterable[Sample]) -> list[Sample]:
    """The calls of AI tools; those of our own server are none."""
    return [sample for sample in samples if sample.tool != OWN_TOOL]


def _of_tools(data: ToolData) -> dict[Counted, Series]:
    samples = assisted(data.samples)
    if data.reading is None and not samples:
        return {}
    amounts: dict[Counted, Callable[[Sample], float | None]] = {
        "ai_calls": lambda sample: sample.calls_count,
        "ai_tokens": lambda sample: sample.tokens,
        "ai_cost": lambda sample: sample.cost,
    }
    found: dict[Counted, Series] = {
        name: _told(samples, amount) for name, amount in amounts.items()
    }
    return {name: each for name, each in found.items() if each.by_day or name == "ai_calls"}


def _told(samples: Sequence[Sample], amount: Callable[[Sample], float | None]) -> Series:
    dated = [(each.day, told) for each in samples if (told := amount(each)) is not None]
    return _summed(dated, min((day for day, _ in dated), default=None))


def _summed(dated: Iterable[tuple[date, float]], known_from: date | None) -> Series:
    totals: defaultdict[date, float] = defaultdict(float)
    for day, amount in dated:
        totals[day] += amount
    return Series(dict(totals), known_from)

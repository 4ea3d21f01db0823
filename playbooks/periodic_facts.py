"""What happened in a period, what stands now, and what is out of the ordinary; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from playbooks.arguments import USUAL_VELOCITY_DAYS
from playbooks.bands import Bands
from playbooks.days import WorkDays
from playbooks.development_log import LogEntry, LogRead
from playbooks.flow import Durations
from playbooks.metric_changes import change_between
from playbooks.metric_period import MetricPeriod
from playbooks.periodic_series import Counted, Material, Series, assisted, series_of
from playbooks.report_period import Period
from playbooks.task import Task
from playbooks.throughput import full_week_totals, weekly
from playbooks.tool_judgement import judge_success, judge_times
from playbooks.tool_metrics import Figures, figures_of, grouped
from playbooks.tool_samples import Sample
from playbooks.trend import Trend, trend_of
from playbooks.usual import Usual
from playbooks.velocity_estimates import estimates_of, told_accuracy
from playbooks.velocity_flow import Flow, completed_in, flow_of
from playbooks.velocity_question import Window
from playbooks.verdict import Verdict
from playbooks.work import Work

Judged: TypeAlias = Literal["success_rate", "response_time"]
OverdueBasis: TypeAlias = Literal["due date", "p85 of cycle time"]
Late: TypeAlias = Literal["overdue", "running long"]

TREND_WEEKS_COUNT: Final = 26


@dataclass(frozen=True, slots=True)
class Now:
    """Open work as it stands today; None: no property, status or past tells.

    `cycle`, in the team's `days`, is the expectation that stands in for due dates.
    """

    days: WorkDays
    open_count: int
    in_progress_count: int
    blocked: Sequence[Task] | None
    overdue: Sequence[Task] | None
    overdue_basis: OverdueBasis
    cycle: Durations | None

    @property
    def late(self) -> Late:
        """What late work is called: without due dates nothing is overdue."""
        return "overdue" if self.overdue_basis == "due date" else "running long"


@dataclass(frozen=True, slots=True)
class Worse:
    """A tool that is worse than in the like period before, and no longer good by its band.

    `level` is the figure now with that band, `change` the one since, with its interval.
    """

    tool: str
    metric: Judged
    level: str
    change: str
    before: float


@dataclass(frozen=True, slots=True)
class Review:
    """What a week or a month tells beside counts."""

    flow: Flow
    accuracy_percent: float | None


@dataclass(frozen=True, slots=True)
class Missed:
    """A period before this one that no report tells as a whole; its totals."""

    period: Period
    totals: Mapping[Counted, float]


@dataclass(frozen=True, slots=True)
class Facts:
    """One report's figures; tasks and entries in one order wherever they came from.

    `currency` is that of the costs, where it is known.
    """

    period: Period
    completed: Sequence[Task]
    started: Sequence[Task]
    entries: Sequence[LogEntry] | None
    now: Now
    usual: Mapping[Counted, Usual]
    ai: Figures | None
    tools: Mapping[str, Figures]
    tools_before: Mapping[str, Figures]
    worse: Sequence[Worse]
    review: Review | None
    trend: Trend | None
    missed: Sequence[Missed]
    currency: str | None = None

    @property
    def points(self) -> float | None:
        """Story points of what was completed; None where none tells."""
        told = [each.story_points for each in self.completed if each.story_points is not None]
        return sum(told) if told else None

    @property
    def deviating(self) -> Mapping[Counted, Usual]:
        """The figures that are out of the ordinary."""
        return {
            name: each for name, each in self.usual.items() if each.deviation in {"above", "below"}
        }

    @property
    def deviations_count(self) -> int:
        """The figures out of the ordinary, and the tools that are worse."""
        return len(self.deviating) + len(self.worse)


def facts_of(
    material: Material, period: Period, work: Work, bands: Bands, *, missed: Sequence[Period] = ()
) -> Facts:
    """Everything a report tells; the same whatever the order of the rows.

    `missed` are periods to catch up with, the oldest first.
    """
    tasks, window = material.tasks.tasks, period.window
    series = series_of(material, period.today)
    samples = _of_window(material.tools.samples, window, work)
    ai = assisted(samples)
    tools = _by_tool(samples)
    before = _by_tool(_of_window(material.tools.samples, _previous(period, work), work))
    return Facts(
        period=period,
        completed=_ordered(completed_in(tasks, window)),
        started=_ordered(task for task in tasks if window.holds(task.started)),
        entries=_entries(material.log, window) if isinstance(material.log, LogRead) else None,
        now=_now(material, period.today, work),
        usual={name: each.usual(period, work.days) for name, each in series.items()},
        ai=figures_of(ai) if "ai_calls" in series else None,
        tools=tools,
        tools_before=before,
        worse=list(_worse(tools, before, bands)),
        review=None if period.kind == "daily" else _review(tasks, period, work, bands),
        trend=_trend(series, window) if period.kind == "monthly" else None,
        missed=[Missed(each, _totals(series, each.whole)) for each in missed],
        currency=material.tools.currency,
    )


def instants_of(window: Window, work: Work) -> MetricPeriod:
    """The window as instants of the team's zone."""
    following = window.last + timedelta(days=1)
    return MetricPeriod(work.days.begins(window.first), work.days.begins(following), work.days)


def _previous(period: Period, work: Work) -> Window:
    return next(iter(period.earlier(work.days)), period.window.before())


def _of_window(samples: Iterable[Sample], window: Window, work: Work) -> list[Sample]:
    instants = instants_of(window, work)
    return [sample for sample in samples if instants.holds(sample.moment)]


def _by_tool(samples: Sequence[Sample]) -> dict[str, Figures]:
    """The most called first."""
    groups = grouped(samples, lambda sample: sample.tool)
    figures = {tool: figures_of(each) for tool, each in groups.items()}
    return dict(sorted(figures.items(), key=lambda each: (-each[1].calls_count, each[0])))


def _worse(
    tools: Mapping[str, Figures], before: Mapping[str, Figures], bands: Bands
) -> Iterator[Worse]:
    """Chance may explain a change of few calls; one within the good band needs nobody."""
    for tool, now in tools.items():
        was = before.get(tool)
        if was is None or now.calls_count < bands.least_calls_count:
            continue
        verdicts: tuple[tuple[Judged, Verdict], ...] = (
            ("success_rate", judge_success(tool, now, bands)),
            ("response_time", judge_times(tool, now, bands)),
        )
        for metric, verdict in verdicts:
            change = change_between(metric, now, was)
            is_bad = verdict.gate.status in {"warning", "critical"}
            if is_bad and change.says in {"worse", "slower"} and change.before is not None:
                yield Worse(tool, metric, verdict.gate.reason, change.change, change.before)


def _entries(log: LogRead, window: Window) -> list[LogEntry]:
    """The newest first."""
    held = [entry for entry in log.entries if window.holds(entry.day)]
    return sorted(held, key=lambda entry: (-entry.day.toordinal(), entry.id))


def _ordered(tasks: Iterable[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: (-(task.story_points or 0), task.id))


def _now(material: Material, today: date, work: Work) -> Now:
    read = material.tasks
    recent = Window(today - timedelta(days=USUAL_VELOCITY_DAYS - 1), today)
    flow = flow_of(read.tasks, recent, work.days, today)
    by_due = "due" in read.roles.filled
    late = [each.task for each in flow.aging if each.is_late] if flow.expected else None
    blocked = [task for task in read.tasks if task.role == "blocked"]
    return Now(
        days=work.days,
        open_count=flow.open_count,
        in_progress_count=flow.wip_count,
        blocked=_oldest(blocked) if "blocked" in read.meanings else None,
        overdue=_past_due(read.tasks, today) if by_due else late,
        overdue_basis="due date" if by_due else "p85 of cycle time",
        cycle=flow.cycle,
    )


def _oldest(tasks: Iterable[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: (task.started or task.created, task.id))


def _past_due(tasks: Iterable[Task], today: date) -> list[Task]:
    late = [(task.due, task) for task in tasks if task.is_open and task.due and task.due < today]
    return [task for _, task in sorted(late, key=lambda each: (each[0], each[1].id))]


def _review(tasks: Sequence[Task], period: Period, work: Work, bands: Bands) -> Review:
    window = period.window
    estimates = estimates_of(tasks, window, work.days, work.excluded_statuses)
    told = told_accuracy(estimates, bands)
    flow = flow_of([*completed_in(tasks, window)], window, work.days, window.last)
    return Review(flow, told.accuracy_percent if told else None)


def _trend(series: Mapping[Counted, Series], window: Window) -> Trend | None:
    """Of the completions of whole weeks up to the window's end."""
    completed = series.get("completed")
    if completed is None or completed.known_from is None:
        return None
    first = max(completed.known_from, window.last - timedelta(weeks=TREND_WEEKS_COUNT))
    if first > window.last:
        return None
    weeks = weekly(completed.by_day.items(), first, window.last)
    return trend_of(full_week_totals(weeks))


def _totals(series: Mapping[Counted, Series], window: Window) -> dict[Counted, float]:
    return {name: each.total(window) for name, each in series.items()}

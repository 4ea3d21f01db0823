"""By how much the rows that break a rule change a figure of a report."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from playbooks.days import WorkDays
from playbooks.estimation import is_amount
from playbooks.latency import percentile
from playbooks.row_rules import Case, Figure
from playbooks.task import Task

WINDOW_DAYS: Final = 90
"""Tasks a day are told of so many days, as velocity_report does unasked."""


@dataclass(frozen=True, slots=True)
class Distortion:
    """A figure over all rows and without those that break a rule; None where none is left."""

    figure: Figure
    with_rows: float | None
    without_rows: float | None

    @property
    def is_none(self) -> bool:
        """Whether the rows change nothing that can be seen."""
        return self.with_rows == self.without_rows

    def __str__(self) -> str:
        return (
            f"{self.figure} {_told(self.with_rows)} with them, {_told(self.without_rows)} without"
        )


def _told(value: float | None) -> str:
    return "none" if value is None else f"{round(value, 2):g}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one row adds to the figures, as it stands: flaws and all."""

    row_id: str
    accuracy: float | None = None
    completed: date | None = None
    took_days: int | None = None
    response_ms: float | None = None
    success: float | None = None
    calls_count: float = 1.0


@dataclass(slots=True)
class Figures:
    """The figures of one table; about 150 bytes for each row that adds to one."""

    days: WorkDays
    today: date
    _seen: list[_Seen] = field(default_factory=list[_Seen])

    def add(self, case: Case) -> None:
        """Take a row."""
        if case.task is not None and (case.task.is_done or case.task.completed is not None):
            self._seen.append(self._of_task(case.task))
        elif case.sample is not None:
            sample, raw = case.sample, case.plain("response_time_ms")
            is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
            self._seen.append(
                _Seen(
                    case.row.id,
                    response_ms=float(raw) if is_number else None,  # type: ignore[arg-type]  # see above
                    success=sample.success,
                    calls_count=sample.calls_count,
                )
            )

    def _of_task(self, task: Task) -> _Seen:
        started, completed = task.started, task.completed
        took = None
        if started is not None and completed is not None:
            took = self.days.count(started, completed) if started <= completed else 0
        return _Seen(task.id, _accuracy(task), completed, took)

    def distorted(
        self, figures: Iterable[Figure], row_ids: Collection[str]
    ) -> tuple[Distortion, ...]:
        """Each figure with and without those rows, where they change it."""
        out = frozenset(row_ids)
        rest = [seen for seen in self._seen if seen.row_id not in out]
        told = (self._distortion(figure, rest) for figure in figures)
        return tuple(each for each in told if not each.is_none)

    def _distortion(self, figure: Figure, rest: list[_Seen]) -> Distortion:
        return Distortion(figure, self._figure(figure, self._seen), self._figure(figure, rest))

    def _figure(self, figure: Figure, seen: list[_Seen]) -> float | None:
        if figure == "tasks_per_day":
            first = self.today - timedelta(days=WINDOW_DAYS - 1)
            finished = sum(each.completed is not None and each.completed >= first for each in seen)
            return finished / WINDOW_DAYS
        return _COMPUTED[figure](seen)


def _accuracy(task: Task) -> float | None:
    """min(a, e) / max(a, e), as velocity_report reads estimates."""
    estimate, actual = task.estimated_hours, task.actual_hours
    if estimate is None or actual is None or not (is_amount(estimate) and is_amount(actual)):
        return None
    return min(estimate, actual) / max(estimate, actual)


def _accuracy_percent(seen: Iterable[_Seen]) -> float | None:
    told = [each.accuracy for each in seen if each.accuracy is not None]
    return 100 * sum(told) / len(told) if told else None


def _cycle_p85(seen: Iterable[_Seen]) -> float | None:
    return _ranked((each.took_days for each in seen), 85)


def _response_p50(seen: Iterable[_Seen]) -> float | None:
    return _ranked((each.response_ms for each in seen), 50)


def _ranked(values: Iterable[float | None], percent: float) -> float | None:
    told = sorted(each for each in values if each is not None)
    return percentile(told, percent) if told else None


def _success_percent(seen: Iterable[_Seen]) -> float | None:
    told = [each for each in seen if each.success is not None]
    calls_count = sum(each.calls_count for each in told)
    succeeded = sum((each.success or 0) * each.calls_count for each in told)
    return 100 * succeeded / calls_count if calls_count else None


_COMPUTED: Final[Mapping[Figure, Callable[[Iterable[_Seen]], float | None]]] = {
    "estimation_accuracy_percent": _accuracy_percent,
    "cycle_p85_days": _cycle_p85,
    "response_p50_ms": _response_p50,
    "success_rate_percent": _success_percent,
}

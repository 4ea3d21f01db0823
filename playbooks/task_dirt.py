"""Dirty data of tasks: each is left out of the figures it would spoil, counted, and shown.

Nothing is guessed or repaired here: `validate_data` looks closer, a person decides.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias, get_args

from playbooks.report import Finding
from playbooks.task import Flaw, Task

Figure: TypeAlias = Literal["throughput", "cycle time", "lead time", "age", "estimation"]

EARLIEST_YEAR: Final = 1990
"""An older date is a typing error."""

FAR_APART: Final = 20
"""Estimate and actual that differ by this factor are suspicious: SiP's 95 % factor is 4.25."""

EXAMPLES_COUNT: Final = 3


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a flaw is called, after a number of tasks, and the figures it spoils."""

    what: str
    spoils: frozenset[Figure] = frozenset()


_DATED: Final[frozenset[Figure]] = frozenset({"throughput", "cycle time", "lead time"})

_KINDS: Final[dict[Flaw, _Kind]] = {
    "unreadable_value": _Kind("with a value that has no reading and counts as missing"),
    "implausible_year": _Kind("with a date of an implausible year, which counts as missing"),
    "completed_before_started": _Kind("completed before started", frozenset({"cycle time"})),
    "completed_before_created": _Kind("completed before created", frozenset({"lead time"})),
    "started_before_created": _Kind("started before created"),
    "completed_in_future": _Kind("done, but completed after today", _DATED),
    "started_in_future": _Kind("begun, but started after today", frozenset({"cycle time", "age"})),
    "done_without_completed": _Kind("done without a completed date", _DATED),
    "done_without_started": _Kind("done without a started date", frozenset({"cycle time"})),
    "done_without_estimate": _Kind("done without estimated hours", frozenset({"estimation"})),
    "done_without_actual": _Kind("done without actual hours", frozenset({"estimation"})),
    "completed_but_open": _Kind("with a completed date, but not done", _DATED),
    "reopened_after_completed": _Kind("reopened after their completed date", _DATED),
    "in_progress_without_started": _Kind("in progress without a started date", frozenset({"age"})),
    "zero_hours": _Kind("with 0 hours", frozenset({"estimation"})),
    "hours_below_zero": _Kind("with hours below zero", frozenset({"estimation"})),
    "hours_far_apart": _Kind(f"with estimate and actual {FAR_APART} times apart or more"),
    "clock_time": _Kind("with a clock time in a date, put on the day of the zone"),
}

_SPOILING: Final[dict[Figure, frozenset[Flaw]]] = {
    figure: frozenset(flaw for flaw, kind in _KINDS.items() if figure in kind.spoils)
    for figure in get_args(Figure)
}


def described(flaw: Flaw) -> str:
    """What a flaw is called, after a number of tasks."""
    return _KINDS[flaw].what


def spoiled_by(flaw: Flaw) -> tuple[Figure, ...]:
    """The figures that leave tasks with the flaw out."""
    return tuple(figure for figure in get_args(Figure) if figure in _KINDS[flaw].spoils)


def is_sound(task: Task, figure: Figure) -> bool:
    """Whether nothing that is wrong with the task spoils that figure."""
    return not task.flaws or _SPOILING[figure].isdisjoint(task.flaws)


@dataclass(frozen=True, slots=True)
class Known:
    """Which roles the database has a property for; of the others nothing is missing in a row."""

    started: bool = True
    completed: bool = True
    estimated_hours: bool = True
    actual_hours: bool = True


def flaws_of(task: Task, today: date, known: Known) -> tuple[Flaw, ...]:
    """What is wrong with the values of a task on that local day, in order."""
    return (*_order_flaws(task, today), *_missing_flaws(task, known), *_hours_flaws(task))


def _order_flaws(task: Task, today: date) -> Iterator[Flaw]:
    started, completed = task.started, task.completed
    if started is not None:
        if completed is not None and completed < started:
            yield "completed_before_started"
        if started < task.created:
            yield "started_before_created"
        if started > today and task.role is not None:
            yield "started_in_future"
    if completed is not None:
        if completed < task.created:
            yield "completed_before_created"
        if completed > today and task.is_done:
            yield "completed_in_future"
        if task.is_open:
            yield "completed_but_open"


def _missing_flaws(task: Task, known: Known) -> Iterator[Flaw]:
    if task.is_done:
        if task.completed is None and known.completed:
            yield "done_without_completed"
        if task.started is None and known.started:
            yield "done_without_started"
        if task.estimated_hours is None and known.estimated_hours:
            yield "done_without_estimate"
        if task.actual_hours is None and known.actual_hours:
            yield "done_without_actual"
    elif task.role in {"in_progress", "blocked"} and task.started is None and known.started:
        yield "in_progress_without_started"


def _hours_flaws(task: Task) -> Iterator[Flaw]:
    estimated, actual = task.estimated_hours, task.actual_hours
    if estimated == 0 or (actual == 0 and task.is_done):
        yield "zero_hours"
    if (estimated or 0) < 0 or (actual or 0) < 0:
        yield "hours_below_zero"
    if estimated and actual and _ratio(estimated, actual) >= FAR_APART:
        yield "hours_far_apart"


def _ratio(one: float, other: float) -> float:
    """How many times the larger is the smaller; 0 where one is below zero."""
    return max(one, other) / min(one, other) if min(one, other) > 0 else 0


def is_plausible(day: date, today: date) -> bool:
    """Whether a date can be meant: not before EARLIEST_YEAR, nor ten years ahead."""
    return EARLIEST_YEAR <= day.year <= today.year + 10


@dataclass(frozen=True, slots=True)
class Dirt:
    """How many tasks have a flaw, of how many, with the first of them as examples.

    `among_count` leaves out tasks of states in which none has it: what is done wrong is not rarer
    for all that is open.
    """

    flaw: Flaw
    count: int
    among_count: int
    examples: tuple[Task, ...]

    @property
    def spoils(self) -> bool:
        """Whether tasks are left out of a figure for it."""
        return bool(_KINDS[self.flaw].spoils)

    @property
    def what(self) -> str:
        """In words: how many, what is wrong, and what they are left out of."""
        kind = _KINDS[self.flaw]
        noun = "1 task" if self.count == 1 else f"{self.count} tasks"
        left_out = f" (left out of {_joined(kind.spoils)})" if kind.spoils else ""
        return f"{noun} {kind.what}{left_out}"


def dirt_of(tasks: Iterable[Task]) -> tuple[Dirt, ...]:
    """The flaws of these tasks: those that spoil a figure first, then by frequency."""
    flawed: dict[Flaw, list[Task]] = {}
    states: Counter[str] = Counter()
    for task in tasks:
        states[_state(task)] += 1
        for flaw in task.flaws:
            flawed.setdefault(flaw, []).append(task)
    dirt = [
        Dirt(
            flaw, len(each), sum(states[state] for state in set(map(_state, each))), _examples(each)
        )
        for flaw, each in flawed.items()
    ]
    order: Sequence[Flaw] = get_args(Flaw)
    return tuple(
        sorted(dirt, key=lambda each: (not each.spoils, -each.count, order.index(each.flaw)))
    )


def _state(task: Task) -> str:
    if task.is_done:
        return "done"
    return "open" if task.is_open else "cancelled"


def dirt_findings(
    dirt: Iterable[Dirt],
    *,
    warn_above_percent: float,
    procedure: str,
    effects: Mapping[Flaw, str],
) -> tuple[Finding, ...]:
    """One finding for each flaw: a warning where it touches more than that share of them.

    `effects` end the sentences of flaws that spoil nothing, but move a figure.
    """
    return tuple(
        Finding(
            id=f"{procedure}.{each.flaw}",
            severity="warning" if _touches(each, warn_above_percent) else "info",
            what=f"{each.what}{effects.get(each.flaw, '')}",
            evidence=tuple(str(task) for task in each.examples),
            remedy="validate_data lists every one of them; correct them in Notion.",
        )
        for each in dirt
    )


def _touches(dirt: Dirt, warn_above_percent: float) -> bool:
    return dirt.spoils and dirt.count * 100 > warn_above_percent * dirt.among_count


def _examples(tasks: list[Task]) -> tuple[Task, ...]:
    return tuple(sorted(tasks, key=lambda task: task.id)[:EXAMPLES_COUNT])


def _joined(figures: frozenset[Figure]) -> str:
    return ", ".join(figure for figure in get_args(Figure) if figure in figures)

"""How a team works, as its configuration says."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from playbooks.days import WorkDays

TeamKind: TypeAlias = Literal["solo", "ai_assisted"]


@dataclass(frozen=True, slots=True)
class Work:
    """The calendar, the benchmarks to show, and the statuses that estimation leaves out."""

    days: WorkDays = WorkDays()  # noqa: RUF009 - frozen
    team: TeamKind = "solo"
    excluded_statuses: tuple[str, ...] = ()

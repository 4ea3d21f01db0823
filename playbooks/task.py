"""A task, as every procedure that counts tasks sees it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from playbooks.databases import StatusRole
from playbooks.text import shown

Flaw: TypeAlias = Literal[
    "unreadable_value",
    "implausible_year",
    "completed_before_started",
    "completed_before_created",
    "started_before_created",
    "completed_in_future",
    "started_in_future",
    "done_without_completed",
    "done_without_started",
    "done_without_estimate",
    "done_without_actual",
    "completed_but_open",
    "reopened_after_completed",
    "in_progress_without_started",
    "zero_hours",
    "hours_below_zero",
    "hours_far_apart",
    "clock_time",
]
"""What is wrong with the values of one task."""


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the task database; days are local ones. Texts are foreign.

    A value that is missing, or has no reading, is None; hours and points are as they stand.
    `role` None is open work that nobody has begun. `reopened_count` counts recorded changes of
    status alone. `flaws` says what is wrong with it, in the order of `Flaw`.
    """

    id: str
    title: str
    status: str | None
    role: StatusRole | None
    created: date
    started: date | None = None
    completed: date | None = None
    due: date | None = None
    estimated_hours: float | None = None
    actual_hours: float | None = None
    story_points: float | None = None
    assignees: tuple[str, ...] = ()
    project: str | None = None
    ai_tool: str | None = None
    priority: str | None = None
    reopened_count: int = 0
    flaws: tuple[Flaw, ...] = ()

    @property
    def url(self) -> str:
        """Where it is in Notion; without the title that Notion's own links repeat."""
        return f"https://www.notion.so/{self.id.replace('-', '')}"

    @property
    def is_done(self) -> bool:
        """Whether its status means done."""
        return self.role == "done"

    @property
    def is_open(self) -> bool:
        """Whether it waits or is being worked on."""
        return self.role not in {"done", "cancelled"}

    @property
    def is_begun(self) -> bool:
        """Whether it is work in progress."""
        return self.is_open and (self.role is not None or self.started is not None)

    def __str__(self) -> str:
        """Its title as data, and its link."""
        return f"{shown(self.title)} {self.url}"

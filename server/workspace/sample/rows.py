"""The invented rows as values, before they become Notion requests.

A row refers to a task by `key`, the task's place in order of creation.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from server.workspace.sample.names import Kind, Priority, Status, Tool

PersonKey: TypeAlias = str

BlockType: TypeAlias = Literal["paragraph", "to_do", "code"]
KeyShape: TypeAlias = Literal["current", "older"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One block of a page's body.

    `pasted_key` stands for a token-shaped text: it must not stand in the repository, so one is
    made when the passage is loaded, another one in each workspace.
    """

    type: BlockType
    text: str = ""
    pasted_key: KeyShape | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One task as the team left it; `edited_at` is None when nobody touched it after creation."""

    key: int
    title: str
    project: str
    priority: Priority
    status: Status
    estimated_hours: float | None
    actual_hours: float | None
    story_points: int
    assignee: PersonKey | None
    reporter: PersonKey
    ai_tool: Tool | None
    created_at: datetime
    started: date | None
    completed: date | datetime | None
    edited_at: datetime | None
    related: tuple[int, ...] = ()
    body: tuple[Passage, ...] = ()
    in_trash: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One development event; `at` is when it was written, `date` what its author put down."""

    title: str
    kind: Kind
    at: datetime
    date: datetime | None
    author: PersonKey
    tool: Tool | None = None
    task: int | None = None
    body: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class AiCall:
    """One row of calls of an AI tool; all of `calls_count` went the same way."""

    title: str
    tool: Tool | None
    at: datetime
    response_time_ms: float
    success: bool
    tokens_count: int
    cost_usd: float
    calls_count: int
    task: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All rows, each kind in order of creation."""

    tasks: tuple[Task, ...]
    log: tuple[LogEntry, ...]
    calls: tuple[AiCall, ...]

"""The databases of the playbook: their keys, the roles of their properties, and usual names.

A *role* is what a property means to us (`estimated_hours`); a team's own property may have any
name. Without configuration roles are guessed by name and type, and the guess is shown.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

DatabaseKey = Literal["task_management", "development_log", "ai_tool_metrics", "operations_log"]

StatusRole = Literal["done", "in_progress", "blocked", "cancelled"]


@dataclass(frozen=True, slots=True)
class Role:
    """What a property means: the Notion types it may have, and the names people give it."""

    name: str
    types: tuple[str, ...]
    names: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class DatabaseKind:
    """One database of the playbook, the titles people give it, and its roles."""

    key: DatabaseKey
    titles: tuple[str, ...]
    roles: tuple[Role, ...]
    ours: bool = False


_CHOICE = ("select", "status")
_LABEL = ("select", "multi_select", "rich_text")
_WHEN = ("date", "created_time", "last_edited_time")

KINDS: Final[tuple[DatabaseKind, ...]] = (
    DatabaseKind(
        "task_management",
        ("tasks", "task management", "task tracker", "issues", "backlog"),
        (
            Role("title", ("title",), ("name", "task", "title"), required=True),
            Role("status", (*_CHOICE, "checkbox"), ("status", "state", "stage"), required=True),
            Role(
                "estimated_hours",
                ("number",),
                ("estimated hours", "estimate", "estimate hours", "hours estimate"),
            ),
            Role(
                "actual_hours",
                ("number",),
                ("actual hours", "hours actual", "time spent", "hours spent"),
            ),
            Role("story_points", ("number",), ("story points", "points", "size")),
            Role(
                "assignee", ("people", *_LABEL), ("assignee", "owner", "assigned to", "developer")
            ),
            Role("ai_tool", _LABEL, ("ai tool", "ai tool used", "tool")),
            Role("priority", (*_CHOICE, "number"), ("priority", "prio")),
            Role("project", (*_LABEL, "relation"), ("project", "epic", "area")),
            Role(
                "created",
                ("date", "created_time"),
                ("created", "created on", "created time", "requested", "requested on"),
            ),
            Role("started", ("date",), ("started", "started on", "start", "start date")),
            Role(
                "completed",
                ("date",),
                ("completed", "completed on", "done on", "completion date", "end date"),
            ),
            Role("due", ("date",), ("due", "due date", "due on", "deadline")),
            Role("related_tasks", ("relation",), ("related tasks", "related", "blocked by")),
        ),
    ),
    DatabaseKind(
        "development_log",
        ("development log", "dev log", "devlog", "engineering log"),
        (
            Role("title", ("title",), ("name", "event", "title"), required=True),
            Role("date", _WHEN, ("date", "when", "day"), required=True),
            Role("kind", _CHOICE, ("kind", "type", "category")),
            Role("tool", _LABEL, ("tool", "ai tool")),
            Role("task", ("relation",), ("task", "related task", "tasks")),
            Role("text", ("rich_text",), ("text", "notes", "details", "description")),
        ),
    ),
    DatabaseKind(
        "ai_tool_metrics",
        ("ai tool metrics", "ai metrics", "ai usage", "tool metrics"),
        (
            Role("tool", ("select", "rich_text", "title"), ("tool", "ai tool"), required=True),
            Role("date", _WHEN, ("date", "when", "day", "time"), required=True),
            Role(
                "response_time_ms",
                ("number",),
                ("response time ms", "response time", "latency ms", "latency"),
                required=True,
            ),
            Role(
                "success",
                ("checkbox", "number", *_CHOICE),
                ("success", "succeeded", "success rate", "ok"),
                required=True,
            ),
            Role("tokens", ("number",), ("tokens", "token count")),
            Role("cost", ("number",), ("cost usd", "cost", "price")),
            Role("count", ("number",), ("calls", "count", "calls count")),
            Role("error", _LABEL, ("error", "error class", "error message")),
            Role("task", ("relation",), ("task", "related task")),
        ),
    ),
    DatabaseKind(
        "operations_log",
        ("operations log", "ops log"),
        (
            Role("title", ("title",), ("name", "title"), required=True),
            Role("kind", _CHOICE, ("kind", "type"), required=True),
            Role("date", _WHEN, ("date", "when"), required=True),
            Role("severity", _CHOICE, ("severity",)),
            Role("status", _CHOICE, ("status", "state")),
            Role("body", ("rich_text",), ("body", "text", "details")),
        ),
        ours=True,
    ),
)

USUAL_STATUSES: Final[dict[StatusRole, tuple[str, ...]]] = {
    "done": ("done", "complete", "completed", "closed", "shipped", "released"),
    "in_progress": ("in progress", "doing", "started", "in review", "review"),
    "blocked": ("blocked", "on hold", "waiting"),
    "cancelled": ("cancelled", "canceled", "dropped", "wont do"),
}
"""Names of options that are usual for each meaning; any other option is open work."""


def kind_of(key: DatabaseKey) -> DatabaseKind:
    """The database kind of a key."""
    return next(kind for kind in KINDS if kind.key == key)


def normal(name: str) -> str:
    """A name as people mean it: case, spacing and punctuation aside."""
    return " ".join(_WORDS.findall(name.casefold()))


_WORDS: Final = re.compile(r"[^\W_]+")

"""The roles that a column of a file may play, and the properties that they fill.

The properties bear the usual names of `playbooks.databases`, so that every procedure recognises
them without configuration.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

FieldType: TypeAlias = Literal["title", "rich_text", "number", "select", "status", "date"]


@dataclass(frozen=True, slots=True)
class Field:
    """One role: the property it fills, and the types that it may have, the usual one first."""

    role: str
    property: str
    types: tuple[FieldType, ...]


_LABEL: Final[tuple[FieldType, ...]] = ("select", "rich_text")

FIELDS: Final[tuple[Field, ...]] = (
    Field("title", "Name", ("title",)),
    Field("external_id", "External ID", ("rich_text",)),
    Field("status", "Status", ("status", "select")),
    Field("estimated_hours", "Estimated hours", ("number",)),
    Field("actual_hours", "Actual hours", ("number",)),
    Field("story_points", "Story points", ("number",)),
    Field("priority", "Priority", ("select", "number")),
    Field("project", "Project", _LABEL),
    Field("category", "Category", _LABEL),
    Field("assignee", "Assignee", ("rich_text", "select")),
    Field("ai_tool", "AI tool", _LABEL),
    Field("created", "Created", ("date",)),
    Field("estimated_on", "Estimated on", ("date",)),
    Field("started", "Started", ("date",)),
    Field("completed", "Completed", ("date",)),
)

REQUIRED: Final = ("title", "external_id")
"""Without a title a task says nothing, without an id of its own it cannot be found again."""

ROLES: Final = {field.role: field for field in FIELDS}

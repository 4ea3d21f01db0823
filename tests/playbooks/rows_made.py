"""Rows of ai_tool_metrics as the tests of its figures tell them."""

from datetime import UTC, date, datetime
from typing import Any

from playbooks.rows import Plain, Row, Span, Value
from playbooks.tool_samples import Sample

NAMES = {
    "tool": "Tool",
    "date": "When",
    "response_time_ms": "Latency",
    "success": "OK?",
    "tokens": "Tokens",
    "cost": "Cost",
    "count": "Calls",
}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def row(name: str = "r", /, **roles: Plain) -> Row:
    """A row of one successful call of Cursor in 400 ms; `roles` differ."""
    usual: dict[str, Plain] = {
        "tool": "Cursor",
        "date": Span(NOON),
        "response_time_ms": 400,
        "success": True,
    }
    values = {
        NAMES[role]: Value(id=role, type="any", plain=plain)
        for role, plain in (usual | roles).items()
    }
    return Row(name, f"https://notion.test/{name}", NOON, NOON, in_trash=False, values=values)


def sample(tool: str = "cursor", **more: Any) -> Sample:
    """One call of Cursor."""
    usual: dict[str, Any] = {"day": date(2026, 11, 23), "at": NOON, "calls_count": 1}
    return Sample(tool=tool, **(usual | more))

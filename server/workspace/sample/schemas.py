"""The schemas of the three databases as the Notion API wants them created."""

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from server.workspace.sample import names
from server.workspace.sample.wording import PROJECTS

JSON: TypeAlias = dict[str, Any]

_TEXT_TITLE: Final[JSON] = {"title": {}}
_DATE: Final[JSON] = {"date": {}}
_NUMBER: Final[JSON] = {"number": {"format": "number"}}


def tasks() -> JSON:
    """The tasks; their relation to each other is added once the table exists."""
    return {
        names.NAME: _TEXT_TITLE,
        names.STATUS: {"status": {"options": _colored(names.STATUS_COLORS)}},
        names.ESTIMATED_HOURS: _NUMBER,
        names.ACTUAL_HOURS: _NUMBER,
        names.STORY_POINTS: _NUMBER,
        names.ASSIGNEE: {"people": {}},
        names.AI_TOOL: _select(names.TOOLS),
        names.PRIORITY: _select(names.PRIORITIES),
        names.PROJECT: _select(PROJECTS),
        names.STARTED: _DATE,
        names.COMPLETED: _DATE,
    }


def relation(data_source_id: str) -> JSON:
    """A one-sided relation to the rows of that table."""
    return {"relation": {"data_source_id": data_source_id, "single_property": {}}}


def development_log(tasks_id: str) -> JSON:
    """The development log."""
    return {
        names.NAME: _TEXT_TITLE,
        names.DATE: _DATE,
        names.KIND: _select(names.KINDS),
        names.TOOL: _select(names.TOOLS),
        names.TASK: relation(tasks_id),
    }


def ai_tool_metrics(tasks_id: str) -> JSON:
    """The calls of AI tools."""
    return {
        names.NAME: _TEXT_TITLE,
        names.TOOL: _select(names.TOOLS),
        names.DATE: _DATE,
        names.RESPONSE_TIME_MS: _NUMBER,
        names.SUCCESS: {"checkbox": {}},
        names.TOKENS: _NUMBER,
        names.COST_USD: {"number": {"format": "dollar"}},
        names.CALLS: _NUMBER,
        names.TASK: relation(tasks_id),
    }


def _select(options: Iterable[str]) -> JSON:
    return {"select": {"options": [{"name": name} for name in options]}}


def _colored(options: dict[names.Status, str]) -> list[JSON]:
    return [{"name": name, "color": color} for name, color in options.items()]

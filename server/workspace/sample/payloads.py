"""Rows as the Notion API wants them written; what has no value is left out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from server.workspace.sample import names
from server.workspace.sample.keys import fresh_key
from server.workspace.sample.rows import AiCall, LogEntry, Passage, Task

JSON: TypeAlias = dict[str, Any]
PageIds: TypeAlias = Sequence[str]
"""The page of each task by its key."""


def new_task(task: Task, users: Mapping[str, str]) -> JSON:
    """What is known of a task when it is created."""
    return {
        names.NAME: title(task.title),
        names.STATUS: {"status": {"name": "Not started"}},
        names.STORY_POINTS: _number(task.story_points),
        names.PRIORITY: _select(task.priority),
        names.PROJECT: _select(task.project),
        **_given(names.ESTIMATED_HOURS, _number, task.estimated_hours),
        **_given(names.ASSIGNEE, _people, users.get(task.assignee or "")),
    }


def edited_task(task: Task, page_ids: PageIds) -> JSON:
    """What was written into a task later."""
    return {
        names.STATUS: {"status": {"name": task.status}},
        **_given(names.ACTUAL_HOURS, _number, task.actual_hours),
        **_given(names.AI_TOOL, _select, task.ai_tool),
        **_given(names.STARTED, _date, task.started),
        **_given(names.COMPLETED, _date, task.completed),
        **_given(names.RELATED_TASKS, _relation, [page_ids[key] for key in task.related] or None),
    }


def log_entry(entry: LogEntry, page_ids: PageIds) -> JSON:
    """The properties of a log entry."""
    return {
        names.NAME: title(entry.title),
        names.KIND: _select(entry.kind),
        **_given(names.DATE, _date, entry.date),
        **_given(names.TOOL, _select, entry.tool),
        **_task(entry.task, page_ids),
    }


def ai_call(call: AiCall, page_ids: PageIds) -> JSON:
    """The properties of a row of AI calls."""
    return {
        names.NAME: title(call.title),
        names.DATE: _date(call.at),
        names.RESPONSE_TIME_MS: _number(call.response_time_ms),
        names.SUCCESS: {"checkbox": call.success},
        names.TOKENS: _number(call.tokens_count),
        names.COST_USD: _number(call.cost_usd),
        names.CALLS: _number(call.calls_count),
        **_given(names.TOOL, _select, call.tool),
        **_task(call.task, page_ids),
    }


def title(text: str) -> JSON:
    """A title; an empty one has no rich text at all."""
    return {"title": rich_text(text)}


def rich_text(text: str) -> list[JSON]:
    """A text as rich text."""
    return [{"type": "text", "text": {"content": text}}] if text else []


def blocks(body: Iterable[Passage]) -> list[JSON]:
    """The blocks of a page's body; pasted keys are made here."""
    return [_block(passage) for passage in body]


def _block(passage: Passage) -> JSON:
    text = fresh_key(passage.pasted_key) if passage.pasted_key else passage.text
    payload: JSON = {"rich_text": rich_text(text)}
    if passage.type == "code":
        payload["language"] = "plain text"
    return {"type": passage.type, passage.type: payload}


def _given(name: str, write: Any, value: Any) -> JSON:
    return {} if value is None else {name: write(value)}


def _task(key: int | None, page_ids: PageIds) -> JSON:
    return {} if key is None else {names.TASK: _relation([page_ids[key]])}


def _number(value: float) -> JSON:
    return {"number": value}


def _select(name: str) -> JSON:
    return {"select": {"name": name}}


def _date(moment: date) -> JSON:
    return {"date": {"start": moment.isoformat()}}


def _people(user_id: str) -> JSON:
    return {"people": [{"id": user_id}]}


def _relation(page_ids: Iterable[str]) -> JSON:
    return {"relation": [{"id": page_id} for page_id in page_ids]}

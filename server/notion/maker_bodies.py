"""What is sent to make an object of a snapshot again, but for what leads to other objects."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from server.notion.answers import JSON
from server.notion.payloads import rich_text
from server.notion.references import references, translated, without
from server.notion.writable import (
    MOST_ITEMS,
    WRITABLE_TYPES,
    writable_look,
    writable_rich_text,
    writable_value,
)
from server.notion.writable_schema import type_of, writable_schema

LATER: Final = frozenset(("relation", "rollup", "formula"))
"""Columns that need other columns or tables."""

_NOBODY_MAKES: Final = frozenset(("location", "last_visited_time"))


def place_body(title: str, page_id: str) -> JSON:
    """An empty page below another one."""
    return {
        "parent": {"type": "page_id", "page_id": page_id},
        "properties": {"title": {"title": rich_text(title)}},
    }


def page_body(record: JSON, page_id: str, ids: Mapping[str, str]) -> JSON:
    """A page that is no row, without its content."""
    title = next(raw for raw in record["properties"].values() if raw["type"] == "title")
    told = without(title, references(title) - ids.keys())
    return {
        "parent": {"type": "page_id", "page_id": page_id},
        "properties": {"title": _sent(told, ids) or {"title": []}},
        **_looks(record),
    }


def row_body(
    record: JSON, data_source_id: str, columns: Mapping[str, JSON], ids: Mapping[str, str]
) -> JSON:
    """A row, without its relations and content; mentions of what is not made yet as text."""
    properties = {
        name: sent
        for name, raw in fitting(record["properties"], columns).items()
        if raw["type"] != "relation"
        and (sent := _sent(without(raw, references(raw) - ids.keys()), ids))
    }
    return {
        "parent": {"type": "data_source_id", "data_source_id": data_source_id},
        "properties": properties,
        **_looks(record),
    }


def linking_values(
    record: JSON, columns: Mapping[str, JSON] | None, ids: Mapping[str, str], gone: frozenset[str]
) -> dict[str, JSON]:
    """The values of a page that lead to other objects; `columns` None for a page that is no row."""
    properties: dict[str, JSON] = record["properties"]
    shown = properties if columns is None else related_values(properties, columns, ids)
    return {
        name: sent
        for name, raw in shown.items()
        if references(raw)
        and not is_beyond_one_request(raw)
        and (sent := _sent(without(raw, gone), ids))
    }


def related_values(
    properties: Mapping[str, JSON], columns: Mapping[str, JSON], ids: Mapping[str, str]
) -> dict[str, JSON]:
    """As `fitting`; a relation to a new table has only rows that were made for it."""
    new_ids = frozenset(ids.values())
    return {
        name: {**raw, "relation": [each for each in raw["relation"] if each["id"] in ids]}
        if raw["type"] == "relation" and columns[name]["relation"].get("data_source_id") in new_ids
        else raw
        for name, raw in fitting(properties, columns).items()
    }


def is_beyond_one_request(raw: JSON) -> bool:
    """Whether it is a relation that one request cannot replace."""
    return raw["type"] == "relation" and len(raw["relation"]) > MOST_ITEMS


def database_body(record: JSON, table: JSON, page_id: str, *, prefixed: bool) -> JSON:
    """A database with its first table; see `table_body`."""
    words = {
        key: writable_rich_text(record.get(key) or ())[:MOST_ITEMS]
        for key in ("title", "description")
    }
    return {
        "parent": {"type": "page_id", "page_id": page_id},
        **words,
        "is_inline": record.get("is_inline", False),
        "initial_data_source": {"properties": first_columns(table, prefixed=prefixed)},
        **_looks(record),
    }


def table_body(table: JSON, database_id: str, *, prefixed: bool) -> JSON:
    """A further table of a database; `prefixed` False leaves the prefix of its numbers away."""
    return {
        "parent": {"type": "database_id", "database_id": database_id},
        "title": writable_rich_text(table["title"])[:MOST_ITEMS],
        "properties": first_columns(table, prefixed=prefixed),
    }


def first_columns(table: JSON, *, prefixed: bool) -> dict[str, JSON]:
    """The columns that need nothing else."""
    wanted = writable_schema(table["properties"])
    return {
        name: _first(column, prefixed=prefixed)
        for name, column in wanted.items()
        if type_of(column) not in LATER | _NOBODY_MAKES
    }


def prefix_of(table: JSON) -> str | None:
    """The prefix of the numbers of its rows, which no two tables share."""
    numbered = (raw for raw in table["properties"].values() if raw["type"] == "unique_id")
    return next((raw["unique_id"].get("prefix") for raw in numbered), None)


def fitting(properties: Mapping[str, JSON], columns: Mapping[str, JSON]) -> dict[str, JSON]:
    """The values that the columns of a table can take, by the names of these.

    A column of the same id and type is the same one under whatever name.
    """
    by_id = {unquote(raw["id"]): (name, raw) for name, raw in columns.items()}
    fits: dict[str, JSON] = {}
    for shown_name, raw in properties.items():
        same = by_id.get(unquote(raw["id"]))
        name, column = same or (shown_name, columns.get(shown_name))
        if column is None or column["type"] != raw["type"]:
            name, column = shown_name, columns.get(shown_name)
        if column is not None and column["type"] == raw["type"] and _has_option(raw, column):
            fits[name] = raw
    return fits


def _has_option(raw: JSON, column: JSON) -> bool:
    """The API adds options to every column that has some, but for a status."""
    chosen = raw.get("status")
    known = column.get("status", {}).get("options", ())
    return chosen is None or chosen["name"] in {each["name"] for each in known}


def _sent(raw: JSON, ids: Mapping[str, str]) -> JSON | None:
    kind: str = raw["type"]
    if kind not in WRITABLE_TYPES:
        return None
    value = writable_value(raw)
    if value is None:
        return None
    content: Any = translated(value, ids)[kind]
    if kind == "files":
        content = [each for each in content if each["type"] == "external"]
    return {kind: content[:MOST_ITEMS] if isinstance(content, list) else content}


def _first(column: JSON, *, prefixed: bool) -> JSON:
    kind = type_of(column)
    if "options" in column[kind]:
        return {**column, kind: {"options": column[kind]["options"][:MOST_ITEMS]}}
    return {**column, kind: {}} if kind == "unique_id" and not prefixed else column


def _looks(record: JSON) -> JSON:
    looks = {key: writable_look(record.get(key)) for key in ("icon", "cover")}
    return {key: look for key, look in looks.items() if look is not None}

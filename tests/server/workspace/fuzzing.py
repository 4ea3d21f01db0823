"""Requests of every kind: a valid one for each route, and what strangers make of it.

Words such as `<page>` stand for ids of the workspace at hand until a request is sent; words such
as `<deep>` for JSON that Python could not write.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

Words: TypeAlias = Mapping[str, str]

NIL: Final = "00000000-0000-0000-0000-000000000000"
STRANGE: Final = "0f0e0d0c-0b0a-4908-8706-050403020100"
KNOWN: Final = (
    "page", "linked", "text_page", "private", "data_source", "other", "database", "block",
    "table_block", "user", "bot", "comment", "discussion",
)  # fmt: skip
VERSIONS: Final = ("2026-03-11", "2025-09-03", "2022-06-28")

HELLO: Final = [{"text": {"content": "hello", "link": {"url": "https://example.org"}},
                 "annotations": {"bold": True, "color": "red"}}]  # fmt: skip
MENTIONS: Final = [
    {"mention": {"user": {"id": "<user>"}}},
    {"mention": {"page": {"id": "<linked>"}}},
    {"mention": {"date": {"start": "2026-05-13"}}},
    {"equation": {"expression": "e=mc^2"}},
]
EMOJI: Final = {"type": "emoji", "emoji": "🔥"}
EXTERNAL: Final = {"type": "external", "external": {"url": "https://example.org/a.png"}}

SCHEMA: Final[dict[str, Any]] = {
    "Name": {"title": {}},
    "Text": {"rich_text": {}},
    "Number": {"number": {"format": "dollar"}},
    "Select": {"select": {"options": [{"name": "a", "color": "red"}, {"name": "b"}]}},
    "Tags": {"multi_select": {"options": [{"name": "x"}, {"name": "y"}]}},
    "State": {"status": {}},
    "Date": {"date": {}},
    "People": {"people": {}},
    "Files": {"files": {}},
    "Tick": {"checkbox": {}},
    "Link": {"url": {}},
    "Mail": {"email": {}},
    "Phone": {"phone_number": {}},
    "Formula": {"formula": {"expression": 'prop("Number") + 1'}},
    "Relation": {"relation": {"data_source_id": "<other>", "dual_property": {}}},
    "Made": {"created_time": {}},
    "Maker": {"created_by": {}},
    "Edited": {"last_edited_time": {}},
    "Editor": {"last_edited_by": {}},
    "Key": {"unique_id": {}},
}
OLD_SCHEMA: Final[dict[str, Any]] = SCHEMA | {
    "Relation": {"relation": {"database_id": "<database>", "single_property": {}}}
}
ROLLUPS: Final[dict[str, Any]] = {
    name: {
        "rollup": {
            "relation_property_name": "Relation",
            "rollup_property_name": "Name",
            "function": function,
        }
    }
    for name, function in {"Rollup": "count", "Shown": "show_original"}.items()
}
VALUES: Final[dict[str, Any]] = {
    "Name": {"title": HELLO},
    "Text": {"rich_text": [*HELLO, *MENTIONS]},
    "Number": {"number": 1.5},
    "Select": {"select": {"name": "a"}},
    "Tags": {"multi_select": [{"name": "x"}, {"name": "new"}]},
    "State": {"status": {"name": "Done"}},
    "Date": {"date": {"start": "2026-05-13T09:00:00+02:00", "end": None, "time_zone": None}},
    "People": {"people": [{"id": "<user>"}]},
    "Files": {"files": [{"name": "a", **EXTERNAL}]},
    "Tick": {"checkbox": True},
    "Link": {"url": "https://example.org"},
    "Mail": {"email": "a@example.org"},
    "Phone": {"phone_number": "+1"},
    "Relation": {"relation": [{"id": "<linked>"}]},
}
CHILDREN: Final[list[Any]] = [
    {"type": "paragraph", "paragraph": {"rich_text": HELLO, "children": [{"divider": {}}]}},
    {"to_do": {"rich_text": HELLO, "checked": True, "color": "blue"}},
    {"code": {"rich_text": HELLO, "language": "python"}},
    {"callout": {"rich_text": MENTIONS, "icon": EMOJI}},
    {"table": {"table_width": 1, "children": [{"table_row": {"cells": [HELLO]}}]}},
    {"column_list": {"children": [
        {"column": {"children": [{"divider": {}}]}}, {"column": {"children": [{"divider": {}}]}},
    ]}},
    {"bookmark": {"url": "https://example.org"}},
    {"image": EXTERNAL},
    {"synced_block": {"synced_from": None}},
    {"link_to_page": {"type": "page_id", "page_id": "<page>"}},
    {"table_of_contents": {}},
    {"equation": {"expression": "x"}},
]  # fmt: skip
CONDITIONS: Final[list[Any]] = [
    {"property": "Name", "title": {"contains": "a"}},
    {"property": "Number", "number": {"greater_than_or_equal_to": 1}},
    {"property": "Select", "select": {"equals": "a"}},
    {"property": "Tags", "multi_select": {"does_not_contain": "x"}},
    {"property": "State", "status": {"equals": "Done"}},
    {"property": "Date", "date": {"on_or_before": "2026-05-13"}},
    {"property": "Date", "date": {"past_week": {}}},
    {"property": "People", "people": {"contains": "<user>"}},
    {"property": "Files", "files": {"is_empty": True}},
    {"property": "Tick", "checkbox": {"equals": True}},
    {"property": "Relation", "relation": {"contains": "<linked>"}},
    {"property": "Rollup", "rollup": {"number": {"equals": 1}}},
    {"property": "Shown", "rollup": {"any": {"rich_text": {"contains": "a"}}}},
    {"property": "Key", "unique_id": {"equals": 1}},
    {"property": "Maker", "created_by": {"contains": "me"}},
    {"timestamp": "created_time", "created_time": {"this_week": {}}},
]
QUERY: Final[dict[str, Any]] = {
    "filter": {"and": [*CONDITIONS[:3], {"or": CONDITIONS[3:6]}]},
    "sorts": [
        {"property": "Name", "direction": "ascending"},
        {"timestamp": "created_time", "direction": "descending"},
    ],
    "page_size": 2,
    "start_cursor": None,
}
COMMENTS: Final = "/v1/comments"
COMMENT: Final[dict[str, Any]] = {"parent": {"page_id": "<page>"}, "rich_text": HELLO}

BODIES: Final[Mapping[str, list[Any]]] = {
    "POST /v1/search": [
        {"query": "a", "filter": {"property": "object", "value": "page"}, "page_size": 1,
         "sort": {"timestamp": "last_edited_time", "direction": "ascending"}},
    ],
    "POST /v1/databases": [
        {"parent": {"page_id": "<text_page>"}, "title": HELLO, "icon": EMOJI, "cover": EXTERNAL,
         "is_inline": True, "initial_data_source": {"properties": SCHEMA}},
        {"parent": {"page_id": "<text_page>"}, "title": HELLO, "properties": OLD_SCHEMA},
    ],
    "PATCH /v1/databases/{database_id}": [
        {"title": HELLO, "description": MENTIONS, "is_locked": True, "in_trash": False},
        {"parent": {"page_id": "<text_page>"}, "in_trash": True},
        {"properties": OLD_SCHEMA, "archived": False},
    ],
    "POST /v1/data_sources": [
        {"parent": {"database_id": "<database>"}, "properties": SCHEMA, "title": HELLO},
    ],
    "PATCH /v1/data_sources/{data_source_id}": [
        {"properties": {
            "Number": None, "Text": {"name": "Renamed"}, "Select": {"multi_select": {}},
            "Tags": {"multi_select": {"options": [{"name": "z"}]}}, **ROLLUPS,
        }, "title": HELLO, "in_trash": False},
        {"properties": SCHEMA},
        {"parent": {"database_id": "<database>"}},
    ],
    "POST /v1/data_sources/{data_source_id}/query": [
        QUERY, *({"filter": each} for each in CONDITIONS),
        *({"sorts": [{"property": name, "direction": "descending"}]} for name in SCHEMA),
    ],
    "POST /v1/databases/{database_id}/query": [QUERY],
    "POST /v1/pages": [
        {"parent": {"data_source_id": "<data_source>"}, "properties": VALUES, "icon": EMOJI},
        {"parent": {"database_id": "<database>"}, "properties": VALUES, "cover": EXTERNAL},
        {"parent": {"page_id": "<text_page>"}, "properties": {"title": HELLO},
         "children": CHILDREN},
    ],
    "PATCH /v1/pages/{page_id}": [
        {"properties": VALUES, "icon": None, "is_locked": True}, {"in_trash": True},
        {"archived": False}, {"erase_content": True},
    ],
    "POST /v1/pages/{page_id}/move": [
        {"parent": {"page_id": "<text_page>"}},
        {"parent": {"type": "data_source_id", "data_source_id": "<other>"}},
    ],
    "PATCH /v1/blocks/{block_id}": [
        {"paragraph": {"rich_text": HELLO, "color": "blue_background"}}, {"in_trash": True},
        {"type": "paragraph", "paragraph": {"rich_text": MENTIONS}, "archived": False},
    ],
    "PATCH /v1/blocks/{block_id}/children": [
        {"children": CHILDREN},
        {"children": CHILDREN[:1], "after": "<block>"},
        {"children": CHILDREN[:1],
         "position": {"type": "after_block", "after_block": {"id": "<block>"}}},
        {"children": CHILDREN[:1], "position": {"type": "start"}},
    ],
    "POST /v1/comments": [
        COMMENT,
        {"discussion_id": "<discussion>", "rich_text": MENTIONS},
        {"parent": {"block_id": "<block>"}, "rich_text": HELLO,
         "display_name": {"type": "custom", "custom": {"name": "A"}}},
    ],
    "PATCH /v1/comments/{comment_id}": [{"rich_text": MENTIONS}],
}  # fmt: skip
QUERIES: Final[Mapping[str, list[str]]] = {
    "page_size": ["1", "0", "100", "101", "-1", "1e3", "x", "9" * 400],
    "start_cursor": ["<page>", "<block>", "<user>", "", "s:a:b", "\x00", "🔥"],
    "filter_properties": ["title", "Name", "%41", "", "\x00"],
    "filter_properties[]": ["title"],
    "block_id": ["<page>", "<block>", "x", NIL],
    "in_trash": ["true"],
}

PLAN: Final[dict[str, Any]] = {
    "seed": 7,
    "conditions": {"token_budget": 180, "search_delay_s": 5, "revoked": ["Robot"]},
    "rules": [
        {"route": "POST /v1/pages", "fault": "rate_limited", "rate": 0.5, "count": 2, "after": 1},
        {"fault": "failed", "status": 502},
        {"fault": "delayed", "latency_ms": 1250, "p95_ms": 2260},
    ],
}

UNWRITABLE: Final[Mapping[str, str]] = {
    "<deep>": "[" * 2000 + "]" * 2000,
    "<deep objects>": '{"and":' * 300 + "[]" + "}" * 300,
    "<1e400>": "1e400",
    "<many digits>": "9" * 4000,
    "<-0>": "-0.0",
    "<tiny>": "5e-324",
    "<NaN>": "NaN",
}
ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**53 + 1, 10**30, -(10**300), 1.5, 1e308, *UNWRITABLE,
    "", " ", "x" * 2001, "x" * 100_000, "\x00", "a\x00b", "\ud800", "😀" * 1001, "title", "me",
    [], {}, [[]], [{}], [None], {"": None}, {"a": {"b": {}}}, [None] * 101, ["x"] * 101,
    "2026-13-45", "0001-01-01", "9999-12-31T23:59:59+14:00", "2026-05-13T00:00:00.123456789Z",
    {"property": "Formula", "formula": {"number": {"equals": 1}}},
    NIL, STRANGE, "AAA", "https://", "http://[",
    "https://a\u2100b.com", "a " * 999, "javascript:alert(1)", "%00", "'; DROP TABLE nodes; --",
    *(f"<{word}>" for word in KNOWN),
)  # fmt: skip
MALFORMED_IDS: Final = ("AAA", NIL, STRANGE, "%00", "%F0%9F%94%A5", "..", "title", "x" * 500)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request before the words in it are known."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    version: str | None
    body: Any
    raw: bytes | None = None

    def content(self, words: Words) -> bytes:
        """What is sent as its body."""
        if self.raw is not None:
            return self.raw
        if self.body is None:
            return b""
        written = json.dumps(self.body)
        for word, text in UNWRITABLE.items():
            written = written.replace(json.dumps(word), text)
        return filled(written, words).encode()


def filled(text: str, words: Words) -> str:
    """The text with the ids that its words stand for."""
    for word, known in words.items():
        text = text.replace(f"<{word}>", known)
    return text


def requests(patterns: list[tuple[str, str]]) -> SearchStrategy[Asked]:
    """Requests to these methods and paths, most of them nearly right."""
    return _asked(patterns)


@st.composite
def _asked(draw: DrawFn, patterns: list[tuple[str, str]]) -> Asked:
    method, pattern = draw(st.sampled_from(patterns))
    known = BODIES.get(f"{method} {pattern}", [])
    return Asked(
        method=draw(_mostly(st.just(method), st.sampled_from(["GET", "POST", "PATCH", "PUT"]))),
        path="/".join(draw(_segment(each)) for each in pattern.split("/")),
        query=tuple(draw(st.lists(_parameters(), max_size=2)))
        + draw(st.sampled_from([(("block_id", "<page>"),), ()] if pattern == COMMENTS else [()])),
        version=draw(_mostly(st.sampled_from(VERSIONS), st.sampled_from([None, "2020", "\xff"]))),
        body=draw(_body(known)),
        raw=draw(_mostly(st.none(), st.binary(max_size=8))),
    )


def plans() -> SearchStrategy[Any]:
    """Plans of faults, most of them nearly right."""
    return st.just(PLAN).flatmap(_mutated)


def _mostly(usual: SearchStrategy[Any], rare: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.integers(0, 19).flatmap(lambda drawn: rare if drawn == 0 else usual)


def _segment(part: str) -> SearchStrategy[str]:
    if not part.startswith("{"):
        return st.just(part)
    word = part[1:-1].removesuffix("_id")
    if word == "property":
        return st.sampled_from([*SCHEMA, *ROLLUPS, "title", "%3A%7B", *MALFORMED_IDS])
    right = {
        "page": ["<page>", "<text_page>"],
        "block": ["<block>", "<table_block>", "<text_page>"],
    }
    usual = st.sampled_from(right.get(word, [f"<{word}>" if word in KNOWN else NIL]))
    return _mostly(usual, st.sampled_from([*(f"<{each}>" for each in KNOWN), *MALFORMED_IDS]))


@st.composite
def _parameters(draw: DrawFn) -> tuple[str, str]:
    name = draw(st.sampled_from(list(QUERIES)))
    return name, draw(st.sampled_from(QUERIES[name]))


def _body(known: list[Any]) -> SearchStrategy[Any]:
    anything = st.recursive(
        st.sampled_from(ODD),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names(), inner, max_size=3),
        max_leaves=6,
    )
    if not known:
        return _mostly(st.none(), anything)
    return _mostly(st.sampled_from(known).flatmap(_mutated), anything)


def _names() -> SearchStrategy[str]:
    return st.sampled_from(["parent", "properties", "filter", "and", "children", "", "\x00", "id"])


@st.composite
def _mutated(draw: DrawFn, valid: Any) -> Any:
    body = copy.deepcopy(valid)
    for _ in range(draw(st.integers(0, 3))):
        holder, key = draw(st.sampled_from(list(_places(body)) or [({}, "")]))
        _change(draw, holder, key)
    return body


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every member and element of a body, as what holds it and its key there."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    found: list[tuple[Any, Any]] = []
    for key in keys:
        found.append((node, key))
        if isinstance(node[key], dict | list):
            found += _places(node[key])
    return found


def _change(draw: DrawFn, holder: Any, key: Any) -> None:
    def other(choices: Sequence[Any]) -> Any:
        return copy.deepcopy(draw(st.sampled_from(choices)))

    match draw(st.sampled_from(["replace", "drop", "wrap", "add", "swap"])):
        case "drop" if holder:
            del holder[key]
        case "wrap" if holder:
            holder[key] = draw(st.sampled_from([[holder[key]], {"x": holder[key]}]))
        case "add" if isinstance(holder, dict):
            holder[other([*SCHEMA, "type", "id", "x", "\x00"])] = other(ODD)
        case "swap" if holder:
            holder[key] = other([HELLO, VALUES, SCHEMA, CHILDREN])
        case "replace" if holder:
            holder[key] = other(ODD)
        case _:
            pass

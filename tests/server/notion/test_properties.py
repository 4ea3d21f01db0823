"""The property codec reads what Notion writes, and survives what it does not know."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.rows import Plain, Span, Unreadable
from server.notion.properties import row_of, value_of
from tests.server.notion.fakes import ID, page, rich

EXAMPLES = Path(__file__).parents[4] / "shared" / "data" / "notion" / "property_examples.json"
TOKYO = timezone(timedelta(hours=9))


def plain(kind: str, content: Any) -> Plain:
    return value_of({"id": "x", "type": kind, kind: content}).plain


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        pytest.param("title", [*rich("Fix "), *rich("it")], "Fix it", id="title"),
        pytest.param("rich_text", [], None, id="no-text"),
        pytest.param("number", 2.5, 2.5, id="number"),
        pytest.param("number", 0, 0, id="zero-is-not-empty"),
        pytest.param("number", None, None, id="no-number"),
        pytest.param("select", {"name": "High"}, "High", id="select"),
        pytest.param("status", {"name": "Done"}, "Done", id="status"),
        pytest.param("multi_select", [{"name": "a"}, {"name": "b"}], ("a", "b"), id="multi-select"),
        pytest.param("multi_select", [], (), id="nothing-selected"),
        pytest.param("checkbox", False, False, id="unchecked-is-not-empty"),
        pytest.param("url", "https://x.test", "https://x.test", id="url"),
        pytest.param("email", None, None, id="no-e-mail"),
        pytest.param("people", [{"id": "p"}], ("p",), id="people"),
        pytest.param("created_by", {"id": "p"}, "p", id="created-by"),
        pytest.param("relation", [{"id": "r"}], ("r",), id="relation"),
        pytest.param("files", [{"name": "a.png"}], ("a.png",), id="files"),
        pytest.param("unique_id", {"prefix": "ST", "number": 3}, "ST-3", id="unique-id"),
        pytest.param("unique_id", {"prefix": None, "number": 3}, "3", id="unique-id-bare"),
        pytest.param("unique_id", {"prefix": "ST", "number": None}, None, id="no-unique-id-yet"),
        pytest.param("verification", {"state": "expired"}, "expired", id="verification"),
        pytest.param(
            "created_time",
            "2026-11-01T09:00:00.000Z",
            datetime(2026, 11, 1, 9, tzinfo=UTC),
            id="created-time",
        ),
        pytest.param("formula", {"type": "string", "string": "x"}, "x", id="formula-text"),
        pytest.param("formula", {"type": "boolean", "boolean": True}, True, id="formula-yes"),
        pytest.param("formula", {"type": "number", "number": None}, None, id="formula-empty"),
        pytest.param("rollup", {"type": "number", "number": 7, "function": "sum"}, 7, id="rollup"),
        pytest.param(
            "rollup",
            {
                "type": "array",
                "array": [
                    {"type": "multi_select", "multi_select": [{"name": "a"}, {"name": "b"}]},
                    {"type": "number", "number": 4},
                    {"type": "number", "number": None},
                    {"type": "date", "date": {"start": "2026-11-01", "end": "2026-11-02"}},
                ],
            },
            ("a", "b", "4", "2026-11-01/2026-11-02"),
            id="rollup-of-many",
        ),
    ],
)
def test_a_value_is_read_as(kind: str, content: Any, expected: Plain) -> None:
    assert plain(kind, content) == expected
    assert type(plain(kind, content)) is type(expected)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param({"start": "2026-11-01", "end": None}, Span(date(2026, 11, 1)), id="a-day"),
        pytest.param(
            {"start": "2026-11-01", "end": "2026-11-03"},
            Span(date(2026, 11, 1), date(2026, 11, 3)),
            id="days",
        ),
        pytest.param(
            {"start": "2026-11-01T09:00:00.000+09:00", "end": None, "time_zone": None},
            Span(datetime(2026, 11, 1, 9, tzinfo=TOKYO)),
            id="an-instant",
        ),
        pytest.param(
            {"start": "2026-11-01T09:00:00.000", "time_zone": "Asia/Tokyo"},
            Span(datetime(2026, 11, 1, 9, tzinfo=ZoneInfo("Asia/Tokyo"))),
            id="in-a-named-zone",
        ),
        pytest.param(
            {"start": "2026-11-01T09:00:00"},
            Span(datetime(2026, 11, 1, 9, tzinfo=UTC)),
            id="without-zone-in-utc",
        ),
    ],
)
def test_a_date_is_read_as(content: Any, expected: Span) -> None:
    assert plain("date", content) == expected


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        pytest.param("telepathy", {"thought": 1}, id="unknown-type"),
        pytest.param("button", {}, id="type-without-a-value"),
        pytest.param("people", [None], id="nobody-among-people"),
        pytest.param("number", "seven", id="text-for-a-number"),
        pytest.param("number", True, id="yes-for-a-number"),
        pytest.param("checkbox", "yes", id="text-for-a-checkbox"),
        pytest.param("title", "bare", id="text-for-rich-text"),
        pytest.param("select", ["High"], id="list-for-a-select"),
        pytest.param("date", {"start": "yesterday"}, id="words-for-a-day"),
        pytest.param("date", {"start": "2026-11-01T09:00", "time_zone": "Moon/Sea"}, id="no-zone"),
        pytest.param("rollup", {"type": "incomplete", "incomplete": {}}, id="unfinished-rollup"),
        pytest.param("formula", {}, id="formula-of-no-type"),
    ],
)
def test_what_has_no_reading_survives_as_unreadable(kind: str, content: Any) -> None:
    assert isinstance(plain(kind, content), Unreadable)


def test_a_type_without_its_content_is_unreadable_and_an_unknown_empty_one_is_empty() -> None:
    assert value_of({"id": "x", "type": "number"}).plain == Unreadable("number")
    assert plain("telepathy", None) is None


@given(
    kind=st.sampled_from(["title", "number", "date", "people", "rollup", "formula", "unique_id"]),
    content=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["type", "array", "id", "name", "start"]), inner)
        ),
        max_leaves=8,
    ),
)
def test_no_content_of_a_property_raises(kind: str, content: Any) -> None:
    assert value_of({"id": "x", "type": kind, kind: content}).type == kind


@pytest.mark.parametrize(
    ("raw", "complete"),
    [
        pytest.param({"type": "relation", "relation": [], "has_more": True}, False, id="told"),
        pytest.param(
            {"type": "relation", "relation": [{"id": "r"}] * 25, "has_more": False},
            True,
            id="told-that-25-are-all",
        ),
        pytest.param({"type": "people", "people": [{"id": "p"}] * 24}, True, id="24-people"),
        pytest.param({"type": "people", "people": [{"id": "p"}] * 25}, False, id="25-people"),
        pytest.param({"type": "title", "title": rich("x") * 25}, False, id="25-parts-of-a-title"),
        pytest.param({"type": "multi_select", "multi_select": []}, True, id="never-cut"),
    ],
)
def test_a_list_that_may_be_cut_is_marked(raw: dict[str, Any], *, complete: bool) -> None:
    assert value_of({"id": "x", **raw}).complete is complete


def test_people_have_their_names_where_notion_tells_them() -> None:
    people = [{"id": "p", "name": "Ada"}, {"id": "q"}]

    assert value_of({"id": "x", "type": "people", "people": people}).names == ("Ada", "")


def test_a_page_becomes_a_row() -> None:
    row = row_of(page(Name={"id": "title", "type": "title", "title": rich("Fix it")}))

    assert (row.id, row.in_trash) == (ID, False)
    assert row.created_at == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert row.last_edited_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert row.plain("Name") == "Fix it"
    assert row.plain("Nothing of that name") is None


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the recorded examples are not beside us")
def test_every_recorded_value_has_a_reading() -> None:
    recorded: dict[str, dict[str, Any]] = json.loads(EXAMPLES.read_text("utf-8"))
    values = [value_of(raw) for key, raw in recorded.items() if key.startswith("('V'")]

    unreadable = {value.type for value in values if isinstance(value.plain, Unreadable)}
    assert len(values) > 20
    assert unreadable == {"button"}

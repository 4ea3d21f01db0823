"""Plain values as the API wants them written."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.rows import Plain, Span
from server.notion.payloads import LONGEST_TEXT_UNITS, payload, rich_text
from server.notion.properties import value_of

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-3))])
INSTANTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001  # hypothesis adds the zone itself
    timezones=ZONES,
)
TEXTS = st.text(min_size=1)
NAMES = st.lists(TEXTS).map(tuple)

PLAIN_OF: dict[str, st.SearchStrategy[Any]] = {
    "title": st.none() | TEXTS,
    "rich_text": st.none() | TEXTS,
    "number": st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    "select": st.none() | TEXTS,
    "status": st.none() | TEXTS,
    "multi_select": NAMES,
    "people": NAMES,
    "relation": NAMES,
    "checkbox": st.booleans(),
    "url": st.none() | TEXTS,
    "date": st.none()
    | st.builds(Span, st.dates(), st.none() | st.dates())
    | st.builds(Span, INSTANTS, st.none() | INSTANTS),
}


def as_notion_answers(kind: str, written: dict[str, Any]) -> dict[str, Any]:
    """What Notion adds to what it was told: the plain text of each part."""
    if kind in {"title", "rich_text"}:
        parts = [{**part, "plain_text": part["text"]["content"]} for part in written[kind]]
        return {"id": "x", "type": kind, kind: parts}
    return {"id": "x", "type": kind, **written}


@given(st.sampled_from(sorted(PLAIN_OF)).flatmap(lambda k: st.tuples(st.just(k), PLAIN_OF[k])))
def test_what_is_written_is_read_again(drawn: tuple[str, Plain]) -> None:
    kind, value = drawn

    assert value_of(as_notion_answers(kind, payload(kind, value))).plain == value


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        pytest.param("title", None, [], id="empty-title"),
        pytest.param("select", "High", {"name": "High"}, id="select"),
        pytest.param("status", None, None, id="no-status"),
        pytest.param("people", ("p",), [{"object": "user", "id": "p"}], id="people"),
        pytest.param("relation", ("r",), [{"id": "r"}], id="relation"),
        pytest.param("url", "", None, id="an-empty-url-is-none"),
        pytest.param("checkbox", None, False, id="no-check-is-unchecked"),
        pytest.param("date", date(2026, 11, 1), {"start": "2026-11-01", "end": None}, id="a-day"),
        pytest.param(
            "date",
            datetime(2026, 11, 1, 9, tzinfo=UTC),
            {"start": "2026-11-01T09:00:00+00:00", "end": None},
            id="an-instant",
        ),
    ],
)
def test_a_value_is_written_as(kind: str, value: Any, expected: object) -> None:
    assert payload(kind, value) == {kind: expected}


@settings(max_examples=20)
@given(st.text(alphabet=st.sampled_from("ab😀é"), min_size=1990, max_size=2100))
def test_a_long_text_is_cut_where_javascript_counts_2000(text: str) -> None:
    parts = [part["text"]["content"] for part in rich_text(text)]

    assert "".join(parts) == text
    assert all(len(part.encode("utf-16-le")) // 2 <= LONGEST_TEXT_UNITS for part in parts)


def test_a_text_of_2000_is_not_cut() -> None:
    assert len(rich_text("x" * 2000)) == 1
    assert len(rich_text("x" * 2001)) == 2


@pytest.mark.parametrize("kind", ["formula", "rollup", "created_time", "telepathy"])
def test_a_type_that_notion_computes_cannot_be_written(kind: str) -> None:
    with pytest.raises(ValueError, match=kind):
        payload(kind, "x")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param("number", "7", id="text-for-a-number"),
        pytest.param("number", True, id="yes-for-a-number"),
        pytest.param("title", 7, id="number-for-a-text"),
        pytest.param("relation", "r", id="one-id-for-many"),
        pytest.param("checkbox", "yes", id="text-for-a-checkbox"),
        pytest.param("date", "2026-11-01", id="text-for-a-date"),
    ],
)
def test_a_value_that_does_not_fit_is_a_bug_of_the_caller(kind: str, value: Any) -> None:
    with pytest.raises(TypeError):
        payload(kind, value)

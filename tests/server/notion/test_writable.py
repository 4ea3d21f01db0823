"""What Notion shows is turned into what it takes: written back, it reads the same."""

from collections.abc import Generator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmarks.rich_workspace import Rich, fill, text
from server.notion.payloads import payload
from server.notion.writable import (
    WRITABLE_TYPES,
    emptied,
    writable_look,
    writable_rich_text,
    writable_value,
)
from server.workspace.core import JSON, Workspace
from server.workspace.properties import CODECS, WRITABLE
from tests.server.notion.fakes import NOON, TOKEN

COMPUTED: Final = set(CODECS) - set(WRITABLE)


class Home:
    """A workspace with one of everything, read and written as its owner."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.rich: Rich = fill(workspace, token=TOKEN, tasks_count=30)

    def get(self, path: str) -> JSON:
        return self.workspace.perform("GET", path, actor=self.rich.owner)

    def properties(self) -> JSON:
        values: JSON = self.get(f"/v1/pages/{self.rich.task_ids[0]}")["properties"]
        return values

    def write(self, name: str, value: JSON) -> JSON:
        """The value as the page shows it afterwards."""
        path = f"/v1/pages/{self.rich.task_ids[0]}"
        body = {"properties": {name: value}}
        shown = self.workspace.perform("PATCH", path, body, actor=self.rich.owner)
        written: JSON = shown["properties"][name]
        return written


@pytest.fixture
def home(tmp_path: Path) -> Generator[Home]:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=lambda: NOON)) as opened:
        yield Home(opened)


def test_every_type_that_can_be_written_is_written_and_no_other() -> None:
    assert set(WRITABLE) == WRITABLE_TYPES


def test_what_notion_computes_is_not_written(home: Home) -> None:
    written = {raw["type"]: writable_value(raw) is not None for raw in home.properties().values()}
    assert {kind for kind, is_written in written.items() if not is_written} == COMPUTED


def test_a_value_of_every_type_reads_the_same_when_it_is_written_back(home: Home) -> None:
    for name, raw in home.properties().items():
        value = writable_value(raw)
        if value is not None:
            assert writable_value(home.write(name, value)) == value


def test_an_emptied_value_of_every_type_is_none(home: Home) -> None:
    for name, raw in home.properties().items():
        if raw["type"] in WRITABLE:
            left = writable_value(home.write(name, emptied(raw["type"])))
            assert left == ({"checkbox": False} if raw["type"] == "checkbox" else None)


_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40)
_LOOKS = st.fixed_dictionaries({
    "bold": st.booleans(),
    "code": st.booleans(),
    "color": st.sampled_from(["default", "red", "blue_background"]),
})  # fmt: skip
_LINKS = st.sampled_from([None, {"url": "https://example.org/a"}, {"url": "https://example.org/b"}])
_TEXTS: st.SearchStrategy[Any] = st.fixed_dictionaries({
    "text": st.fixed_dictionaries({"content": _WORDS, "link": _LINKS}),
    "annotations": _LOOKS,
})  # fmt: skip
_ZONES = st.sampled_from([None, "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
_DATES = st.fixed_dictionaries({"start": st.dates().map(str)}) | st.fixed_dictionaries({
    "start": st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)).map(datetime.isoformat),  # noqa: DTZ001  # of no zone
    "time_zone": _ZONES,
})  # fmt: skip
_NAMES = st.sampled_from(["Red", "Blue"]).map(lambda name: {"name": name})
_FILES = st.fixed_dictionaries(
    {"external": st.fixed_dictionaries({"url": st.just("https://example.org/a?b=c#d")})},
    optional={"name": _WORDS.filter(bool)},
)
_DEGREES = st.floats(-90, 90)
_PLACES = st.fixed_dictionaries(
    {"lat": _DEGREES, "lon": _DEGREES},
    optional={"name": _WORDS, "address": st.none() | _WORDS},
)
_STATES = st.just({"state": "unverified"}) | st.fixed_dictionaries(
    {"state": st.just("verified")}, optional={"date": _DATES}
)
_STATUSES = ["Not started", "In progress", "Done"]

NAMES: Final = {
    "title": "Name", "rich_text": "Notes", "number": "Points", "select": "Kind",
    "multi_select": "Tags", "status": "Status", "date": "When", "people": "Who", "files": "Files",
    "checkbox": "Done", "url": "Link", "email": "Mail", "phone_number": "Phone",
    "relation": "Blocks", "place": "Where", "verification": "Verification",
}  # fmt: skip
"""A property of every type that can be written."""


def mentions(rich: Rich) -> st.SearchStrategy[Any]:
    """Parts of a rich text that are no text, looking like anything."""
    mentioned: st.SearchStrategy[Any] = (
        st.sampled_from([*rich.people_ids]).map(lambda each: {"user": {"id": each}})
        | st.sampled_from([*rich.task_ids]).map(lambda each: {"page": {"id": each}})
        | st.just({"database": {"id": rich.tasks_database_id}})
        | _DATES.map(lambda date: {"date": date})
    )
    return st.fixed_dictionaries({"mention": mentioned, "annotations": _LOOKS}) | st.just(
        {"equation": {"expression": "x^2"}}
    )


def ids_of(ids: Sequence[str]) -> st.SearchStrategy[Any]:
    """References to some of these, beyond what a page shows or none."""
    return st.lists(st.sampled_from([{"id": each} for each in ids]), max_size=len(ids))


def contents(kind: str, rich: Rich) -> st.SearchStrategy[Any]:
    """What stands under the name of the type in a request."""
    match kind:
        case "title" | "rich_text":
            return st.lists(_TEXTS | mentions(rich), max_size=20)
        case "people":
            return ids_of(rich.people_ids[:20])
        case "relation":
            return ids_of(rich.task_ids[:20])
        case _:
            return _CONTENTS[kind]


_CONTENTS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "number": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "select": st.none() | _NAMES,
    "multi_select": st.lists(_NAMES),
    "status": st.none() | st.sampled_from(_STATUSES).map(lambda name: {"name": name}),
    "date": st.none() | _DATES,
    "files": st.lists(_FILES, max_size=5),
    "checkbox": st.booleans(),
    "url": st.none() | _WORDS,
    "email": st.none() | _WORDS,
    "phone_number": st.none() | _WORDS,
    "place": st.none() | _PLACES,
    "verification": _STATES,
}


@pytest.mark.parametrize("kind", sorted(WRITABLE_TYPES))
def test_any_value_reads_the_same_when_it_is_written_back(home: Home, kind: str) -> None:
    @hypothesis_settings(max_examples=30)
    @given(contents(kind, home.rich))
    def written_back(content: Any) -> None:
        value = writable_value(home.write(NAMES[kind], {kind: content}))
        again = home.write(NAMES[kind], emptied(kind) if value is None else value)
        assert writable_value(again) == value

    written_back()


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        pytest.param("title", "A name", id="title"),
        pytest.param("rich_text", "x" * 4001, id="long-text"),
        pytest.param("number", 3, id="number"),
        pytest.param("select", "Red", id="select"),
        pytest.param("multi_select", ("Red", "Blue"), id="multi-select"),
        pytest.param("date", NOON, id="instant"),
        pytest.param("date", NOON.date(), id="day"),
        pytest.param("checkbox", True, id="checkbox"),
        pytest.param("url", "https://example.org", id="url"),
    ],
)
def test_what_we_send_of_plain_values_is_in_the_same_form(
    home: Home, kind: str, plain: Any
) -> None:
    sent = payload(kind, plain)
    assert writable_value(home.write(NAMES[kind], sent)) == sent


def test_parts_of_a_text_that_look_alike_are_one() -> None:
    bold = {"annotations": {"bold": True, "color": "default"}}
    parts = [text("a"), text("b"), text("c", **bold), text("d", **bold), text("")]
    assert [
        (part["text"]["content"], part.get("annotations")) for part in writable_rich_text(parts)
    ] == [("ab", None), ("cd", {"bold": True})]


def test_a_mention_of_a_link_becomes_text_with_the_link() -> None:
    preview = {
        "type": "mention",
        "mention": {"type": "link_preview", "link_preview": {"url": "https://example.org"}},
        "plain_text": "A preview",
        "href": "https://example.org",
    }
    assert writable_rich_text([preview]) == [
        text("A preview")
        | {"text": {"content": "A preview", "link": {"url": "https://example.org"}}}
    ]


def test_a_hosted_file_is_named_by_what_lasts_of_its_address() -> None:
    def hosted(signature: str) -> JSON:
        url = f"https://files.example.org/a/plan.pdf?{signature}"
        file = {"url": url, "expiry_time": "2026-11-23T13:00:00.000Z"}
        return {"type": "files", "files": [{"name": "plan.pdf", "type": "file", "file": file}]}

    assert writable_value(hosted("one")) == writable_value(hosted("other"))
    assert "one" not in str(writable_value(hosted("one")))


@pytest.mark.parametrize(
    ("shown", "sent"),
    [
        pytest.param(None, None, id="none"),
        pytest.param({"type": "file", "file": {"url": "https://x"}}, None, id="hosted"),
        pytest.param(
            {"type": "custom_emoji", "custom_emoji": {"id": "1", "name": "n", "url": "u"}},
            {"type": "custom_emoji", "custom_emoji": {"id": "1"}},
            id="custom-emoji",
        ),
        pytest.param(
            {"type": "emoji", "emoji": "🌍"}, {"type": "emoji", "emoji": "🌍"}, id="emoji"
        ),
    ],
)
def test_a_look_is_sent_where_it_can_be(shown: JSON | None, sent: JSON | None) -> None:
    assert writable_look(shown) == sent

"""The workspace against a model in plain Python: whatever is done in whatever order, they agree.

The model is lists and dictionaries; it knows rows with values and relations, the trash, blocks
on pages and comments on them.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from server.workspace.core import Actor, ApiError, Workspace
from tests.notion_types import IS_HERE, complaints_about, definition_of

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
OPTIONS = ("low", "high")
COLUMNS: dict[str, Any] = {
    "Name": {"title": {}},
    "Points": {"number": {}},
    "Rank": {"select": {"options": [{"name": name} for name in OPTIONS]}},
    "Done": {"checkbox": {}},
}
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "Name": st.text(alphabet="ab 😀é", max_size=5),
        "Points": st.none() | st.integers(-3, 3),
        "Rank": st.none() | st.sampled_from(OPTIONS),
        "Done": st.booleans(),
    },
)
WORDS = st.text(alphabet="ab😀", min_size=1, max_size=3)


@dataclass(eq=False)
class Row:
    """What the model knows of a row; blocks and comments are ids with their words."""

    id: str
    values: dict[str, Any]
    in_trash: bool = False
    before: list[str] = field(default_factory=list[str])
    blocks: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    comments: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


EMPTY: dict[str, Any] = {"Name": "", "Points": None, "Rank": None, "Done": False}


def text(content: str) -> list[Any]:
    return [{"text": {"content": content}}]


def plain(rich_text: Iterable[Any]) -> str:
    return "".join(item["plain_text"] for item in rich_text)


def sent(values: dict[str, Any]) -> dict[str, Any]:
    """Values as the API takes them."""
    written: dict[str, Any] = {}
    for name, value in values.items():
        match name:
            case "Name":
                written[name] = {"title": text(value)}
            case "Rank":
                written[name] = {"select": None if value is None else {"name": value}}
            case _:
                written[name] = {next(iter(COLUMNS[name])): value}
    return written


def shown(page: Any) -> dict[str, Any]:
    """Values as the model has them, out of a page."""
    properties = page["properties"]
    rank = properties["Rank"]["select"]
    return {
        "Name": plain(properties["Name"]["title"]),
        "Points": properties["Points"]["number"],
        "Rank": None if rank is None else rank["name"],
        "Done": properties["Done"]["checkbox"],
    }


@contextmanager
def refused(*, when: bool) -> Generator[None]:
    """What stands within is refused in that case, and in no other."""
    if not when:
        yield
        return
    with pytest.raises(ApiError):
        yield


class Machine(RuleBasedStateMachine):
    """What can be done with one table, whose rows name those that come before them."""

    rows: Bundle[Row] = Bundle("rows")

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        path = Path(self._folder.name) / "workspace.sqlite3"
        self._workspace = Workspace.open(path, clock=lambda: NOW)
        self._actor = Actor(self._workspace.add_person("Ada", None), "person")
        self._known: list[Row] = []
        self._table = ""

    def teardown(self) -> None:
        self._workspace.close()
        self._folder.cleanup()

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        asked = {name: [value] for name, value in query.items()}
        answer = self._workspace.perform(
            method, f"/v1/{path}", body, query=asked, actor=self._actor
        )
        definition = definition_of(method, f"/v1/{path}") if IS_HERE else None
        assert definition is None or complaints_about(definition, answer) == []
        return answer

    def query(self, **asked: Any) -> list[Any]:
        """Every row found, page by page."""
        found: list[Any] = []
        cursor = None
        while True:
            body = {**asked, "page_size": 3, "start_cursor": cursor}
            part = self.ask("POST", f"data_sources/{self._table}/query", body)
            found += part["results"]
            cursor = part["next_cursor"]
            if cursor is None:
                return found

    @property
    def live(self) -> list[Row]:
        """The rows outside the trash, as created."""
        return [row for row in self._known if not row.in_trash]

    @initialize()
    def make_the_table(self) -> None:
        root = self.ask("POST", "pages", {"parent": {"workspace": True}, "properties": {}})
        first = {"properties": COLUMNS}
        body = {"parent": {"page_id": root["id"]}, "initial_data_source": first}
        self._table = self.ask("POST", "databases", body)["data_sources"][0]["id"]
        dual = {"synced_property_name": "After"}
        relation = {"data_source_id": self._table, "dual_property": dual}
        change = {"properties": {"Before": {"relation": relation}}}
        self.ask("PATCH", f"data_sources/{self._table}", change)

    @rule(target=rows, values=VALUES)
    def create(self, values: dict[str, Any]) -> Row:
        body = {"parent": {"data_source_id": self._table}, "properties": sent(values)}
        row = Row(self.ask("POST", "pages", body)["id"], EMPTY | values)
        self._known.append(row)
        return row

    @rule(row=rows, values=VALUES)
    def update(self, row: Row, values: dict[str, Any]) -> None:
        with refused(when=row.in_trash):
            page = self.ask("PATCH", f"pages/{row.id}", {"properties": sent(values)})
            row.values |= values
            assert shown(page) == row.values

    @rule(row=rows, in_trash=st.booleans())
    def move_in_or_out_of_the_trash(self, row: Row, *, in_trash: bool) -> None:
        with refused(when=row.in_trash and in_trash):
            page = self.ask("PATCH", f"pages/{row.id}", {"in_trash": in_trash})
            row.in_trash = in_trash
            assert page["in_trash"] == in_trash

    @rule(row=rows, data=st.data())
    def relate(self, row: Row, data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(self._known), max_size=3, unique=True))
        before = [each.id for each in chosen if not each.in_trash]
        change = {"Before": {"relation": [{"id": each} for each in before]}}
        with refused(when=row.in_trash):
            self.ask("PATCH", f"pages/{row.id}", {"properties": change})
            row.before = before

    @rule(row=rows, words=st.lists(WORDS, min_size=1, max_size=3))
    def append_blocks(self, row: Row, words: list[str]) -> None:
        children = [{"paragraph": {"rich_text": text(each)}} for each in words]
        with refused(when=row.in_trash):
            added = self.ask("PATCH", f"blocks/{row.id}/children", {"children": children})
            row.blocks += [
                (block["id"], each) for block, each in zip(added["results"], words, strict=True)
            ]

    @rule(row=rows, data=st.data())
    def delete_a_block(self, row: Row, data: st.DataObject) -> None:
        if row.blocks:
            block = data.draw(st.sampled_from(row.blocks))
            with refused(when=row.in_trash):
                self.ask("DELETE", f"blocks/{block[0]}")
                row.blocks.remove(block)

    @rule(row=rows, word=WORDS)
    def comment(self, row: Row, word: str) -> None:
        if not row.in_trash:
            body = {"parent": {"page_id": row.id}, "rich_text": text(word)}
            row.comments.append((self.ask("POST", "comments", body)["id"], word))

    @rule(row=rows)
    def everything_of_a_row_is_read_back(self, row: Row) -> None:
        page = self.ask("GET", f"pages/{row.id}")
        before, after = (
            [each["id"] for each in page["properties"][name]["relation"]]
            for name in ("Before", "After")
        )
        blocks = self.ask("GET", f"blocks/{row.id}/children")["results"]
        comments = self.ask("GET", "comments", block_id=row.id)["results"]

        assert (page["in_trash"], shown(page)) == (row.in_trash, row.values)
        assert before == row.before
        assert sorted(after) == sorted(each.id for each in self._known if row.id in each.before)
        assert [(b["id"], plain(b["paragraph"]["rich_text"])) for b in blocks] == row.blocks
        assert [(c["id"], plain(c["rich_text"])) for c in comments] == row.comments

    @rule(least=st.integers(-3, 3), rank=st.sampled_from(OPTIONS))
    def rows_are_found_by_their_values(self, least: int, rank: str) -> None:
        def found(condition: dict[str, Any]) -> list[str]:
            return [page["id"] for page in self.query(filter=condition)]

        def expected(fits: Callable[[dict[str, Any]], bool]) -> list[str]:
            return [row.id for row in self.live if fits(row.values)]

        many = {"property": "Points", "number": {"greater_than_or_equal_to": least}}
        other = {"property": "Rank", "select": {"does_not_equal": rank}}
        assert found(many) == expected(lambda v: v["Points"] is not None and v["Points"] >= least)
        assert found(other) == expected(lambda v: v["Rank"] != rank)

    @rule(descending=st.booleans())
    def rows_are_sorted_with_the_empty_ones_last(self, *, descending: bool) -> None:
        direction = "descending" if descending else "ascending"
        found = self.query(sorts=[{"property": "Points", "direction": direction}])

        filled = [row for row in self.live if row.values["Points"] is not None]
        filled.sort(key=lambda row: (-1 if descending else 1) * row.values["Points"])
        empty = [row for row in self.live if row.values["Points"] is None]
        assert [page["id"] for page in found] == [row.id for row in [*filled, *empty]]

    @invariant()
    def a_query_finds_every_row_outside_the_trash(self) -> None:
        if self._table:
            found = [(page["id"], shown(page)) for page in self.query()]
            assert found == [(row.id, row.values) for row in self.live]


def test_whatever_is_done_the_workspace_agrees_with_the_model() -> None:
    examples_count = settings().max_examples // 10
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=examples_count, stateful_step_count=25)
    )

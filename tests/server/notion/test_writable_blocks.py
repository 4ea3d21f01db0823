"""A page's blocks, sent to another page as they are turned, are the same blocks there."""

from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.rich_workspace import Rich, fill, text, titled
from server.notion.writable_blocks import (
    WRITABLE_BLOCKS,
    WritableBlock,
    unwritable_blocks,
    writable_blocks,
)
from server.workspace.block_types import NAMES
from server.workspace.core import JSON, Workspace
from tests.server.notion.fakes import NOON, TOKEN

_WITH_CHILDREN = ("column_list", "column", "table", "tab")
"""These are sent with what stands below them."""


class Home:
    """A workspace with one of everything, its blocks read as trees."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.rich: Rich = fill(workspace, token=TOKEN, tasks_count=5)

    def tree(self, block_id: str) -> list[JSON]:
        path = f"/v1/blocks/{block_id}/children"
        blocks = self.perform("GET", path)["results"]
        return [
            {**block, "children": self.tree(block["id"])}
            if block["has_children"] and block["type"] != "child_page"
            else block
            for block in blocks
        ]

    def send(self, parent_id: str, blocks: Sequence[WritableBlock]) -> None:
        """One by one, what has to come together in one request."""
        for each in blocks:
            path = f"/v1/blocks/{parent_id}/children"
            is_whole = each.block["type"] in _WITH_CHILDREN
            sent = _whole(each) if is_whole else each.block
            (added,) = self.perform("PATCH", path, {"children": [sent]})["results"]
            if not is_whole:
                self.send(added["id"], each.children)

    def new_page(self) -> str:
        body = {"parent": {"page_id": self.rich.home_id}, "properties": titled("Other")}
        return str(self.perform("POST", "/v1/pages", body)["id"])

    def perform(self, method: str, path: str, body: JSON | None = None) -> JSON:
        return self.workspace.perform(method, path, body, actor=self.rich.owner)


def _whole(block: WritableBlock) -> JSON:
    kind: str = block.block["type"]
    below = {"children": [_whole(each) for each in block.children]} if block.children else {}
    return {"type": kind, kind: {**block.block[kind], **below}}


def _shape(blocks: Sequence[WritableBlock]) -> Any:
    """Without ids, and of a copy without the original that it names."""
    return [(each.block, _shape(each.children)) for each in blocks]


@pytest.fixture
def home(tmp_path: Path) -> Generator[Home]:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=lambda: NOON)) as opened:
        yield Home(opened)


def test_every_type_that_the_workspace_serves_can_be_sent() -> None:
    assert set(NAMES) == WRITABLE_BLOCKS


def test_blocks_that_are_sent_elsewhere_are_the_same_there(home: Home) -> None:
    there = writable_blocks(home.tree(home.rich.handbook_id))
    page_id = home.new_page()
    home.send(page_id, there)
    assert _shape(writable_blocks(home.tree(page_id))) == _shape(there)


def test_pages_and_databases_on_a_page_are_told_apart(home: Home) -> None:
    tree = home.tree(home.rich.handbook_id)
    kinds = [block["type"] for block in unwritable_blocks(tree)]
    assert kinds == ["child_page", "child_database"]
    assert len(writable_blocks(tree)) == len(tree) - 2


def test_what_nobody_can_send_is_told_wherever_it_stands() -> None:
    hosted: JSON = {
        "id": "h",
        "type": "image",
        "image": {"type": "file", "file": {"url": "https://x"}, "caption": []},
    }
    preview: JSON = {"id": "p", "type": "link_preview", "link_preview": {"url": "https://x"}}
    toggle: JSON = {"id": "t", "type": "toggle", "toggle": {"rich_text": [text("a")]}}
    tree: list[JSON] = [{**toggle, "children": [hosted]}, preview]

    assert [block["id"] for block in unwritable_blocks(tree)] == ["h", "p"]
    (written,) = writable_blocks(tree)
    assert (written.original_id, written.children) == ("t", ())

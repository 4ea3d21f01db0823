"""Whatever is sent, the workspace answers in Notion's shape and stays whole.

A longer run: `.venv/bin/python -m pytest tests/server/workspace/test_fuzz.py -s
--hypothesis-profile=long --hypothesis-seed=7`.
"""

import sqlite3
import sys
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.workspace.core import Actor, Workspace
from server.workspace.routes import NOT_BUILT, SERVED
from tests.notion_types import checked_app, take_complaints
from tests.server.workspace.fuzzing import (
    CHILDREN,
    COMMENT,
    HELLO,
    ROLLUP,
    SCHEMA,
    VALUES,
    Asked,
    filled,
    requests,
)

SERVED_PATTERNS = [
    *((route.method, route.pattern) for route in SERVED),
    # Only versions before 2025-09-03 have these.
    ("POST", "/v1/databases/{database_id}/query"),
    ("GET", "/v1/databases"),
]
PATTERNS = [
    # Those that do something are asked more often than those that refuse.
    *SERVED_PATTERNS * 5,
    *((route.method, route.pattern) for route in NOT_BUILT),
    ("GET", "/"),
    ("GET", "/v1/{page_id}/{block_id}"),
]
LEAKS = ("Traceback", 'File "', "NoneType", " object at 0x", "sqlite3", "Error(")


@dataclass
class Target:
    """A workspace that is the same at the begin of every run, and what it was asked in all."""

    workspace: Workspace
    file: Path
    pristine: Path
    token: str
    words: Mapping[str, str]
    statuses: list[int] = field(default_factory=list[int])

    def restore(self) -> None:
        with (
            closing(sqlite3.connect(self.pristine)) as read,
            closing(sqlite3.connect(self.file)) as written,
        ):
            read.backup(written)

    async def send(self, client: httpx.AsyncClient, asked: Asked) -> httpx.Response:
        named = (
            {} if asked.version is None else {b"notion-version": asked.version.encode("latin-1")}
        )
        answer = await client.request(
            asked.method,
            httpx.URL(filled(asked.path, self.words)),
            params=[(name, filled(value, self.words)) for name, value in asked.query],
            content=asked.content(self.words),
            headers=named,
        )
        self.statuses.append(answer.status_code)
        return answer


@pytest.fixture
def words(workspace: Workspace, ada: Actor, root: str, bot_id: str) -> Mapping[str, str]:
    return inhabited(workspace, ada, root) | {"user": ada.id, "bot": bot_id}


@pytest.fixture
def target(
    workspace: Workspace, token: str, words: Mapping[str, str], tmp_path: Path
) -> Generator[Target]:
    file, pristine = tmp_path / "workspace.sqlite3", tmp_path / "pristine.sqlite3"
    made = Target(workspace, file, pristine, token, words)
    with closing(sqlite3.connect(file)) as read, closing(sqlite3.connect(pristine)) as written:
        read.backup(written)
    yield made
    sys.stdout.write(f"{len(made.statuses)} requests, {made.statuses.count(200)} of them done\n")


def inhabited(workspace: Workspace, ada: Actor, root: str) -> dict[str, str]:
    """Something of every kind below the root, and a table beside it that no word names."""

    def do(method: str, path: str, body: Any) -> Any:
        return workspace.perform(method, path, body, actor=ada)

    def make_table(parent: str, schema: Any) -> Any:
        initial = {"properties": schema}
        body = {"parent": {"page_id": parent}, "title": HELLO, "initial_data_source": initial}
        return do("POST", "/v1/databases", body)

    def make_page(parent: Any, properties: Any) -> str:
        body = {"parent": parent, "properties": properties}
        return str(do("POST", "/v1/pages", body)["id"])

    other = make_table(root, {"Name": {"title": {}}})["data_sources"][0]["id"]
    words = {"user": ada.id, "other": other}
    database = make_table(root, _with(SCHEMA, words))
    table = database["data_sources"][0]["id"]
    do("PATCH", f"/v1/data_sources/{table}", {"properties": ROLLUP})
    linked = make_page({"data_source_id": other}, {"Name": {"title": HELLO}})
    page = make_page({"data_source_id": table}, _with(VALUES, words | {"page": linked}))
    text_page = make_page({"page_id": root}, {"title": HELLO})
    children = _with(CHILDREN[:5], words | {"page": page})
    blocks = do("PATCH", f"/v1/blocks/{text_page}/children", {"children": children})["results"]
    comment = do("POST", "/v1/comments", _with(COMMENT, {"page": page}))
    return words | {
        "page": page,
        "text_page": text_page,
        "data_source": table,
        "database": database["id"],
        "block": blocks[0]["id"],
        "table_block": next(each["id"] for each in blocks if each["type"] == "table"),
        "comment": comment["id"],
        "discussion": comment["discussion_id"],
        "private": make_page({"workspace": True}, {"title": HELLO}),
    }


def _with(body: Any, words: Mapping[str, str]) -> Any:
    if isinstance(body, str):
        return filled(body, words)
    if isinstance(body, list):
        return [_with(each, words) for each in body]
    if isinstance(body, dict):
        return {key: _with(value, words) for key, value in body.items()}
    return body


@pytest.fixture
def witness(workspace: Workspace, ada: Actor, bot_id: str) -> dict[str, str]:
    """A table with a row, shared too, that nothing here has the ids of."""
    body: Any = {"parent": {"workspace": True}, "properties": {}}
    page = workspace.perform("POST", "/v1/pages", body, actor=ada)["id"]
    workspace.share(page, bot_id)
    body = {"parent": {"page_id": page}, "title": HELLO}
    table = workspace.perform("POST", "/v1/databases", body, actor=ada)["data_sources"][0]["id"]
    body = {"parent": {"data_source_id": table}, "properties": {"Name": {"title": HELLO}}}
    row = workspace.perform("POST", "/v1/pages", body, actor=ada)["id"]
    return {"table": table, "row": row}


@settings(max_examples=settings().max_examples // 4)
@given(asked=st.lists(requests(PATTERNS), min_size=10, max_size=40))
async def test_whatever_is_asked_the_workspace_answers_in_shape_and_stays_whole(
    witness: dict[str, str], target: Target, asked: list[Asked]
) -> None:
    target.restore()
    headers = {"Authorization": f"Bearer {target.token}"}
    transport = httpx.ASGITransport(checked_app(target.workspace))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://workspace.test", headers=headers
    ) as client:
        before = await seen(client, witness)
        for each in asked:
            answer = await target.send(client, each)
            assert not [word for word in LEAKS if word in answer.text], answer.text
            assert take_complaints() == [], each
        assert await seen(client, witness) == before


async def seen(client: httpx.AsyncClient, witness: Mapping[str, str]) -> Any:
    version = {"Notion-Version": "2026-03-11"}
    answers = [
        await client.post(f"/v1/data_sources/{witness['table']}/query", json={}, headers=version),
        await client.get(f"/v1/pages/{witness['row']}", headers=version),
    ]
    return [{**each.json(), "request_id": None} for each in answers]

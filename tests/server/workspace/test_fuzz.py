"""Whatever is sent, the workspace answers in Notion's shape and stays whole.

A longer run: `.venv/bin/python -m pytest tests/server/workspace/test_fuzz.py -s
--hypothesis-profile=long --hypothesis-seed=7`.
"""

import json
import sqlite3
import sys
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.workspace import control
from server.workspace.core import Actor, Workspace
from server.workspace.routes import NOT_BUILT, SERVED
from tests.notion_types import checked_app, take_complaints
from tests.server.workspace.fuzzing import (
    BODIES,
    CHILDREN,
    COMMENT,
    HELLO,
    ROLLUPS,
    SCHEMA,
    VALUES,
    VERSIONS,
    Asked,
    filled,
    plans,
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
        version = asked.version
        answer = await client.request(
            asked.method,
            httpx.URL(filled(asked.path, self.words)),
            params=[(name, filled(value, self.words)) for name, value in asked.query],
            content=asked.content(self.words),
            headers={} if version is None else {b"notion-version": version.encode("latin-1")},
        )
        self.statuses.append(answer.status_code)
        return answer


@pytest.fixture
def words(workspace: Workspace, ada: Actor, root: str, bot_id: str) -> Mapping[str, str]:
    """Something of every kind below the root page, by the words that stand for it."""
    words = {"root": root, "user": ada.id, "bot": bot_id}

    def do(method: str, path: str, body: Any, actor: Actor = ada) -> Any:
        known = json.loads(filled(json.dumps(body), words))
        return workspace.perform(method, filled(path, words), known, actor=actor)

    def page(parent: Any, properties: Any) -> Any:
        return do("POST", "/v1/pages", {"parent": parent, "properties": properties})["id"]

    def database(schema: Any) -> tuple[str, str]:
        body = {"parent": {"page_id": "<root>"}, "initial_data_source": {"properties": schema}}
        made = do("POST", "/v1/databases", body)
        return made["id"], made["data_sources"][0]["id"]

    title = {"title": HELLO}
    _, words["other"] = database({"Name": {"title": {}}})
    words["database"], words["data_source"] = database(SCHEMA)
    do("PATCH", "/v1/data_sources/<data_source>", {"properties": ROLLUPS})
    words["linked"] = page({"data_source_id": "<other>"}, title)
    words["page"] = page({"data_source_id": "<data_source>"}, VALUES)
    words["text_page"] = page({"page_id": "<root>"}, title)
    words["private"] = page({"workspace": True}, title)
    added = do("PATCH", "/v1/blocks/<text_page>/children", {"children": CHILDREN})
    ids = {block["type"]: block["id"] for block in added["results"]}
    words["block"], words["table_block"] = ids["paragraph"], ids["table"]
    comment = do("POST", "/v1/comments", COMMENT, Actor(bot_id, "bot"))
    return words | {"comment": comment["id"], "discussion": comment["discussion_id"]}


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


@pytest.fixture
async def client(target: Target) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(checked_app(target.workspace)),
        base_url="http://workspace.test",
        headers={"Authorization": f"Bearer {target.token}"},
    ) as opened:
        yield opened


@settings(max_examples=settings().max_examples // 4)
@given(asked=st.lists(requests(PATTERNS), min_size=10, max_size=40))
async def test_whatever_is_asked_the_workspace_answers_in_shape_and_stays_whole(
    witness: dict[str, str], target: Target, client: httpx.AsyncClient, asked: list[Asked]
) -> None:
    target.restore()
    before = await seen(client, witness)

    for each in asked:
        answer = await target.send(client, each)
        assert not [word for word in LEAKS if word in answer.text], answer.text
        assert take_complaints() == [], each

    assert await seen(client, witness) == before


@settings(max_examples=settings().max_examples // 4)
@given(plan=plans())
async def test_whatever_plan_of_faults_is_sent_is_kept_or_refused(
    target: Target, token: str, plan: Any
) -> None:
    sent = Asked("PUT", control.PATH, (), None, plan).content(target.words)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(checked_app(target.workspace)),
        base_url="http://localhost",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        answer = await client.put(control.PATH, content=sent)

    assert answer.status_code in (200, 400), answer.text
    assert take_complaints() == []


async def test_each_request_that_is_then_spoilt_is_a_good_one_in_some_version(
    target: Target, client: httpx.AsyncClient
) -> None:
    for route, bodies in BODIES.items():
        method, pattern = route.split()
        path = pattern.replace("{block_id}/children", "{text_page}/children")
        path = path.replace("_id}", ">").replace("}", ">").replace("{", "<")
        for body in bodies:
            target.restore()
            sent = [
                await target.send(client, Asked(method, path, (), version, body))
                for version in VERSIONS
            ]
            assert 200 in [answer.status_code for answer in sent], (route, sent[0].text)


async def seen(client: httpx.AsyncClient, witness: Mapping[str, str]) -> Any:
    version = {"Notion-Version": "2026-03-11"}
    answers = [
        await client.post(f"/v1/data_sources/{witness['table']}/query", json={}, headers=version),
        await client.get(f"/v1/pages/{witness['row']}", headers=version),
    ]
    return [{**each.json(), "request_id": None} for each in answers]

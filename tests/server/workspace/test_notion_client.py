"""Clients that are not ours, unchanged, over loopback: notion-client and @notionhq/client."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import uvicorn
from notion_client import APIResponseError, Client
from notion_client.helpers import collect_paginated_api

from server.workspace.core import Workspace
from tests.notion_types import checked_app

pytestmark = pytest.mark.foreign

CHECKOUT = Path(__file__).parents[3]
NODE = Path(sys.executable).with_name("node")
SCRIPT = """
const { Client, collectPaginatedAPI, isNotionClientError } = require("@notionhq/client");
const [baseUrl, auth, table] = process.argv.slice(1);
async function journey() {
  const options = { notionVersion: "2026-03-11", logLevel: "error" };
  const client = new Client({ auth, baseUrl, ...options });
  const title = (content) => ({ Name: { title: [{ text: { content } }] } });
  const parent = { type: "data_source_id", data_source_id: table };
  for (const name of ["one", "two", "three"]) {
    await client.pages.create({ parent, properties: title(name) });
  }
  const rows = await collectPaginatedAPI(client.dataSources.query, {
    data_source_id: table,
    sorts: [{ property: "Name", direction: "ascending" }],
    page_size: 2,
  });
  const [first] = rows;
  const trashed = await client.pages.update({ page_id: first.id, in_trash: true });
  const code = await client.pages.retrieve({ page_id: "AAA" }).then(
    () => "none", (error) => (isNotionClientError(error) ? error.code : String(error)));
  const names = rows.map((row) => row.properties.Name.title[0].plain_text);
  const me = await client.users.me({});
  console.log(JSON.stringify({ me: me.name, names, in_trash: trashed.in_trash, code }));
}
journey();
"""


@dataclass(frozen=True, slots=True)
class Served:
    address: str
    token: str
    table: str


@pytest.fixture
def served(
    workspace: Workspace,
    token: str,
    make_table: Callable[..., str],
) -> Generator[Served]:
    """The workspace on a free port of loopback, with one shared table of tasks."""
    table = make_table({"Points": {"number": {}}, "State": {"status": {}}}, title="Tasks")
    config = uvicorn.Config(checked_app(workspace), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            host, port = listening.getsockname()
            yield Served(f"http://{host}:{port}", token, table)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def client(served: Served) -> Generator[Any]:
    with Client(
        auth=served.token, base_url=served.address, notion_version="2026-03-11", retry=False
    ) as opened:
        yield opened


def named(text: str, points: int) -> dict[str, Any]:
    return {"Name": {"title": [{"text": {"content": text}}]}, "Points": {"number": points}}


def test_notion_client_finds_and_reads_a_table(client: Any, served: Served) -> None:
    found = client.search(query="Tasks", filter={"property": "object", "value": "data_source"})[
        "results"
    ]
    schema = client.data_sources.retrieve(found[0]["id"])["properties"]
    parent = {"data_source_id": served.table}
    for points in (3, 1, 2, 0):
        client.pages.create(parent=parent, properties=named(f"task {points}", points))

    rows = collect_paginated_api(
        client.data_sources.query,
        data_source_id=served.table,
        filter={"property": "Points", "number": {"greater_than": 0}},
        sorts=[{"property": "Points", "direction": "descending"}],
        page_size=2,
    )

    assert client.users.me()["name"] == "Robot"
    assert [each["id"] for each in found] == [served.table]
    assert {name: each["type"] for name, each in schema.items()} == {
        "Name": "title", "Points": "number", "State": "status",
    }  # fmt: skip
    assert [row["properties"]["Points"]["number"] for row in rows] == [3, 2, 1]


def test_notion_client_changes_a_page_and_what_stands_on_it(client: Any, served: Served) -> None:
    parent = {"data_source_id": served.table}
    page_id = client.pages.create(parent=parent, properties=named("before", 1))["id"]
    client.pages.update(page_id, properties=named("after", 2))
    words = {"rich_text": [{"text": {"content": "hello"}}]}
    added = client.blocks.children.append(page_id, children=[{"paragraph": words}, {"divider": {}}])
    client.blocks.delete(added["results"][1]["id"])
    left = client.blocks.children.list(page_id)["results"]
    client.pages.update(page_id, in_trash=True)
    page = client.pages.retrieve(page_id)

    assert [block["paragraph"]["rich_text"][0]["plain_text"] for block in left] == ["hello"]
    assert page["properties"]["Name"]["title"][0]["plain_text"] == "after"
    assert page["in_trash"]
    assert client.data_sources.query(served.table)["results"] == []


def test_notion_client_understands_a_refusal(client: Any) -> None:
    with pytest.raises(APIResponseError) as caught:
        client.pages.retrieve("00000000-0000-0000-0000-000000000000")

    assert (caught.value.status, caught.value.code) == (404, "object_not_found")


@pytest.mark.skipif(
    not (NODE.exists() and (CHECKOUT / "node_modules/@notionhq/client").exists()),
    reason="Node or the npm package @notionhq/client is not installed here",
)
def test_the_javascript_client_makes_the_same_journey(served: Served) -> None:
    done = subprocess.run(
        [NODE, "-e", SCRIPT, served.address, served.token, served.table],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert cast("dict[str, Any]", json.loads(done.stdout)) == {
        "me": "Robot",
        "names": ["one", "three", "two"],
        "in_trash": True,
        "code": "validation_error",
    }

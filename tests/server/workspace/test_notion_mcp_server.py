"""@notionhq/notion-mcp-server, unchanged, over stdio: an assistant works in our workspace."""

import json
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import TextContent

from tests.server.workspace.conftest import Served

CHECKOUT = Path(__file__).parents[3]
NODE = Path(sys.executable).with_name("node")
SERVER = CHECKOUT / "node_modules/@notionhq/notion-mcp-server/bin/cli.mjs"
HELLO = [{"type": "text", "text": {"content": "hello"}}]
NIL = "00000000-0000-4000-8000-000000000000"

pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(
        not (NODE.exists() and SERVER.exists()),
        reason="Node or the npm package @notionhq/notion-mcp-server is not installed here",
    ),
]

Call = Callable[..., Any]


@asynccontextmanager
async def assistant(served: Served, version: str | None = None) -> AsyncGenerator[Client]:
    """A client of Notion's MCP server, which believes that our workspace is Notion.

    The server chooses the version of the API itself, unless one is named.
    """
    headers = {"Authorization": f"Bearer {served.token}", "Notion-Version": version}
    given = {"OPENAPI_MCP_HEADERS": json.dumps(headers)} if version else {}
    parameters = StdioServerParameters(
        command=str(NODE),
        args=[str(SERVER)],
        env={"NOTION_TOKEN": served.token, "BASE_URL": served.address, **given},
    )
    async with Client(stdio_client(parameters), mode="legacy") as client:
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    """What the API answered to a tool."""
    (content,) = (await client.call_tool(f"API-{tool}", arguments)).content
    assert isinstance(content, TextContent)
    return json.loads(content.text)


async def test_it_offers_the_tools_that_we_serve(served: Served) -> None:
    async with assistant(served) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}

    assert {
        "API-get-self", "API-post-search", "API-post-page", "API-query-data-source",
        "API-patch-block-children", "API-create-a-comment", "API-move-page",
    } <= names  # fmt: skip


async def test_an_assistant_finds_a_table_adds_a_row_and_finds_it(
    served: Served, make_table: Callable[..., str]
) -> None:
    table = make_table({"Points": {"number": {}}}, title="Tasks")
    name = {"title": HELLO}

    async with assistant(served) as client:
        found = await call(
            client,
            "post-search",
            query="tasks",
            filter={"property": "object", "value": "data_source"},
        )
        shown = await call(client, "retrieve-a-data-source", data_source_id=table)
        row = await call(
            client,
            "post-page",
            parent={"data_source_id": table},
            properties={"Name": name, "Points": {"number": 3}},
        )
        page = await call(client, "retrieve-a-page", page_id=row["id"])
        rows = await call(
            client,
            "query-data-source",
            data_source_id=table,
            filter={"property": "Points", "number": {"equals": 3}},
        )

    assert [each["id"] for each in found["results"]] == [table]
    assert set(shown["properties"]) == {"Name", "Points"}
    assert page["properties"]["Points"]["number"] == 3
    assert [each["id"] for each in rows["results"]] == [row["id"]]


async def test_an_assistant_writes_on_a_page_and_comments_on_it(served: Served) -> None:
    # Its tool for comments names no version by itself, which Notion refuses as we do.
    async with assistant(served, version="2025-09-03") as client:
        await call(
            client,
            "patch-block-children",
            block_id=served.root,
            children=[{"type": "paragraph", "paragraph": {"rich_text": HELLO}}],
        )
        listed = await call(client, "get-block-children", block_id=served.root)
        comment = await call(
            client, "create-a-comment", parent={"page_id": served.root}, rich_text=HELLO
        )
        comments = await call(client, "retrieve-a-comment", block_id=served.root)

    assert [each["paragraph"]["rich_text"][0]["plain_text"] for each in listed["results"]] == [
        "hello"
    ]
    assert [each["id"] for each in comments["results"]] == [comment["id"]]


async def test_an_assistant_is_told_what_is_wrong(served: Served) -> None:
    async with assistant(served) as client:
        missing = await call(client, "retrieve-a-page", page_id=NIL)
        malformed = await call(client, "retrieve-a-page", page_id="AAA")

    assert (missing["status"], missing["code"]) == (404, "object_not_found")
    assert "should be a valid uuid" in malformed["message"]

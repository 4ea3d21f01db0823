"""The way of a picture from a procedure to a chat."""

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.types import (
    CallToolResult,
    ImageContent,
    Implementation,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

from playbooks import runs
from playbooks.desk import Desk
from playbooks.health_check import health_check
from playbooks.kept_picture import address
from playbooks.picture import Specification
from playbooks.report import Report
from resources.register import register
from server.app import House, build_server
from tools.boundary import READS, OpenDesk, desk_of, pictured

BARS: Specification = {
    "width": 200,
    "height": 100,
    "data": {"values": [{"week": 1, "done": 3}, {"week": 2, "done": 5}]},
    "mark": "bar",
    "encoding": {
        "x": {"field": "week", "type": "ordinal"},
        "y": {"field": "done", "type": "quantitative"},
    },
}


def server_of(desk: Desk, picture: Specification | None = BARS) -> MCPServer[OpenDesk]:
    """A server with one tool, which answers with a report and this picture."""

    async def open_desk() -> Desk:
        return desk

    @asynccontextmanager
    async def lifespan(_: MCPServer[OpenDesk]) -> AsyncGenerator[OpenDesk]:
        yield open_desk

    server = MCPServer[OpenDesk](lifespan=lifespan, log_level="CRITICAL")

    @server.tool(annotations=READS)
    async def draw(ctx: Context[OpenDesk, Any], wanted: bool) -> CallToolResult:
        report = (await health_check(await desk_of(ctx))).model_copy(update={"run_id": "run_1"})
        await runs.keep(await desk_of(ctx), report, picture)
        return await pictured(ctx, report, "compact", wanted=wanted)

    register(server, open_desk)
    return server


async def drawn(
    server: MCPServer[OpenDesk], client_name: str = "cursor-vscode", *, wanted: bool = True
) -> CallToolResult:
    who = Implementation(name=client_name, version="1.0.0")
    async with Client(server, client_info=who) as client:
        return await client.call_tool("draw", {"wanted": wanted})


async def test_a_picture_arrives_beside_the_text(desk: Desk) -> None:
    result = await drawn(server_of(desk))

    text, image = result.content
    assert isinstance(text, TextContent)
    assert isinstance(image, ImageContent)
    assert image.mime_type == "image/png"
    assert base64.b64decode(image.data).startswith(b"\x89PNG")
    assert Report.model_validate(result.structured_content).summary == text.text


async def test_no_picture_comes_unasked(desk: Desk) -> None:
    (text,) = (await drawn(server_of(desk), wanted=False)).content

    assert isinstance(text, TextContent)


@pytest.mark.parametrize("client_name", ["continue-client", "continue-cli-client"])
async def test_a_client_that_turns_images_into_text_gets_a_link_that_can_be_read(
    desk: Desk, client_name: str
) -> None:
    server = server_of(desk)

    _, link = (await drawn(server, client_name)).content

    assert isinstance(link, ResourceLink)
    assert link.uri == address("run_1")
    async with Client(server) as client:
        (content,) = (await client.read_resource(link.uri)).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "image/svg+xml"
    assert content.text.startswith("<svg")


@pytest.mark.parametrize("picture_in", [None, {"mark": "no such mark"}])
async def test_where_nothing_can_be_drawn_the_answer_arrives_and_says_so(
    desk: Desk, picture_in: Specification | None
) -> None:
    result = await drawn(server_of(desk, picture_in))

    (text,) = result.content
    assert isinstance(text, TextContent)
    assert "Health check" in text.text
    assert "No picture: " in text.text
    assert Report.model_validate(result.structured_content).summary == text.text


async def test_a_desk_without_pictures_says_so(desk: Desk) -> None:
    (text,) = (await drawn(server_of(replace(desk, pictures=None)))).content

    assert isinstance(text, TextContent)
    assert "This server draws no pictures." in text.text


async def test_the_picture_of_no_run_is_told(house: House) -> None:
    async with Client(build_server(house.desk)) as client:
        with pytest.raises(MCPError, match="No picture is kept of this run"):
            await client.read_resource(address("run_nowhere"))

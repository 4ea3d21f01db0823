from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp.types import TextContent
from pydantic import BaseModel, Field

from tools.boundary import READS
from tools.declaration import declare, inlined, outlined


async def order(
    kind: Annotated[Literal["tea", "coffee"], Field(description="What to brew.")],
    cups: Annotated[int, Field(ge=1)] = 1,
    milk: bool | Literal["oat", "soy"] | None = False,
) -> str:
    """Brew something."""
    return f"{cups} {kind} {milk}"


@asynccontextmanager
async def client() -> AsyncGenerator[Client]:
    server = MCPServer(tools=[declare(order, title="Order", annotations=READS)], log_level="ERROR")
    async with Client(server) as connected:
        yield connected


async def failure(arguments: dict[str, Any]) -> str:
    async with client() as connected:
        result = await connected.call_tool("order", arguments)
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param({"kind": "tea", "sugar": 1}, "It has no argument 'sugar'.", id="unknown"),
        pytest.param({}, "Argument 'kind' is missing.", id="missing"),
        pytest.param({"kind": "cocoa"}, "input should be 'tea' or 'coffee'.", id="not-a-choice"),
        pytest.param({"kind": "tea", "cups": "many"}, "valid integer", id="wrong-type"),
        pytest.param(
            {"kind": "tea", "milk": "cow"},
            "order was not called. Argument 'milk': input should be true, false, 'oat' or 'soy'."
            " Its arguments are",
            id="none-of-several-types",
        ),
        pytest.param({"kind": "tea", "cups": 0}, "greater than or equal to 1", id="out-of-range"),
    ],
)
async def test_what_does_not_fit_is_refused_in_one_sentence_of_ours(
    arguments: dict[str, Any], says: str
) -> None:
    text = await failure(arguments)

    assert text.startswith("order was not called.")
    assert says in text
    assert text.endswith("Its arguments are: kind, cups, milk.")


async def test_the_input_is_never_echoed() -> None:
    assert "cocoa-with-a-secret" not in await failure({"kind": "cocoa-with-a-secret"})


async def test_a_key_in_the_place_of_a_name_is_not_echoed() -> None:
    key = "key_" + "4" * 20

    assert key not in await failure({"kind": "tea", key: 1})


async def test_the_schema_refuses_what_the_tool_refuses() -> None:
    async with client() as connected:
        (tool,) = (await connected.list_tools()).tools

    assert tool.input_schema["additionalProperties"] is False
    assert "title" not in tool.input_schema["properties"]["kind"]


def test_references_are_resolved_and_a_property_called_title_stays() -> None:
    class Page(BaseModel):
        title: str

    class Shelf(BaseModel):
        pages: list[Page]

    schema = inlined(Shelf.model_json_schema())

    assert schema["properties"]["pages"]["items"]["properties"] == {"title": {"type": "string"}}
    assert "$defs" not in schema


def test_an_output_is_described_by_what_every_report_has() -> None:
    schema = {
        "properties": {
            "status": {"type": "string", "enum": ["ok"], "description": "…"},
            "findings": {"type": "array"},
        },
        "type": "object",
    }

    assert outlined(schema) == {
        "type": "object",
        "properties": {"status": {"type": "string", "enum": ["ok"]}},
    }

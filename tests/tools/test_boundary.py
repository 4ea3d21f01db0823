from dataclasses import replace

import pytest
from mcp import Client
from mcp.server import MCPServer
from mcp.types import TextContent, ToolAnnotations

from playbooks.desk import Desk
from playbooks.errors import TokenRefused
from playbooks.health_check import health_check
from playbooks.report import Finding
from tools.boundary import COMPACT_EVIDENCE_COUNT, actionable, answer


async def call(failing: BaseException) -> str:
    server = MCPServer(log_level="CRITICAL")

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    async def fail() -> str:
        with actionable():
            raise failing

    async with Client(server) as client:
        (content,) = (await client.call_tool("fail", {})).content
    assert isinstance(content, TextContent)
    return content.text


async def test_an_error_of_ours_reaches_the_model_with_its_remedy() -> None:
    text = await call(TokenRefused())

    assert "Notion refused the token." in text
    assert "NOTION_API_TOKEN" in text


async def test_a_bug_is_masked() -> None:
    assert await call(RuntimeError("at line 3 of a private file")) == "Error executing tool fail"


async def test_text_and_structure_suffice_each_alone(desk: Desk) -> None:
    report = await health_check(desk)

    result = answer(report, "compact")

    (content,) = result.content
    assert isinstance(content, TextContent)
    assert content.text == report.summary
    assert result.structured_content == report.model_dump(mode="json")


@pytest.mark.parametrize(
    ("detail", "shown_count"), [("compact", COMPACT_EVIDENCE_COUNT + 1), ("full", 25)]
)
async def test_evidence_is_cut_and_counted_unless_all_is_asked_for(
    desk: Desk, detail: str, shown_count: int
) -> None:
    evidence = tuple(f"row {number}" for number in range(25))
    finding = Finding(id="x", severity="info", what="x", evidence=evidence)
    report = (await health_check(replace(desk))).model_copy(update={"findings": (finding,)})

    structured = answer(report, "full" if detail == "full" else "compact").structured_content

    assert structured is not None
    evidence_shown = structured["findings"][0]["evidence"]
    assert len(evidence_shown) == shown_count
    assert evidence_shown[-1] in {"row 24", "and 15 more: ask with detail='full'"}

"""Reading what is there, also where Notion ends queries."""

import json
from typing import Any

import httpx

from playbooks.objects import Property
from server.importing.existing import read_existing
from server.importing.target import Target
from tests.server.notion.fakes import Connection, listed, page, rich

CAP = 3
TARGET = Target("s", "Tasks", {"external_id": Property("k", "External ID", "rich_text")})


def row(page_id: str, external_id: str) -> dict[str, Any]:
    value = {"id": "k", "type": "rich_text", "rich_text": rich(external_id)}
    return page(page_id, **{"External ID": value})


def notion_with(external_ids: list[str]) -> httpx.MockTransport:
    """Gives at most CAP rows to a query, whatever its case, and says so when there are more."""

    def answer(request: httpx.Request) -> httpx.Response:
        condition = json.loads(request.content).get("filter", {}).get("rich_text", {})
        start, whole = condition.get("starts_with", ""), condition.get("equals")
        found = [
            row(f"p{position}", external_id)
            for position, external_id in enumerate(external_ids)
            if external_id.casefold().startswith(start)
            and (whole is None or external_id.casefold() == whole)
        ]
        status = {"type": "incomplete" if len(found) > CAP else "complete"}
        return listed(found[:CAP], request_status=status)

    return httpx.MockTransport(answer)


async def test_a_query_that_notion_ends_is_asked_again_in_parts() -> None:
    external_ids = ["A", "a1", "A12", "a13", "B2", "b21", "ß", "SS", "sß9", "C"]

    async with Connection(notion_with(external_ids)).client as client:
        known = await read_existing(client, TARGET, external_ids)

    assert {external_id: len(pages) for external_id, pages in known.items()} == dict.fromkeys(
        external_ids, 1
    )

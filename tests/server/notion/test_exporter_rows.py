"""Rows in batches: a cursor that dies with its row ends nothing that has come on."""

import json
from typing import Any
from uuid import UUID

import pytest

from playbooks.errors import RequestRefused
from server.notion.exporter_rows import batches_of
from server.notion.mirror_source import Rows, Source
from tests.server.notion.fakes import ID, Connection, Script, listed, page, refusal


def row(number: int) -> dict[str, Any]:
    """One of sixty a minute."""
    created = f"2026-11-01T09:{number // 60:02}:00.000Z"
    return page(str(UUID(int=number))) | {"created_time": created}


async def read(script: Script) -> list[int]:
    gaps: list[str] = []
    async with Connection(script).client as notion:
        rows = Rows(Source(notion.api, ID))
        read = [each["id"] async for batch in batches_of(rows, gaps) for each in batch]
    assert gaps == []
    return [UUID(each).int for each in read]


async def test_a_dead_cursor_is_left_for_a_query_from_the_last_minute_on() -> None:
    script = Script(
        listed(map(row, range(100)), next_cursor="dies"),
        refusal(400, "validation_error"),
        listed(map(row, range(60, 130))),
    )
    assert await read(script) == list(range(130))

    last = json.loads(script.requests[-1].content)
    assert "start_cursor" not in last
    (bound,) = last["filter"]["and"]
    assert bound["created_time"] == {"on_or_after": "2026-11-01T09:01:00.000Z"}


async def test_a_query_that_is_refused_from_its_start_is_refused() -> None:
    with pytest.raises(RequestRefused):
        await read(Script(refusal(400, "validation_error")))


async def test_rows_of_one_minute_over_several_pages_are_told_once() -> None:
    same = [row(number) | {"created_time": row(0)["created_time"]} for number in range(250)]
    cut = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
    script = Script(
        listed([row(0), *same[1:100]], next_cursor="a"),
        listed([*same[100:200]], request_status=cut),
        listed([*same[:200], *map(row, range(250, 260))]),
    )
    assert await read(script) == [*range(200), *range(250, 260)]

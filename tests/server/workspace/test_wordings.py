"""Refusals in the words that users of Notion have reported; each case names where."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import JSON

ELSEWHERE = "00000000-0000-4000-8000-000000000000"


def undefined(*paths: str) -> str:
    """One line for each, as Notion tells alternatives."""
    return "\n".join(f"{path} should be defined, instead was `undefined`." for path in paths)


FIX_ONE = "body failed validation. Fix one:\n"
VALUE_TYPES = (
    "title", "rich_text", "number", "url", "select", "multi_select", "people", "email",
    "phone_number", "date", "checkbox", "relation", "files", "status", "place", "verification",
)  # fmt: skip
FILTER_TYPES = (
    "or", "and", "title", "rich_text", "number", "checkbox", "select", "multi_select", "status",
    "date", "people", "files", "url", "email", "phone_number", "relation", "created_by",
    "created_time", "last_edited_by", "last_edited_time", "formula", "unique_id", "rollup",
    "verification",
)  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        pytest.param(
            "POST",
            "/v1/search",
            {"page_size": 101},
            "body failed validation: body.page_size should be ≤ `100` or `undefined`,"
            " instead was `101`.",
            id="page-size-too-large (brekkylab/backlot#375)",
        ),
        pytest.param(
            "GET",
            "/v1/blocks/{root}/children?start_cursor=bogus",
            None,
            "query failed validation: query.start_cursor should be a valid uuid or `undefined`,"
            ' instead was `"bogus"`.',
            id="cursor-of-children (brekkylab/backlot#375)",
        ),
        pytest.param(
            "GET",
            "/v1/users?start_cursor=bogus",
            None,
            "The start_cursor provided is invalid: bogus",
            id="cursor-of-users (brekkylab/backlot#375)",
        ),
        pytest.param(
            "POST",
            "/v1/search",
            {"sort": {"timestamp": "created_time", "direction": "ascending"}},
            'body.sort.timestamp should be "last_edited_time" when sorting by timestamp.',
            id="sort-of-search (brekkylab/backlot#375)",
        ),
        pytest.param(
            "POST",
            "/v1/pages",
            {"parent": {"database_id": "DATABASE_ID"}, "properties": {}},
            FIX_ONE
            + undefined("body.parent.page_id")
            + '\nbody.parent.database_id should be a valid uuid, instead was `"DATABASE_ID"`.\n'
            + undefined("body.parent.data_source_id", "body.parent.workspace"),
            id="parent-that-is-no-id (a stored answer of 2025)",
        ),
        pytest.param(
            "PATCH",
            "/v1/pages/{row}",
            {"properties": {"Name": {"title": []}, "By": {"created_by": {"id": ELSEWHERE}}}},
            FIX_ONE
            + undefined(*(f"body.properties.By.{kind}" for kind in VALUE_TYPES))
            + "\n"
            + undefined(*(f"body.properties.Name.{key}" for key in ("id", "name", "start"))),
            id="value-of-no-type-that-is-written (jheddings/notional#9)",
        ),
        pytest.param(
            "GET",
            "/v1/pages/{row}/properties/nope",
            None,
            "nope is not a property that exists.",
            id="unknown-property-of-a-page (seratch/notion-sdk-jvm#75)",
        ),
        pytest.param(
            "POST",
            "/v1/data_sources/{table}/query",
            {"filter": {"property": "Name", "text": {"contains": "x"}}},
            FIX_ONE + undefined(*(f"body.filter.{kind}" for kind in FILTER_TYPES)),
            id="filter-of-no-type (jheddings/notional#39)",
        ),
        pytest.param(
            "POST",
            "/v1/data_sources/{table}/query",
            {"filter_properties": ["title"]},
            "body failed validation: body.filter_properties should be not present,"
            ' instead was `["title"]`.',
            id="filter-properties-in-the-body (notion-dotnet/notion-sdk-net#541)",
        ),
        pytest.param(
            "PATCH",
            "/v1/data_sources/{table}",
            {"properties": {"Kind": {"select": {"options": [{"name": "A", "color": "red"}]}}}},
            "Cannot update color of select with name: A.",
            id="another-colour (overengineeringstudio/effect-utils#803)",
        ),
        pytest.param(
            "PATCH",
            "/v1/blocks/{block}",
            {"quote": {"rich_text": []}},
            "Expected block type heading_1 in request body",
            id="another-type-of-block (a thread of Zapier's community)",
        ),
        pytest.param(
            "PATCH",
            "/v1/pages/{root}",
            {"icon": {}},
            FIX_ONE + undefined("body.icon.emoji", "body.icon.external"),
            id="icon-of-no-type (TomFrankly/pipedream-notion-voice-notes#68)",
        ),
    ],
)
async def test_a_reported_refusal_is_ours(
    method: str,
    path: str,
    body: JSON | None,
    message: str,
    *,
    api: httpx.AsyncClient,
    places: dict[str, str],
) -> None:
    answer = await api.request(method, path.format(**places), json=body)

    assert answer.status_code == 400
    assert answer.json()["message"].startswith(message)


@pytest.fixture
async def places(
    api: httpx.AsyncClient,
    root: str,
    make_table: Callable[..., str],
    add_row: Callable[..., str],
) -> dict[str, str]:
    """What the requests name."""
    options: list[Any] = [{"name": "A", "color": "blue"}]
    table = make_table({"Kind": {"select": {"options": options}}, "By": {"created_by": {}}})
    heading: JSON = {"children": [{"heading_1": {"rich_text": []}}]}
    added = (await api.patch(f"/v1/blocks/{root}/children", json=heading)).json()["results"]
    return {"root": root, "table": table, "row": add_row(table, "Row"), "block": added[0]["id"]}

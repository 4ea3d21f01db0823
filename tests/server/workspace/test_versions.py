"""Versions: 2026-03-11 is spoken inside, 2025-09-03 says some things in older words."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import httpx
import pytest

from server.workspace.call import Call
from server.workspace.versions import find

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
Make = Callable[..., str]


@pytest.fixture
async def older(connect: Connect, token: str, root: str) -> httpx.AsyncClient:  # noqa: ARG001 - it shares
    return await connect(token, version="2025-09-03")


WORDS = "Notion-Version header failed validation: Notion-Version header should be"


@pytest.mark.parametrize(
    ("version", "code", "complaint"),
    [
        pytest.param(None, "missing_version", "defined, instead was `undefined`.", id="none"),
        pytest.param(
            "2020-01-01",
            "validation_error",
            '`"2026-03-11"`, `"2025-09-03"`, or `"2022-06-28"`, instead was `"2020-01-01"`.',
            id="unknown",
        ),
    ],
)
async def test_a_request_names_a_version_that_is_known(
    connect: Connect, add_integration: Make, version: str | None, code: str, complaint: str
) -> None:
    client = await connect(add_integration(), version=version)

    answer = await client.get("/v1/users/me")

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"] == f"{WORDS} {complaint}"


async def test_the_older_version_says_archived_at_the_end(
    api: httpx.AsyncClient, older: httpx.AsyncClient, root: str
) -> None:
    native = (await api.get(f"/v1/pages/{root}")).json()
    shown = (await older.get(f"/v1/pages/{root}")).json()
    listed = (await older.post("/v1/search", json={})).json()["results"][0]

    assert list(shown) == [*list(native)[:-1], "archived", "request_id"]
    assert list(listed)[-1] == "archived"


async def test_the_older_version_archives(older: httpx.AsyncClient, root: str) -> None:
    made = await older.post("/v1/pages", json={"parent": {"page_id": root}, "properties": {}})

    gone = (await older.patch(f"/v1/pages/{made.json()['id']}", json={"archived": True})).json()

    assert (gone["archived"], gone["in_trash"]) == (True, True)


async def test_the_older_version_appends_after_a_block(older: httpx.AsyncClient, root: str) -> None:
    def body(text: str, **more: Any) -> dict[str, Any]:
        return {"children": [{"quote": {"rich_text": [{"text": {"content": text}}]}}]} | more

    path = f"/v1/blocks/{root}/children"
    first = (await older.patch(path, json=body("a"))).json()["results"][0]["id"]
    await older.patch(path, json=body("c"))
    await older.patch(path, json=body("b", after=first))

    listed = (await older.get(path)).json()["results"]
    assert [each["quote"]["rich_text"][0]["plain_text"] for each in listed] == ["a", "b", "c"]


async def test_the_native_version_knows_no_after(api: httpx.AsyncClient, root: str) -> None:
    answer = await api.patch(f"/v1/blocks/{root}/children", json={"children": [], "after": root})

    assert answer.json()["message"].startswith(
        "body failed validation: body.after should be not present"
    )


@pytest.mark.parametrize(
    "request_line",
    ["POST /v1/databases/{id}/query", "GET /v1/databases"],
)
@pytest.mark.parametrize("version", ["2026-03-11", "2025-09-03"])
async def test_the_newer_versions_have_no_tables_in_databases(
    connect: Connect, token: str, root: str, version: str, request_line: str
) -> None:
    client = await connect(token, version=version)

    answer = await client.request(*request_line.format(id=root).split())

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request_url")


@pytest.mark.parametrize(
    ("path", "body", "complaint"),
    [
        pytest.param(
            "/v1/pages/{id}", {"archived": 1}, "body.archived should be a boolean", id="archived"
        ),
        pytest.param(
            "/v1/blocks/{id}/children",
            {"children": [], "after": "x"},
            "body.after should be a valid uuid",
            id="after",
        ),
    ],
)
async def test_a_refusal_names_what_was_sent(
    older: httpx.AsyncClient, root: str, path: str, body: dict[str, Any], complaint: str
) -> None:
    answer = await older.patch(path.format(id=root), json=body)

    assert answer.json()["message"].startswith(f"body failed validation: {complaint}")


@pytest.mark.parametrize(
    ("version", "word"), [("2026-03-11", "in_trash"), ("2025-09-03", "archived")]
)
async def test_a_table_lives_through_a_version(
    connect: Connect, token: str, root: str, version: str, word: str
) -> None:
    """Made, filled, asked, changed, searched, trashed and brought back."""
    client = await connect(token, version=version)
    made = await client.post(
        "/v1/databases",
        json={
            "parent": {"page_id": root},
            "title": [{"text": {"content": "Tasks"}}],
            "initial_data_source": {
                "properties": {"Name": {"title": {}}, "Done": {"checkbox": {}}}
            },
        },
    )
    table = made.json()["data_sources"][0]["id"]
    row = await client.post(
        "/v1/pages",
        json={
            "parent": {"data_source_id": table},
            "properties": {"Name": {"title": [{"text": {"content": "Ship"}}]}},
        },
    )
    page = f"/v1/pages/{row.json()['id']}"

    await client.patch(page, json={"properties": {"Done": {"checkbox": True}}})
    done = {"filter": {"property": "Done", "checkbox": {"equals": True}}}
    rows = (await client.post(f"/v1/data_sources/{table}/query", json=done)).json()["results"]
    found = (await client.post("/v1/search", json={"query": "ship"})).json()["results"]
    gone = (await client.patch(page, json={word: True})).json()
    back = (await client.patch(page, json={word: False})).json()

    assert [each["id"] for each in rows] == [each["id"] for each in found] == [row.json()["id"]]
    assert (gone[word], back[word]) == (True, False)
    assert rows[0]["parent"]["type"] == "data_source_id"


def test_the_older_version_calls_meeting_notes_a_transcription() -> None:
    """Nobody can make such a block through the API, so only its translation is looked at."""
    block: dict[str, Any] = {
        "object": "block",
        "in_trash": False,
        "type": "meeting_notes",
        "meeting_notes": {},
    }

    shown = find("2025-09-03").show(cast("Call", None), block)

    assert list(shown.items()) == [
        ("object", "block"),
        ("in_trash", False),
        ("type", "transcription"),
        ("transcription", {}),
        ("archived", False),
    ]

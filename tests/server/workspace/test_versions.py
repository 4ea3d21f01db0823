"""Versions: 2026-03-11 is spoken inside, 2025-09-03 is a translation at the edge."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

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
            '`"2026-03-11"` or `"2025-09-03"`, instead was `"2020-01-01"`.',
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

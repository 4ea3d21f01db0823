"""The workspace over HTTP: who may come in, and what is answered to what no one serves."""

import json
from collections.abc import Awaitable, Callable

import httpx
import pytest

from server.workspace.core import JSON, Workspace
from server.workspace.routes import NOT_BUILT, Route
from tests.notion_types import take_complaints

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
Make = Callable[..., str]

NIL = "00000000-0000-0000-0000-000000000000"


def said(response: httpx.Response) -> tuple[int, str, str]:
    body = response.json()
    return response.status_code, body["code"], body["message"]


@pytest.mark.parametrize("token", [None, "ntn_wrong"])
async def test_a_token_that_nobody_holds_is_refused(connect: Connect, token: str | None) -> None:
    stranger = await connect(token)

    assert said(await stranger.get("/v1/users/me")) == (
        401, "unauthorized", "API token is invalid.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/v1/invalid", id="unknown-path"),
        pytest.param("GET", "/", id="no-path"),
        pytest.param("PUT", "/v1/users", id="wrong-method"),
        pytest.param("DELETE", f"/v1/pages/{NIL}", id="a-page-is-deleted-as-a-block"),
        pytest.param("GET", "/v1/users/", id="empty-argument"),
        pytest.param("POST", f"/v1/databases/{NIL}/query", id="gone-since-2025-09-03"),
    ],
)
async def test_what_notion_does_not_have_is_an_invalid_url(
    api: httpx.AsyncClient, method: str, path: str
) -> None:
    assert said(await api.request(method, path)) == (
        400, "invalid_request_url", "Invalid request URL.",
    )  # fmt: skip


@pytest.mark.parametrize("route", NOT_BUILT, ids=lambda route: f"{route.method} {route.pattern}")
async def test_what_is_not_built_yet_says_so(api: httpx.AsyncClient, route: Route) -> None:
    answer = await api.request(route.method, route.pattern.replace("{", "").replace("}", ""))

    assert said(answer) == (
        400,
        "invalid_request",
        f"The embedded workspace does not serve {route.method} {route.pattern} yet.",
    )


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"{", id="broken"),
        pytest.param(b'{"query": NaN}', id="no-number"),
        pytest.param(b'{"query": "\\ud800"}', id="half-a-character"),
        pytest.param(b"[" * 100_000, id="too-deep"),
        pytest.param(b'{"page_size": ' + b"1" * 5000 + b"}", id="too-many-digits"),
        pytest.param(b"\xff", id="not-utf-8"),
    ],
)
async def test_a_body_that_is_no_json_is_refused(api: httpx.AsyncClient, sent: bytes) -> None:
    answer = await api.post("/v1/search", content=sent)

    assert said(answer) == (400, "invalid_json", "Error parsing JSON body.")


async def test_a_body_beyond_500_kb_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/search", json={"query": "x" * 512_000})

    assert said(answer) == (413, "validation_error", "Request body too large.")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "TRACE", "BREW"])
async def test_methods_that_notion_does_not_have_are_invalid_urls(
    api: httpx.AsyncClient, method: str
) -> None:
    answer = await api.request(method, "/v1/users/me")

    assert answer.status_code == 400
    assert method == "HEAD" or answer.json()["code"] == "invalid_request_url"


@pytest.mark.parametrize("sent", [b"", b" \n", None], ids=["empty", "blank", "none"])
async def test_a_body_that_is_not_sent_is_an_empty_one(
    api: httpx.AsyncClient, sent: bytes | None
) -> None:
    searched = await api.post("/v1/search", content=sent)
    refused = await api.post("/v1/pages", content=sent)

    assert searched.status_code == 200
    assert "body.parent" in said(refused)[2]
    assert "instead was `undefined`" in said(refused)[2]


async def test_a_body_of_another_type_is_not_looked_at(api: httpx.AsyncClient, root: str) -> None:
    page = json.dumps({"parent": {"page_id": root}, "properties": {}})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    typed = {"Content-Type": "application/json; charset=utf-8"}

    assert "body.parent" in said(await api.post("/v1/pages", content=page, headers=form))[2]
    assert (await api.post("/v1/pages", content=page, headers=typed)).status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_body_where_none_belongs_is_not_looked_at(
    api: httpx.AsyncClient, root: str, method: str
) -> None:
    assert (await api.request(method, f"/v1/blocks/{root}", content=b"{")).status_code == 200


async def test_a_body_must_be_an_object(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/search", json=[])

    assert said(answer)[2] == "body failed validation: body should be an object, instead was `[]`."


@pytest.mark.parametrize(
    ("path", "argument", "sent"),
    [
        ("/v1/pages/AAA", "page_id", "AAA"),
        ("/v1/blocks/AAA", "block_id", "AAA"),
        ("/v1/databases/AAA", "database_id", "AAA"),
        ("/v1/data_sources/AAA", "data_source_id", "AAA"),
        pytest.param(
            "/v1/users/f3f2e850-b5d4-11ef-ac7e-96584d5248b2",
            "user_id",
            "f3f2e850-b5d4-11ef-ac7e-96584d5248b2",
            id="version-1-uuids-are-none",
        ),
    ],
)
async def test_an_id_in_the_path_must_be_a_uuid(
    api: httpx.AsyncClient, path: str, argument: str, sent: str
) -> None:
    assert said(await api.get(path))[2] == (
        f'path failed validation: path.{argument} should be a valid uuid, instead was `"{sent}"`.'
    )


async def test_ids_are_taken_with_and_without_dashes(api: httpx.AsyncClient, root: str) -> None:
    plain = await api.get(f"/v1/pages/{root.replace('-', '').upper()}")

    assert plain.json()["id"] == root


PROBES = [
    pytest.param("read_content", "GET", "/v1/pages/bad", id="read_content"),
    pytest.param("update_content", "PATCH", "/v1/pages/bad", id="update_content"),
    pytest.param("insert_content", "POST", "/v1/pages", id="insert_content"),
    pytest.param("read_comments", "GET", "/v1/comments", id="read_comments"),
    pytest.param("insert_comments", "POST", "/v1/comments", id="insert_comments"),
    pytest.param("read_users", "GET", "/v1/users/bad", id="read_users"),
]


@pytest.mark.parametrize(("capability", "method", "path"), PROBES)
async def test_a_probe_tells_a_missing_capability_from_a_bad_request(
    connect: Connect, add_integration: Make, capability: str, method: str, path: str
) -> None:
    body: JSON | None = None if method == "GET" else {}
    able = await connect(add_integration())
    narrow = await connect(add_integration(without=[capability]))

    assert (await able.request(method, path, json=body)).status_code == 400
    assert said(await narrow.request(method, path, json=body)) == (
        403, "restricted_resource", "Insufficient permissions for this endpoint.",
    )  # fmt: skip


async def test_what_is_not_served_is_refused_clearly(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/custom_emojis")

    assert said(answer)[2] == "The embedded workspace does not serve GET /v1/custom_emojis yet."


async def test_a_bug_answers_500_in_notions_shape(
    api: httpx.AsyncClient, workspace: Workspace, root: str
) -> None:
    with workspace._database.writing() as db:
        db.execute("UPDATE documents SET document = 'no json'")

    answer = await api.get(f"/v1/pages/{root}")

    assert said(answer)[:2] == (500, "internal_server_error")
    (noted,) = take_complaints()
    assert "a failure that nobody asked for" in noted

"""What a token may do and what an id is, asked without side effects."""

from typing import get_args

import httpx
import pytest

from playbooks.errors import FirewallRefused, NotionError, TokenRefused
from playbooks.objects import Capability, ObjectKind
from tests.server.notion.fakes import ID, Connection, Script, listed, ok, refusal

FORBIDDEN = refusal(403, "restricted_resource")
INVALID = refusal(400, "validation_error")
MISSING = refusal(404, "object_not_found")

PROBES: dict[Capability, tuple[str, str, bytes]] = {
    "read_content": ("GET", "/v1/pages/no-such-page", b""),
    "insert_content": ("POST", "/v1/pages", b"{}"),
    "update_content": ("PATCH", "/v1/pages/no-such-page", b"{}"),
    "read_comments": ("GET", "/v1/comments", b""),
    "insert_comments": ("POST", "/v1/comments", b"{}"),
    "read_users": ("GET", "/v1/users?page_size=1", b""),
}


@pytest.mark.parametrize("capability", get_args(Capability))
async def test_each_capability_is_asked_for_by_something_invalid(capability: Capability) -> None:
    script = Script(INVALID)

    async with Connection(script).client as notion:
        assert await notion.has_capability(capability)

    (sent,) = script.requests
    asked = (sent.method, sent.url.raw_path.decode(), sent.content)
    assert asked == PROBES[capability]


@pytest.mark.parametrize(
    ("answer", "has_it"),
    [
        pytest.param(INVALID, True, id="400"),
        pytest.param(MISSING, True, id="404"),
        pytest.param(listed([]), True, id="200"),
        pytest.param(FORBIDDEN, False, id="403"),
    ],
)
async def test_only_403_denies_it(answer: httpx.Response, *, has_it: bool) -> None:
    connection = Connection(Script(answer))

    async with connection.client as notion:
        assert await notion.has_capability("read_users") is has_it

    assert [each.probe for each in connection.records] == [True]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(refusal(401, "unauthorized"), TokenRefused, id="401"),
        pytest.param(httpx.Response(403, html="<html>"), FirewallRefused, id="firewall"),
    ],
)
async def test_what_says_neither_yes_nor_no_is_raised(
    answer: httpx.Response, error: type[NotionError]
) -> None:
    async with Connection(Script(answer)).client as notion:
        with pytest.raises(error):
            await notion.has_capability("read_content")


@pytest.mark.parametrize(
    ("answers", "kinds"),
    [
        pytest.param([ok(), ok(), MISSING, MISSING], ("page", "block"), id="a-page"),
        pytest.param([MISSING, ok(), ok(), MISSING], ("block", "database"), id="a-database"),
        pytest.param([MISSING, MISSING, MISSING, ok()], ("data_source",), id="a-data-source"),
        pytest.param([MISSING], (), id="nothing-shared"),
        pytest.param([INVALID], (), id="no-id-at-all"),
    ],
)
async def test_an_id_is_tried_as_every_kind(
    answers: list[httpx.Response], kinds: tuple[ObjectKind, ...]
) -> None:
    connection = Connection(Script(*answers))

    async with connection.client as notion:
        assert await notion.kinds_of(ID) == kinds

    assert [each.probe for each in connection.records] == [True] * 4


async def test_a_token_that_may_not_look_is_told_apart_from_an_unknown_id() -> None:
    async with Connection(Script(FORBIDDEN)).client as notion:
        with pytest.raises(NotionError):
            await notion.kinds_of(ID)

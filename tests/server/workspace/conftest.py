"""A workspace of one page and one integration; every HTTP answer is checked by the SDK's types."""

import json
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast, get_args

import httpx
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from playbooks.ports import Capability
from server.workspace.asgi import create_app
from server.workspace.core import JSON, Actor, Workspace

TYPES = (
    Path(__file__).parents[4] / "shared/data/notion/notion-sdk-5.26.0.types.schema.json"
)  # beside the checkout
BASE_URL = "http://workspace.test"
DEFINITIONS = {
    "page": "PageObjectResponse",
    "database": "DatabaseObjectResponse",
    "data_source": "DataSourceObjectResponse",
    "block": "BlockObjectResponse",
    "user": "UserObjectResponse",
    "property_item": "PropertyItemObjectResponse",
    "page_or_data_source": "QueryDataSourceResponse",
}
LISTS = {
    "user": "ListUsersResponse",
    "block": "ListBlockChildrenResponse",
    "property_item": "PropertyItemListResponse",
    "page_or_data_source": "QueryDataSourceResponse",
}


class Types:
    """The response types of @notionhq/client as an oracle; they name `archived` required."""

    def __init__(self, path: Path) -> None:
        document = cast("dict[str, Any]", _without_archived(json.loads(path.read_text())))
        self._resource: Resource[Any] = DRAFT202012.create_resource(document)
        self._registry: Registry[Any] = Registry[Any]().with_resource("urn:types", self._resource)
        self._known: dict[str, Any] = {}

    def complaints(self, definition: str, body: JSON) -> list[str]:
        validator = self._known.setdefault(
            definition,
            Draft202012Validator(
                {"$ref": f"urn:types#/definitions/{definition}"}, registry=self._registry
            ),
        )
        return [error.message[:300] for error in validator.iter_errors(body)]


def _without_archived(node: object) -> object:
    if isinstance(node, list):
        return [_without_archived(each) for each in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    members = cast("dict[str, object]", node)
    cleaned = {key: _without_archived(value) for key, value in members.items()}
    if isinstance(cleaned.get("required"), list):
        required = cast("list[str]", cleaned["required"])
        cleaned["required"] = [name for name in required if name != "archived"]
    return cleaned


@pytest.fixture(scope="session")
def types() -> Types | None:
    return Types(TYPES) if TYPES.exists() else None


@pytest.fixture
def check(types: Types | None) -> Callable[[httpx.Response], Awaitable[None]]:
    """What every answer of these tests goes through."""

    async def check_answer(response: httpx.Response) -> None:
        await response.aread()
        body = cast("JSON", response.json())
        if "object" in body:
            assert body["request_id"] == response.headers["x-notion-request-id"]
        assert response.headers["cf-ray"]
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        if response.status_code == 200:
            _check_shape(types, body)
        else:
            assert body["object"] == "error"
            assert body["status"] == response.status_code
            assert body["code"]
            assert body["message"]

    return check_answer


def _check_shape(types: Types | None, body: JSON) -> None:
    if types is None or "object" not in body:
        return
    is_list = body["object"] == "list"
    definition = LISTS[body["type"]] if is_list else DEFINITIONS[body["object"]]
    assert types.complaints(definition, body) == []
    if body["object"] == "block":
        name = "".join(word.title() for word in body["type"].split("_"))
        assert types.complaints(f"{name}BlockObjectResponse", body) == []


@dataclass
class Watch:
    """A clock that stands until it is set."""

    now: datetime = datetime(2026, 5, 13, 9, 30, 41, 250_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def workspace(tmp_path: Path, watch: Watch) -> Generator[Workspace]:
    with closing(Workspace.open(tmp_path / "workspace.sqlite3", clock=watch)) as opened:
        yield opened


@pytest.fixture
def ada(workspace: Workspace) -> Actor:
    return Actor(workspace.add_person("Ada", "ada@example.org"), "person")


@pytest.fixture
def token() -> str:
    return f"ntn_{secrets.token_hex(16)}"


@pytest.fixture
def bot_id(workspace: Workspace, token: str) -> str:
    """The integration named Robot, with every capability."""
    return workspace.add_bot("Robot", token=token)


@pytest.fixture
def root(workspace: Workspace, ada: Actor, bot_id: str) -> str:
    """A page of the workspace, shared with the integration."""
    page = workspace.perform(
        "POST", "/v1/pages", {"parent": {"workspace": True}, "properties": titled("Root")},
        actor=ada,
    )  # fmt: skip
    workspace.share(page["id"], bot_id)
    return cast("str", page["id"])


def titled(text: str) -> JSON:
    return {"title": {"title": [{"text": {"content": text}}]}}


Connect = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def connect(
    workspace: Workspace, check: Callable[[httpx.Response], Awaitable[None]]
) -> AsyncGenerator[Connect]:
    """Opens clients with a token and a version of their own."""
    async with AsyncExitStack() as stack:

        async def open_client(
            token: str | None, *, version: str | None = "2026-03-11"
        ) -> httpx.AsyncClient:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            if version:
                headers["Notion-Version"] = version
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(create_app(workspace)),
                base_url=BASE_URL,
                headers=headers,
                event_hooks={"response": [check]},
            )
            return await stack.enter_async_context(client)

        yield open_client


@pytest.fixture
async def api(connect: Connect, token: str, root: str) -> httpx.AsyncClient:  # noqa: ARG001 - it shares
    """The integration, with every capability."""
    return await connect(token)


@pytest.fixture
def add_integration(workspace: Workspace, root: str) -> Callable[..., str]:
    """Adds an integration that lacks some capabilities and sees the root page; gives its token."""

    def add(*, without: Collection[str] = (), shared: bool = True) -> str:
        token = f"ntn_{secrets.token_hex(16)}"
        kept = [name for name in cast("list[Any]", get_args(Capability)) if name not in without]
        bot = workspace.add_bot("Narrow", token=token, capabilities=kept)
        if shared:
            workspace.share(root, bot)
        return token

    return add


@pytest.fixture
def make_table(workspace: Workspace, ada: Actor, root: str) -> Callable[..., str]:
    """Adds a database under the root page; gives the id of its data source."""

    def make(properties: JSON, title: str = "Table") -> str:
        database = workspace.perform(
            "POST",
            "/v1/databases",
            {
                "parent": {"page_id": root},
                "title": [{"text": {"content": title}}],
                "initial_data_source": {"properties": {"Name": {"title": {}}} | properties},
            },
            actor=ada,
        )
        return cast("str", database["data_sources"][0]["id"])

    return make


@pytest.fixture
def add_row(workspace: Workspace, ada: Actor) -> Callable[..., str]:
    """Adds a row by name with property values as the API takes them; gives its id."""

    def add(table: str, name: str, values: JSON | None = None, **more: Any) -> str:
        row = workspace.perform(
            "POST",
            "/v1/pages",
            {"parent": {"data_source_id": table}, "properties": titled(name) | (values or {})},
            actor=ada,
            **more,
        )
        return cast("str", row["id"])

    return add

"""Every error that public recordings of Notion hold, provoked here by the request behind it."""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from server.workspace.core import JSON, Actor, Workspace
from tests.server.workspace.recordings import DATA, UUID, lines

ERRORS = "errors_seen.jsonl"
MASKED_CODE = "secret..."
UNAUTHORIZED = 401
PRODUCTS: JSON = {"Size": {"rich_text": {}}, "Price": {"number": {}}}
FORMULA: JSON = {"String": {"formula": {"expression": '"Item 1"'}}}

GONE = "body.children[0].ai_block should be defined, instead was `undefined`.\n"

OUT_OF_SCOPE = {
    "invalid_client": "OAuth is not served",
    "Could not find database with ID: 00da364b": "the sentence now says data_source, as another"
    " recording has it",
    "shared with your integration.": "the sentence now names the integration, as another"
    " recording has it",
    "children[0].embed should be": "Notion makes more types of blocks by now; a test below holds"
    " those of then",
}
"""By what stands in the answer: why it is not provoked here."""


def seen() -> list[Any]:
    """The errors as parameters; one that skips where the shared data are absent."""
    if not (DATA / ERRORS).exists():
        reason = f"the shared data are not beside the checkout: {ERRORS}"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason))]
    return [pytest.param(line, id=title(line), marks=marks(line)) for line in lines(ERRORS)]


def title(line: JSON) -> str:
    """Tells request and refusal in a few words."""
    request: JSON = line["request_body"] or {}
    children: list[JSON] = request.get("children") or [{}]
    refusal = re.sub(r"[\W\d_]+", "-", UUID.sub("", said(line)))
    path = line["path"].removeprefix("/v1/").replace("/{id}", "")
    kind = children[0].get("type", "")
    words = [line["version"], line["method"], path, kind, refusal[:60].strip("-")]
    return " ".join(word for word in words if word)


def said(line: JSON) -> str:
    """The sentence of the refusal; OAuth has only a code."""
    body = line["response_body"]
    sentence: str = body.get("message") or body["error"]
    return sentence


def marks(line: JSON) -> list[pytest.MarkDecorator]:
    return [
        pytest.mark.skip(reason=reason) for key, reason in OUT_OF_SCOPE.items() if key in said(line)
    ]


@dataclass(frozen=True, slots=True)
class House:
    """A workspace where what a recorded request names can be prepared."""

    workspace: Workspace
    owner: Actor
    root: str
    make_table: Callable[..., str]

    def admit(self, line: JSON) -> str:
        """Adds the integration of the recording; gives its token."""
        token, refused = f"ntn_{secrets.token_hex(16)}", line["response_body"]
        data = refused.get("additional_data", {})
        name = integration(refused["message"]) or "Robot"
        bot = self.workspace.add_bot(name, token=token, user_id=data.get("integration_id"))
        self.workspace.share(self.root, bot)
        return token

    def prepare(self, line: JSON) -> JSON:
        """The line with ids of what is there in place of those that its objects had."""
        request: JSON = line["request_body"] or {}
        parent: JSON = request.get("parent", {})
        text = json.dumps(line)
        if parent.get("page_id"):
            text = text.replace(parent["page_id"], self.root)
        if parent.get("database_id"):
            text = text.replace(parent["database_id"], self.database(PRODUCTS))
        if "does not contain any data sources" in text:
            text = text.replace(named(line), self.emptied_database())
        prepared: JSON = json.loads(text)
        home = self.make_table(FORMULA) if "query" in line["path"] else self.root
        prepared["path"] = line["path"].replace("{id}", named(prepared) or home)
        return prepared

    def database(self, properties: JSON) -> str:
        table = self.perform("GET", f"/v1/data_sources/{self.make_table(properties)}")
        found: str = table["parent"]["database_id"]
        return found

    def emptied_database(self) -> str:
        database = self.database({})
        table = self.perform("GET", f"/v1/databases/{database}")["data_sources"][0]["id"]
        self.perform("PATCH", f"/v1/data_sources/{table}", {"in_trash": True})
        return database

    def perform(self, method: str, path: str, body: JSON | None = None) -> JSON:
        return self.workspace.perform(method, path, body, actor=self.owner)


@pytest.fixture
def house(workspace: Workspace, ada: Actor, root: str, make_table: Callable[..., str]) -> House:
    return House(workspace, ada, root, make_table)


def integration(message: str) -> str | None:
    """The name by which the refusal calls the integration."""
    found = re.search(r'your integration "([^"]+)"', message)
    return found and found[1]


def named(line: JSON) -> str:
    """The id that stands in the refusal, which is that of the path; empty when there is none."""
    found = UUID.search(line["response_body"]["message"])
    return found[0] if found else ""


@pytest.mark.parametrize("line", seen())
async def test_a_recorded_error_is_provoked_by_the_request_behind_it(
    line: JSON, house: House, connect: Callable[..., Any]
) -> None:
    prepared = house.prepare(line)
    recorded = prepared["response_body"]
    token = house.admit(line) if recorded["status"] != UNAUTHORIZED else "nobody's"
    client: httpx.AsyncClient = await connect(token, version=line["version"])

    answer = await client.request(line["method"], prepared["path"], json=prepared["request_body"])

    shown = answer.json()
    if recorded["code"] == MASKED_CODE:
        shown["code"] = MASKED_CODE
    assert unnumbered(shown) == unnumbered(recorded)
    assert answer.status_code == recorded["status"]


def unnumbered(body: JSON) -> list[tuple[str, Any]]:
    """The members in their order; some recordings leave out the request id."""
    return [(key, value) for key, value in body.items() if key != "request_id"]


async def test_a_block_that_cannot_be_made_is_refused_with_every_type_of_the_recordings(
    api: httpx.AsyncClient, root: str
) -> None:
    if not (DATA / ERRORS).exists():
        pytest.skip(f"the shared data are not beside the checkout: {ERRORS}")
    line = next(each for each in lines(ERRORS) if "link_preview" in str(each["request_body"]))
    body = {"children": [{"type": "link_preview", "link_preview": {"url": "https://example.org"}}]}

    answer = await api.patch(f"/v1/blocks/{root}/children", json=body)

    then = line["response_body"]["message"].replace(GONE, "").split("\n")
    introduction, *made = answer.json()["message"].split("\n")
    assert [introduction, *(each for each in made if each in then)] == then

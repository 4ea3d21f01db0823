"""Real values and schemas of every property type: ours have the same keys, order and types."""

import ast
import json
from collections.abc import Callable, Sequence
from typing import Any, cast

import httpx
import pytest

from server.workspace.core import JSON, Actor
from tests.server.workspace.comparing import differences
from tests.server.workspace.recordings import DATA

EXAMPLES = "property_examples.json"
SERVED = ("2022-06-28", "2025-09-03", "2026-03-11")
IN_THE_APP_ONLY = "the API makes no property of this type"
UNSERVED_VERSION = "this version is not served"
CANNOT_BE_MADE = ("button", "place", "verification")
LATER = frozenset(("description", "email_verified"))
"""Members that Notion added within a version: older examples lack them."""

RELATED: JSON = {"Number": {"number": {}}, "Tags": {"multi_select": {}}}
WRITTEN: JSON = {
    "rich_text": [],
    "number": None,
    "multi_select": [],
    "email": None,
    "checkbox": True,
    "status": {"name": "In progress"},
    "date": {"start": "2022-02-25T01:23:00+09:00"},
    "select": {"name": "Select 3"},
    "url": "https://hkob.hatenablog.com/",
    "phone_number": "xx-xxxx-xxxx",
}
"""What is sent to get the values of the examples, but for those that name other objects."""


PLAIN = ("number", "email", "checkbox", "date", "url", "phone_number", "files")
"""Types whose values hold nothing of their workspace."""

NOT_YET = {"formula": "formulas are not computed"}
"""By type: why a value differs."""


def examples(kind: str) -> list[Any]:
    """Values ("V") or schemas ("S") as parameters; one that skips where the data are absent."""
    if not (DATA / EXAMPLES).exists():
        reason = f"the shared data are not beside the checkout: {EXAMPLES}"
        return [pytest.param("", "", {}, marks=pytest.mark.skip(reason=reason))]
    told: dict[str, JSON] = json.loads((DATA / EXAMPLES).read_text(encoding="utf-8"))
    keyed = [(ast.literal_eval(key), example) for key, example in told.items()]
    return [
        pytest.param(
            key[1],
            version,
            example,
            id=f"{key[1]} {version or 'undated'}",
            marks=marks(kind, key[1], version),
        )
        for key, example in keyed
        if key[0] == kind
        for version in [key[2] if kind == "S" else "2025-09-03"]
    ]


def marks(of: str, kind: str, version: str | None) -> list[pytest.MarkDecorator]:
    if version not in SERVED:
        return [pytest.mark.skip(reason=UNSERVED_VERSION)]
    if kind in CANNOT_BE_MADE:
        return [pytest.mark.skip(reason=IN_THE_APP_ONLY)]
    return [pytest.mark.xfail(reason=NOT_YET[kind])] if of == "V" and kind in NOT_YET else []


def unlike(recorded: object, ours: object, *, with_values: bool = False) -> list[str]:
    """How two objects differ in keys, order of keys and types; in values, too, if told so."""
    compared = ["keys", "key order", "type", *(["value"] if with_values else [])]
    found = differences(timeless(recorded), timeless(ours))
    return [str(each) for each in found if each.kind in compared]


def timeless(value: Any) -> Any:
    """Without the members that came later."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {key: timeless(each) for key, each in members.items() if key not in LATER}
    return (
        [timeless(each) for each in cast("Sequence[Any]", value)]
        if isinstance(value, list)
        else value
    )


@pytest.fixture
def related(make_table: Callable[..., str]) -> str:
    """A data source that others refer to."""
    return make_table(RELATED)


def config(kind: str, example: JSON, related: str) -> JSON:
    """The configuration by which the API makes such a property."""
    real = example[kind]
    match kind:
        case "select" | "multi_select":
            options = real.get("options", [])[:100]
            return {"options": [{"name": each["name"], "color": each["color"]} for each in options]}
        case "number" | "unique_id":
            return dict(real)
        case "formula":
            return {"expression": "now()"}
        case "relation":
            side = real["type"]
            return {"data_source_id": related, side: {}}
        case "rollup":
            return {
                "relation_property_name": "Relation",
                "rollup_property_name": "Number",
                "function": real["function"],
            }
        case _:
            return {}


@pytest.mark.parametrize(("kind", "version", "example"), examples("S"))
async def test_a_schema_has_the_shape_of_the_real_one(
    kind: str,
    version: str,
    example: JSON,
    *,
    related: str,
    make_table: Callable[..., str],
    connect: Callable[..., Any],
    token: str,
) -> None:
    relation: JSON = {"relation": {"data_source_id": related, "single_property": {}}}
    made = {} if kind == "title" else {"It": {kind: config(kind, example, related)}}
    table = make_table({"Relation": relation, **made})
    client: httpx.AsyncClient = await connect(token, version=version)

    shown = (await client.get(await path_of(client, table, version))).json()

    assert unlike(example, shown["properties"]["Name" if kind == "title" else "It"]) == []


async def path_of(client: httpx.AsyncClient, table: str, version: str) -> str:
    """Where a version reads the schema of a table."""
    if version != "2022-06-28":
        return f"/v1/data_sources/{table}"
    found = (await client.post("/v1/search", json={"query": "Table"})).json()["results"]
    return f"/v1/databases/{found[0]['id']}"


@pytest.mark.parametrize(("kind", "version", "example"), examples("V"))
async def test_a_value_has_the_shape_of_the_real_one(
    kind: str,
    version: str,
    example: JSON,
    *,
    related: str,
    add_row: Callable[..., str],
    make_table: Callable[..., str],
    connect: Callable[..., Any],
    token: str,
    ada: Actor,
) -> None:
    other = add_row(related, "Other", {"Tags": {"multi_select": [{"name": "Tag 1"}]}})
    relation: JSON = {"relation": {"data_source_id": related, "single_property": {}}}
    table = make_table({"Relation": relation, **made_for_value(kind, example)})
    targets = [{"id": other}] if kind == "rollup" else []
    values = {"Relation": {"relation": targets}, **sent(kind, example, ada.id)}
    client: httpx.AsyncClient = await connect(token, version=version)

    row = (await client.get(f"/v1/pages/{add_row(table, 'Row', values)}")).json()

    shown = row["properties"]
    name = {"title": "Name", "relation": "Relation"}.get(kind, "It")
    assert unlike(example[kind], shown[name][kind], with_values=kind in PLAIN) == []
    assert list(shown[name]) == list(example)


def made_for_value(kind: str, example: JSON) -> JSON:
    match kind:
        case "title" | "relation":
            return {}
        case "rollup":
            rolled = {"relation_property_name": "Relation", "rollup_property_name": "Tags"}
            return {"It": {"rollup": {**rolled, "function": "show_original"}}}
        case "formula":
            return {"It": {"formula": {"expression": "now()"}}}
        case "unique_id":
            return {"It": {"unique_id": {"prefix": example["unique_id"]["prefix"]}}}
        case _:
            return {"It": {kind: {}}}


def sent(kind: str, example: JSON, person: str) -> JSON:
    match kind:
        case "people":
            return {"It": {"people": [{"id": person}]}}
        case "files":
            return {"It": {"files": example["files"]}}
        case _:
            return {"It": {kind: WRITTEN[kind]}} if kind in WRITTEN else {}

"""Shapes: keys in the order of real answers, times and ids as each kind of object has them."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Make = Callable[..., str]

PAGE = (
    "object id created_time last_edited_time created_by last_edited_by cover icon parent in_trash"
    " is_archived is_locked properties url public_url request_id"
)
DATA_SOURCE = (
    "object id cover icon created_time created_by last_edited_by last_edited_time title"
    " description is_inline properties parent database_parent url public_url in_trash request_id"
)
DATABASE = (
    "object id title description parent is_inline in_trash is_locked created_time"
    " last_edited_time data_sources icon cover url public_url request_id"
)
BLOCK = (
    "object id parent created_time last_edited_time created_by last_edited_by has_children"
    " in_trash type child_page request_id"
)
MINUTE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z"
EXACT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00"


@pytest.fixture
async def objects(api: httpx.AsyncClient, make_table: Make, root: str) -> dict[str, dict[str, Any]]:
    table = (await api.get(f"/v1/data_sources/{make_table({'Points': {'number': {}}})}")).json()
    database = table["parent"]["database_id"]
    return {
        "page": (await api.get(f"/v1/pages/{root}")).json(),
        "data_source": table,
        "database": (await api.get(f"/v1/databases/{database}")).json(),
        "block": (await api.get(f"/v1/blocks/{root}")).json(),
    }


@pytest.mark.parametrize(
    ("kind", "keys"),
    [("page", PAGE), ("data_source", DATA_SOURCE), ("database", DATABASE), ("block", BLOCK)],
)
async def test_keys_come_in_the_order_of_real_answers(
    objects: dict[str, dict[str, Any]], kind: str, keys: str
) -> None:
    assert list(objects[kind]) == keys.split()


@pytest.mark.parametrize(
    ("kind", "time", "nibble"),
    [
        ("page", MINUTE, "8"),
        ("block", MINUTE, "8"),
        ("data_source", MINUTE, "4"),
        ("database", EXACT, "4"),
    ],
)
async def test_times_and_ids_are_of_their_kind(
    objects: dict[str, dict[str, Any]], kind: str, time: str, nibble: str
) -> None:
    shown = objects[kind]

    assert re.fullmatch(time, shown["created_time"])
    assert re.fullmatch(time, shown["last_edited_time"])
    assert shown["id"][14] == nibble


async def test_a_schema_property_has_four_characters_for_an_id_and_title_its_name(
    objects: dict[str, dict[str, Any]],
) -> None:
    properties = objects["data_source"]["properties"]

    assert list(properties["Points"]) == ["id", "name", "description", "type", "number"]
    assert properties["Name"]["id"] == "title"
    assert re.fullmatch(r"([\w~-]|%[0-9A-F]{2}){4}", properties["Points"]["id"])


async def test_a_list_names_its_type(api: httpx.AsyncClient) -> None:
    listed = (await api.get("/v1/users")).json()

    assert list(listed) == [
        "object", "results", "next_cursor", "has_more", "type", "user", "request_id",
    ]  # fmt: skip

"""Each type of property: what is sent, what comes back, and what is refused."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from server.workspace.core import Actor, Workspace

Make = Callable[..., str]
LINK = "https://example.org/a"


@pytest.mark.parametrize(
    ("kind", "sent", "shown"),
    [
        pytest.param("number", 5.5, 5.5, id="number"),
        pytest.param("number", None, None, id="no-number"),
        pytest.param("checkbox", True, True, id="checkbox"),
        pytest.param("url", LINK, LINK, id="url"),
        pytest.param("email", "a@example.org", "a@example.org", id="email"),
        pytest.param("phone_number", "+49 1", "+49 1", id="phone"),
        pytest.param("url", None, None, id="no-url"),
        pytest.param(
            "date",
            {"start": "2026-05-13"},
            {"start": "2026-05-13", "end": None, "time_zone": None},
            id="day",
        ),
        pytest.param(
            "date",
            {"start": "2026-05-13T09:00:00", "end": "2026-05-14T09:00:00+02:00"},
            {
                "start": "2026-05-13T09:00:00.000+00:00",
                "end": "2026-05-14T09:00:00.000+02:00",
                "time_zone": None,
            },
            id="span-of-instants",
        ),
        pytest.param(
            "date",
            {"start": "2026-05-13T09:00", "time_zone": "Europe/Paris"},
            {
                "start": "2026-05-13T09:00:00.000+02:00",
                "end": None,
                "time_zone": "Europe/Paris",
            },
            id="instant-in-a-zone",
        ),
        pytest.param("date", None, None, id="no-date"),
        pytest.param("rich_text", [], [], id="no-text"),
        pytest.param("people", [], [], id="nobody"),
        pytest.param(
            "files",
            [{"name": "plan", "external": {"url": LINK}}],
            [{"name": "plan", "type": "external", "external": {"url": LINK}}],
            id="file",
        ),
        pytest.param(
            "place",
            {"lat": 52.5, "lon": 13.4, "name": "Berlin"},
            {
                "lat": 52.5,
                "lon": 13.4,
                "name": "Berlin",
                "address": None,
                "aws_place_id": None,
                "google_place_id": None,
            },
            id="place",
        ),
        pytest.param("place", None, None, id="nowhere"),
        pytest.param("select", None, None, id="no-option"),
        pytest.param("multi_select", [], [], id="no-options"),
    ],
)
async def test_a_value_comes_back_as_notion_shows_it(
    api: httpx.AsyncClient, make_table: Make, kind: str, sent: Any, shown: Any
) -> None:
    table = make_table({"It": {kind: {}}})

    made = await api.post(
        "/v1/pages",
        json={"parent": {"data_source_id": table}, "properties": {"It": {kind: sent}}},
    )

    value = made.json()["properties"]["It"]
    assert (value["type"], value[kind]) == (kind, shown)


@pytest.mark.parametrize(
    ("kind", "sent", "message"),
    [
        ("number", "5", 'It.number should be a number, instead was `"5"`.'),
        ("number", True, "It.number should be a number, instead was `true`."),
        ("checkbox", None, "It.checkbox should be a boolean, instead was `null`."),
        ("url", "x" * 2001, "It.url.length should be ≤ `2000`, instead was `2001`."),
        ("email", "x" * 201, "It.email.length should be ≤ `200`, instead was `201`."),
        ("phone_number", 1, "It.phone_number should be a string, instead was `1`."),
        (
            "date",
            {"start": "soon"},
            'It.date.start should be a valid ISO 8601 date string, instead was `"soon"`.',
        ),
        *(
            ("date", {"start": odd}, "It.date.start should be a valid ISO 8601 date string,")
            for odd in ("20260101", "2026-W01-1", "2026-01-01 10:00", "20260101T10:00")
        ),
        (
            "date",
            {"start": "2026-05-13", "end": "2026-05-12"},
            'It.date.end should be on or after the start, instead was `"2026-05-12"`.',
        ),
        (
            "date",
            {"start": "2026-05-13", "time_zone": "Mars"},
            'It.date.time_zone should be a valid time zone, instead was `"Mars"`.',
        ),
        (
            "people",
            [{"id": "AAA"}],
            'It.people[0].id should be a valid uuid, instead was `"AAA"`.',
        ),
        ("people", [{"id": "x"}] * 101, "It.people.length should be ≤ `100`, instead was `101`."),
        ("multi_select", [{"name": "x"}] * 101, "It.multi_select.length should be ≤ `100`,"),
        ("select", {"name": "x" * 101}, "It.select.name.length should be ≤ `100`, instead was"),
        ("place", {"lat": 1}, "It.place.lon should be defined, instead was `undefined`."),
        (
            "verification",
            {"state": "expired"},
            'It.verification.state should be `"verified"` or `"unverified"`, instead was',
        ),
        ("files", [{"name": "x"}], "It.files[0].external should be defined, instead was"),
    ],
)
async def test_a_value_of_the_wrong_kind_is_refused(
    api: httpx.AsyncClient, make_table: Make, kind: str, sent: Any, message: str
) -> None:
    table = make_table({"It": {kind: {}}})

    made = await api.post(
        "/v1/pages",
        json={"parent": {"data_source_id": table}, "properties": {"It": {kind: sent}}},
    )

    assert made.status_code == 400
    expected = f"body failed validation: body.properties.{message}"
    assert made.json()["message"].startswith(expected)


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("created_time", {}),
        ("created_by", {}),
        ("last_edited_time", {}),
        ("last_edited_by", {}),
        ("unique_id", {}),
        ("formula", {"expression": "1"}),
        ("button", {}),
    ],
)
async def test_computed_values_are_shown_and_never_written(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, kind: str, config: Any
) -> None:
    row = add_row(make_table({"It": {kind: config}}), "row")

    shown = (await api.get(f"/v1/pages/{row}")).json()["properties"]["It"]
    refused = await api.patch(f"/v1/pages/{row}", json={"properties": {"It": {kind: 1}}})

    assert shown["type"] == kind
    assert refused.json()["message"].startswith(
        "body failed validation. Fix one:\nbody.properties.It.title should be defined"
    )


async def test_people_are_shown_in_full(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, ada: Actor
) -> None:
    row = add_row(
        make_table({"Owner": {"people": {}}}), "row", {"Owner": {"people": [{"id": ada.id}]}}
    )

    page = (await api.get(f"/v1/pages/{row}")).json()

    assert page["properties"]["Owner"]["people"][0]["name"] == "Ada"


@pytest.mark.parametrize("kind", ["select", "multi_select"])
async def test_an_unknown_option_is_made(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, kind: str
) -> None:
    table = make_table({"It": {kind: {"options": [{"name": "old", "color": "red"}]}}})
    one = {"name": "new"}
    row = add_row(table, "row", {"It": {kind: one if kind == "select" else [one]}})

    shown = (await api.get(f"/v1/pages/{row}")).json()["properties"]["It"][kind]
    schema = (await api.get(f"/v1/data_sources/{table}")).json()["properties"]["It"][kind]

    chosen = shown if kind == "select" else shown[0]
    assert [option["name"] for option in schema["options"]] == ["old", "new"]
    assert chosen["id"] == schema["options"][1]["id"]


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("select", "a, b", "Invalid select option, commas not allowed: a, b"),
        ("status", "Nope", 'Invalid status option. Status option "Nope" does not exist".'),
    ],
)
async def test_an_option_that_cannot_be_is_refused(
    api: httpx.AsyncClient, make_table: Make, kind: str, name: str, message: str
) -> None:
    made = await api.post(
        "/v1/pages",
        json={
            "parent": {"data_source_id": make_table({"It": {kind: {}}})},
            "properties": {"It": {kind: {"name": name}}},
        },
    )

    assert made.json()["message"] == message


async def test_text_keeps_its_looks(api: httpx.AsyncClient, root: str, ada: Actor) -> None:
    sent = [
        {
            "text": {"content": "link", "link": {"url": LINK}},
            "annotations": {"bold": True, "color": "red_background"},
        },
        {"equation": {"expression": "e=mc^2"}},
        {"mention": {"user": {"id": ada.id}}},
        {"mention": {"date": {"start": "2026-05-13"}}},
        {"mention": {"page": {"id": root}}},
    ]

    page = await api.patch(f"/v1/pages/{root}", json={"properties": {"title": {"title": sent}}})

    title = page.json()["properties"]["title"]["title"]
    assert [item["type"] for item in title] == ["text", "equation", *["mention"] * 3]
    assert title[0]["href"] == LINK
    assert title[0]["annotations"]["bold"] is True
    assert title[1]["plain_text"] == "e=mc^2"


async def test_a_value_that_is_null_in_whole_is_refused(
    api: httpx.AsyncClient, make_table: Make
) -> None:
    parent = {"data_source_id": make_table({"It": {"number": {}}})}

    made = await api.post("/v1/pages", json={"parent": parent, "properties": {"It": None}})

    assert made.json()["message"] == (
        'Body Validation Failed. Fix the following:\nInvalid property value for: "It".'
    )


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        pytest.param(None, "unverified", id="untouched"),
        pytest.param({"state": "unverified"}, "unverified", id="taken-back"),
        pytest.param({"state": "verified"}, "verified", id="for-good"),
        pytest.param(
            {"state": "verified", "date": {"start": "2026-05-01", "end": "2026-06-01"}},
            "verified",
            id="for-a-time",
        ),
        pytest.param(
            {"state": "verified", "date": {"start": "2026-04-01", "end": "2026-05-01"}},
            "expired",
            id="until-before-today",
        ),
    ],
)
async def test_a_verification_runs_out(
    api: httpx.AsyncClient, make_table: Make, add_row: Make, ada: Actor, *, sent: Any, state: str
) -> None:
    values = {"It": {"verification": sent}} if sent else {}
    row = add_row(make_table({"It": {"verification": {}}}), "row", values)

    shown = (await api.get(f"/v1/pages/{row}")).json()["properties"]["It"]["verification"]

    verifier = shown["verified_by"] and shown["verified_by"]["id"]
    assert (shown["state"], verifier) == (state, None if state == "unverified" else ada.id)


@pytest.mark.parametrize("kind", ["title", "rich_text", "people"])
async def test_a_long_list_is_cut_at_25_and_read_whole_by_its_endpoint(
    api: httpx.AsyncClient, workspace: Workspace, make_table: Make, add_row: Make, kind: str
) -> None:
    people = [{"id": workspace.add_person(str(i), None)} for i in range(60)]
    sent = people if kind == "people" else [{"text": {"content": str(i)}} for i in range(60)]
    table = make_table({} if kind == "title" else {"It": {kind: {}}})
    name = "Name" if kind == "title" else "It"
    row = add_row(table, "row", {name: {kind: sent}})

    shown = (await api.get(f"/v1/pages/{row}")).json()["properties"][name]
    queried = (await api.post(f"/v1/data_sources/{table}/query")).json()["results"][0]
    path = f"/v1/pages/{row}/properties/{shown['id']}"
    first = (await api.get(path, params={"page_size": 50})).json()
    rest = (await api.get(path, params={"start_cursor": first["next_cursor"]})).json()

    assert (len(shown[kind]), queried["properties"][name]) == (25, shown)
    assert (len(first["results"]), len(rest["results"])) == (50, 10)
    assert [item[kind] for item in first["results"]][:25] == shown[kind]

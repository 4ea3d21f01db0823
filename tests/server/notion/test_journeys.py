"""The client against the embedded workspace: they agree over HTTP and nowhere else."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from playbooks.errors import (
    CapabilityMissing,
    NotFoundOrNotShared,
    RateLimited,
    RequestRefused,
    TokenRefused,
)
from playbooks.objects import Capability
from playbooks.rows import Span
from server.notion.client import NotionClient
from server.notion.payloads import payload
from server.workspace import faults
from server.workspace.core import Actor, Workspace
from tests.notion_types import checked_app
from tests.server.notion.fakes import NOON, Connection

CAPABILITIES: tuple[Capability, ...] = get_args(Capability)
OWN_TOKEN = "ntn_" + "1" * 11 + "b" * 35
SCHEMA: dict[str, Any] = {
    "Name": {"title": {}},
    "Status": {"status": {}},
    "Hours": {"number": {}},
    "Tags": {"multi_select": {"options": [{"name": "api"}, {"name": "ui"}]}},
    "Priority": {"select": {"options": [{"name": "High"}]}},
    "Due": {"date": {}},
    "Done": {"checkbox": {}},
    "Link": {"url": {}},
    "Notes": {"rich_text": {}},
    "Owner": {"people": {}},
}


@pytest.fixture
def workspace(tmp_path: Path) -> Generator[Workspace]:
    opened = Workspace.open(tmp_path / "workspace.db", clock=lambda: NOON)
    opened.add_bot("Playbooks", token=OWN_TOKEN)
    yield opened
    opened.close()


@pytest.fixture
def ada(workspace: Workspace) -> str:
    return workspace.add_person("Ada", "ada@example.org")


@pytest.fixture
def home(workspace: Workspace, ada: str) -> str:
    """A page at the top, shared with the workspace's own bot."""
    title = {"title": [{"type": "text", "text": {"content": "Home"}}]}
    page = workspace.perform(
        "POST",
        "/v1/pages",
        {"parent": {"type": "workspace", "workspace": True}, "properties": {"title": title}},
        actor=Actor(ada, "person"),
    )
    workspace.share(page["id"], workspace.tokens()[0].bot_id)
    return str(page["id"])


def connect(workspace: Workspace, token: str = OWN_TOKEN) -> Connection:
    return Connection(httpx.ASGITransport(checked_app(workspace)), token=token)


@asynccontextmanager
async def tasks(workspace: Workspace, home: str) -> AsyncGenerator[tuple[NotionClient, str]]:
    """A client and the id of an empty table of tasks."""
    async with connect(workspace).client as notion:
        made = await notion.create_database(parent_page_id=home, title="Tasks", properties=SCHEMA)
        yield notion, made.data_sources[0].id


async def test_it_says_who_answered(workspace: Workspace) -> None:
    workspace.rename("Acme")

    async with connect(workspace).client as notion:
        bot = await notion.who_am_i()

    assert (bot.name, bot.workspace_name) == ("Playbooks", "Acme")
    assert bot.workspace_id == workspace.info().id


async def test_a_wrong_token_is_refused(workspace: Workspace) -> None:
    async with connect(workspace, token="ntn_wrong").client as notion:
        with pytest.raises(TokenRefused):
            await notion.who_am_i()


async def test_a_schema_comes_back_as_it_was_made(workspace: Workspace, home: str) -> None:
    async with tasks(workspace, home) as (notion, table):
        schema = await notion.data_source(table)

    assert schema.title == "Tasks"
    assert {p.name: p.type for p in schema.properties} == {
        name: next(iter(definition)) for name, definition in SCHEMA.items()
    }
    options = {p.name: [(o.name, o.group) for o in p.options] for p in schema.properties}
    assert options["Status"] == [
        ("Not started", "To-do"),
        ("In progress", "In progress"),
        ("Done", "Complete"),
    ]
    assert options["Tags"] == [("api", None), ("ui", None)]


async def test_a_schema_can_be_changed(workspace: Workspace, home: str) -> None:
    async with tasks(workspace, home) as (notion, table):
        schema = await notion.update_data_source(
            table, properties={"Link": None, "Hours": {"name": "Effort"}, "New": {"number": {}}}
        )

    names = {p.name for p in schema.properties}
    assert {"Effort", "New"} < names
    assert not {"Link", "Hours"} & names


async def test_what_is_written_is_read(workspace: Workspace, home: str, ada: str) -> None:
    values: dict[str, Any] = {
        "Name": ("title", "Fix the 😀 login"),
        "Status": ("status", "In progress"),
        "Hours": ("number", 2.5),
        "Tags": ("multi_select", ("api", "ui")),
        "Priority": ("select", "High"),
        "Due": ("date", Span(date(2026, 11, 1), date(2026, 11, 3))),
        "Done": ("checkbox", True),
        "Link": ("url", "https://example.org/"),
        "Notes": ("rich_text", "long " * 1000),
        "Owner": ("people", (ada,)),
    }

    async with tasks(workspace, home) as (notion, table):
        made = await notion.create_page(
            table, {name: payload(kind, value) for name, (kind, value) in values.items()}
        )
        row = await notion.retrieve_page(made.id)

    assert {name: row.plain(name) for name in values} == {
        name: value for name, (_, value) in values.items()
    }
    assert row.values["Owner"].names == ("Ada",)
    assert row.created_at == NOON


async def test_a_row_can_be_changed_and_put_in_the_trash(workspace: Workspace, home: str) -> None:
    async with tasks(workspace, home) as (notion, table):
        made = await notion.create_page(table, {"Name": payload("title", "A")})
        changed = await notion.update_page(
            made.id,
            properties={
                "Due": payload("date", datetime(2026, 11, 1, 9, tzinfo=UTC)),
                "Name": payload("title", None),
            },
        )
        trashed = await notion.update_page(made.id, in_trash=True)
        rows = [row async for row in notion.query_pages(table)]

    assert changed.plain("Due") == Span(datetime(2026, 11, 1, 9, tzinfo=UTC))
    assert changed.plain("Name") is None
    assert trashed.in_trash
    assert rows == []


async def test_a_query_reads_several_pages_filtered_sorted_and_narrowed(
    workspace: Workspace, home: str
) -> None:
    async with tasks(workspace, home) as (notion, table):
        for hours in range(12):
            await notion.create_page(
                table,
                {"Name": payload("title", f"T{hours}"), "Hours": payload("number", hours)},
            )
        rows = [
            row
            async for row in notion.query_pages(
                table,
                filter={"property": "Hours", "number": {"greater_than": 1}},
                sorts=[{"property": "Hours", "direction": "descending"}],
                filter_properties=["title"],
                page_size=4,
            )
        ]
        count = await notion.count_first_rows(table)

    assert [row.plain("Name") for row in rows] == [f"T{hours}" for hours in range(11, 1, -1)]
    assert set(rows[0].values) == {"Name"}
    assert count == 1


async def test_a_relation_beyond_25_is_marked_and_can_be_completed(
    workspace: Workspace, home: str
) -> None:
    async with tasks(workspace, home) as (notion, table):
        await notion.update_data_source(
            table,
            properties={"Parts": {"relation": {"data_source_id": table, "single_property": {}}}},
        )
        ids = [(await notion.create_page(table, {})).id for _ in range(30)]
        whole = await notion.create_page(table, {"Parts": payload("relation", tuple(ids))})
        shown = (await notion.retrieve_page(whole.id)).values["Parts"]
        completed = await notion.page_property(whole.id, shown)

    assert not shown.complete
    assert completed.complete
    assert completed.plain == tuple(ids)


async def test_blocks_are_appended_and_listed(workspace: Workspace, home: str) -> None:
    async with connect(workspace).client as notion:
        ids = await notion.append_block_children(home, [{"type": "divider", "divider": {}}] * 3)
        listed = [block["id"] async for block in notion.list_block_children(home)]

    assert len(ids) == 3
    assert listed == list(ids)


async def test_tables_are_found_by_title_and_by_database(workspace: Workspace, home: str) -> None:
    async with connect(workspace).client as notion:
        made = await notion.create_database(parent_page_id=home, title="Tasks", properties=SCHEMA)
        found = await notion.find_data_sources("task")
        of_database = await notion.data_sources_of(made.id)

    assert found == of_database == made.data_sources


async def test_people_and_bots_are_listed(workspace: Workspace, ada: str) -> None:
    async with connect(workspace).client as notion:
        users = {user.name: (user.id, user.kind) async for user in notion.users()}

    assert users["Ada"] == (ada, "person")
    assert users["Playbooks"][1] == "bot"


@pytest.mark.parametrize("capability", CAPABILITIES)
async def test_each_capability_is_seen_alone(workspace: Workspace, capability: Capability) -> None:
    token = "ntn_" + "2" * 11 + "c" * 35
    workspace.add_bot("Limited", token=token, capabilities=[capability])

    async with connect(workspace, token=token).client as notion:
        seen = {each for each in CAPABILITIES if await notion.has_capability(each)}

    assert seen == {capability}
    assert workspace.info().rows_count == 0


async def test_a_missing_capability_is_told_as_one(workspace: Workspace, home: str) -> None:
    token = "ntn_" + "2" * 11 + "c" * 35
    workspace.share(home, workspace.add_bot("Reader", token=token, capabilities=["read_content"]))

    async with connect(workspace, token=token).client as notion:
        with pytest.raises(CapabilityMissing):
            await notion.append_block_children(home, [{"type": "divider", "divider": {}}])


async def test_an_id_is_known_by_its_kinds(workspace: Workspace, home: str) -> None:
    async with connect(workspace).client as notion:
        made = await notion.create_database(parent_page_id=home, title="Tasks", properties=SCHEMA)
        (block,) = await notion.append_block_children(home, [{"type": "divider", "divider": {}}])
        kinds = {
            "page": await notion.kinds_of(home),
            "block": await notion.kinds_of(block),
            "database": await notion.kinds_of(made.id),
            "data_source": await notion.kinds_of(made.data_sources[0].id),
            "unknown": await notion.kinds_of("00000000-0000-4000-8000-000000000000"),
            "nonsense": await notion.kinds_of("not-an-id"),
        }

    assert kinds == {
        "page": ("page", "block"),
        "block": ("block",),
        "database": ("block", "database"),
        "data_source": ("data_source",),
        "unknown": (),
        "nonsense": (),
    }


async def test_a_database_id_taken_for_a_table_is_not_found(
    workspace: Workspace, home: str
) -> None:
    async with connect(workspace).client as notion:
        made = await notion.create_database(parent_page_id=home, title="Tasks", properties=SCHEMA)
        with pytest.raises(NotFoundOrNotShared):
            await notion.data_source(made.id)
        with pytest.raises(RequestRefused):
            await notion.data_source("not-an-id")


async def test_a_limit_is_waited_out_and_recorded(workspace: Workspace) -> None:
    workspace.faults.set(faults.FaultRule(faults.RateLimited(retry_after_s=2), count=1))
    connection = connect(workspace)

    async with connection.client as notion:
        await notion.who_am_i()

    (record,) = connection.records
    assert (record.status, record.attempts_count) == (200, 2)
    assert record.retry_wait_ms == pytest.approx(2200)
    assert record.request_id is not None


async def test_a_limit_beyond_the_deadline_is_told_at_once(workspace: Workspace) -> None:
    workspace.faults.set(faults.FaultRule(faults.RateLimited(retry_after_s=60)))
    connection = connect(workspace)

    async with connection.client as notion:
        with pytest.raises(RateLimited) as limited:
            await notion.who_am_i()

    assert limited.value.retry_after_s == 60
    assert limited.value.reason == "public_api_request_rate_limit"
    assert connection.time.slept_s == []

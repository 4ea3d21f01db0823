"""What waits goes on by itself; what nobody approved, or somebody stopped, does not."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from playbooks import outbox
from playbooks.apply_plan import apply_plan
from playbooks.desk import Desk
from playbooks.errors import NoAnswer
from playbooks.health_check import health_check
from playbooks.objects import Bot
from playbooks.plan import Plan
from server.notion.client import NotionClient
from tests.playbooks.planned import TARGET, Office
from tests.playbooks.test_apply_plan import Failing, approved, failing


@pytest.fixture
async def broken(desk: Desk) -> AsyncGenerator[tuple[Office, Failing, Plan]]:
    """A plan that was begun, and a store that must be mended before it goes on."""
    office = Office.opened(desk)
    plan = await approved(office)
    store = await failing(office)
    await apply_plan(office.desk, plan.id)
    yield office, store, plan
    await store.aclose()


async def outbox_gate(desk: Desk) -> tuple[str, str]:
    report = await health_check(desk)
    (gate,) = (gate for gate in report.gates if gate.name == "outbox")
    return gate.status, gate.reason


async def test_what_waits_is_gone_on_with_and_nobody_is_asked_again(
    broken: tuple[Office, Failing, Plan],
) -> None:
    office, store, plan = broken
    waiting = await outbox_gate(office.desk)
    store.broken = False

    await outbox.go_on(office.desk)

    assert waiting[0] == "warning"
    assert waiting[1].startswith(f"{plan.id} waits since ")
    assert (await office.kept(plan.id)).state == "applied"
    assert await store.tuned() == {TARGET: 3600}
    assert await outbox_gate(office.desk) == ("ok", "nothing waits")


async def test_it_waits_on_as_long_as_the_trouble_lasts(
    broken: tuple[Office, Failing, Plan],
) -> None:
    office, store, plan = broken

    await outbox.go_on(office.desk)

    assert (await office.kept(plan.id)).state == "applying"
    assert await store.tuned() == {}


class Silent(NotionClient):
    """Notion, in an outage."""

    def attributed(self, procedure: str, run_id: str) -> "Silent":
        del procedure, run_id
        return self

    def in_background(self) -> "Silent":
        return self

    async def who_am_i(self) -> Bot:
        raise NoAnswer("nobody there")


async def test_nothing_is_tried_while_notion_does_not_answer(
    broken: tuple[Office, Failing, Plan],
) -> None:
    office, store, plan = broken
    store.broken = False
    assert isinstance(office.desk.notion, NotionClient)

    await outbox.go_on(replace(office.desk, notion=Silent(office.desk.notion.api)))

    assert (await office.kept(plan.id)).state == "applying"


async def test_a_server_that_only_reads_leaves_it_alone(
    broken: tuple[Office, Failing, Plan],
) -> None:
    office, store, plan = broken
    store.broken = False
    connection = replace(office.desk.connection, read_only=True)

    await outbox.go_on(replace(office.desk, connection=connection))

    assert (await office.kept(plan.id)).state == "applying"


async def test_a_plan_of_another_workspace_is_left_alone(
    broken: tuple[Office, Failing, Plan],
) -> None:
    office, store, plan = broken
    store.broken = False
    connection = replace(office.desk.connection, key="another")

    await outbox.go_on(replace(office.desk, connection=connection))

    assert (await office.kept(plan.id)).state == "applying"


async def test_what_was_stopped_or_never_begun_is_left_alone(
    broken: tuple[Office, Failing, Plan],
) -> None:
    office, store, plan = broken
    store.broken = False
    waiting = await office.plan()
    with pytest.raises(KeyError):
        await stop(office, plan)

    await outbox.go_on(office.desk)

    assert (await office.kept(plan.id)).state == "applying"
    assert (await office.kept(waiting.id)).state == "planned"
    assert (await outbox_gate(office.desk))[1].startswith(f"{plan.id} stopped since ")


async def stop(office: Office, plan: Plan) -> None:
    async with office.desk.store.turn(plan.id, by_hand=True):
        raise KeyError("as if it had been cancelled")

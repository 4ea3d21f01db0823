"""The running server looks into the outbox from time to time."""

import logging

import pytest

from playbooks.desk import Desk
from playbooks.plan import Plan
from server.outbox import LOOK_EVERY_S, go_on_forever
from tests.playbooks.planned import Office


class Enough(BaseException):
    """Ends what goes on for ever."""


class Minutes:
    """Passes so many of them, then ends."""

    def __init__(self, count: int) -> None:
        self.left_count = count

    async def sleep(self, duration_s: float) -> None:
        assert duration_s == LOOK_EVERY_S
        self.left_count -= 1
        if self.left_count < 0:
            raise Enough


@pytest.fixture
async def waiting(desk: Desk) -> tuple[Office, Plan]:
    """A plan that was begun by one who is gone."""
    office = Office.opened(desk)
    plan = await office.plan()
    await desk.store.move_plan(plan.id, from_states=("planned",), to="applying")
    return office, plan


async def look(office: Office, minutes_count: int) -> int:
    """How often the desk was opened."""
    opened_count = 0

    async def open_desk() -> Desk:
        nonlocal opened_count
        opened_count += 1
        return office.desk

    minutes = Minutes(minutes_count)
    with pytest.raises(Enough):
        await go_on_forever(office.desk.store, open_desk, sleep=minutes.sleep)
    return opened_count


async def test_what_waits_is_finished_within_a_minute(waiting: tuple[Office, Plan]) -> None:
    office, plan = waiting

    opened_count = await look(office, 3)

    assert (await office.kept(plan.id)).state == "applied"
    assert opened_count == 1


async def test_where_nothing_waits_no_workspace_is_opened(desk: Desk) -> None:
    assert await look(Office.opened(desk), 3) == 0


async def test_a_mistake_of_ours_ends_neither_the_server_nor_the_looking(
    waiting: tuple[Office, Plan], caplog: pytest.LogCaptureFixture
) -> None:
    office, plan = waiting
    minutes = Minutes(2)

    async def open_desk() -> Desk:
        raise KeyError("a mistake")

    with caplog.at_level(logging.ERROR), pytest.raises(Enough):
        await go_on_forever(office.desk.store, open_desk, sleep=minutes.sleep)

    assert len(caplog.records) == 2
    assert (await office.kept(plan.id)).state == "applying"

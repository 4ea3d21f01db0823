from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import anyio
import pytest
from sqlalchemy import insert, select

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve, refuse
from playbooks.desk import Desk
from playbooks.errors import ApprovalMissing, PlanUnusable, StoreUnusable
from playbooks.plan import Plan, PlanState
from playbooks.report import Report
from server.app import utc_now
from server.store.kept import KeptRows
from server.store.schema import journal, plan_turns
from server.store.sql import SqlStore
from server.store.turns import TURN_S
from tests.playbooks.planned import HOURS, TARGET, TASKS, Office, url_of


async def approved(office: Office) -> Plan:
    plan = await office.plan()
    return await approve(office.desk, plan.id, digest=plan.digest, by="terminal", actor="somebody")


def store_of(desk: Desk) -> SqlStore:
    assert isinstance(desk.store, SqlStore)
    return desk.store


async def journalled(desk: Desk) -> list[tuple[str, str, Any, Any]]:
    columns = (journal.c.kind, journal.c.actor, journal.c.before, journal.c.after)

    def read(engine: Any) -> list[tuple[str, str, Any, Any]]:
        with engine.connect() as connection:
            rows = connection.execute(select(*columns).order_by(journal.c.number))
            return [tuple(row) for row in rows]

    return await store_of(desk).perform(read)


async def test_an_approved_plan_is_applied_and_then_measured(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)

    report = await apply_plan(office.desk, plan.id)

    assert await office.desk.store.tuned() == {TARGET: 3600}
    assert report.status == "ok"
    assert report.measurements["state"] == "applied"
    assert "what it brings is measured until" in report.headline
    assert report.measurements["measured_until"] is not None


async def test_every_step_is_journalled_before_and_after_in_an_unbroken_chain(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)

    await apply_plan(office.desk, plan.id, actor="client 1")

    steps = await journalled(office.desk)
    assert [kind for kind, *_ in steps] == ["plan", "approval", "write", "write"]
    assert steps[2] == ("write", "client 1", None, {"intended": 3600.0})
    assert steps[3] == ("write", "client 1", None, {"read_back": 3600.0})
    assert await store_of(office.desk).verify_journal() is None


async def test_nothing_is_applied_that_nobody_approved(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()

    with pytest.raises(ApprovalMissing):
        await apply_plan(office.desk, plan.id)

    assert await office.desk.store.tuned() == {}


async def test_a_standing_approval_lets_it_pass(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()
    trusting = replace(office.desk, standing_approvals=frozenset({"optimize"}))

    await apply_plan(trusting, plan.id)

    assert (await office.kept(plan.id)).approved_by == "policy"


async def test_a_read_only_server_applies_nothing(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)
    reading = replace(office.desk, connection=replace(office.desk.connection, read_only=True))

    with pytest.raises(PlanUnusable, match="read-only"):
        await apply_plan(reading, plan.id)


async def test_a_refused_plan_is_never_applied(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()
    await refuse(office.desk, plan.id, actor="somebody")

    with pytest.raises(PlanUnusable, match="is refused"):
        await apply_plan(office.desk, plan.id)


async def test_an_approval_that_was_not_used_in_time_has_expired(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)
    office.pass_time(hours=25)

    with pytest.raises(PlanUnusable, match="is expired"):
        await apply_plan(office.desk, plan.id)


async def test_of_two_that_apply_at_once_one_does(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)
    refused = list[PlanUnusable]()

    async def apply() -> None:
        try:
            await apply_plan(office.desk, plan.id)
        except PlanUnusable as error:
            refused.append(error)

    async with anyio.create_task_group() as both:
        both.start_soon(apply)
        both.start_soon(apply)

    kinds = [kind for kind, *_ in await journalled(office.desk)]
    assert kinds.count("write") == 2
    assert all("by another process" in str(error) for error in refused)
    assert (await office.kept(plan.id)).state == "applied"


async def test_a_target_that_changed_since_is_left_alone(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)
    await office.desk.store.tune({TARGET: 900})

    report = await apply_plan(office.desk, plan.id)

    assert report.status == "critical"
    assert report.measurements["changes_skipped_count"] == 1
    assert await office.desk.store.tuned() == {TARGET: 900}


class Failing(SqlStore):
    """A store whose tuned settings cannot be written until it is mended."""

    broken = True

    async def tune(self, changes: Mapping[str, float | None]) -> None:
        if self.broken:
            raise StoreUnusable("here", "no room left")
        await super().tune(changes)


async def failing(office: Office) -> Failing:
    """The same store, failing."""
    engine_url = await url_of(office.desk.store)
    store = Failing(engine_url, clock=office.desk.clock)
    office.desk = replace(office.desk, store=store)
    return store


async def test_an_interrupted_plan_says_so_and_goes_on_at_the_next_call(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)
    store = await failing(office)

    interrupted = await apply_plan(office.desk, plan.id)
    store.broken = False
    finished = await apply_plan(office.desk, plan.id)
    await store.aclose()

    assert interrupted.status == "warning"
    assert "no room left" in interrupted.summary
    assert "goes on" in interrupted.next_actions[0]
    assert finished.measurements["state"] == "applied"


async def test_a_plan_that_was_cancelled_is_given_back_at_once(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)

    class Slow(SqlStore):
        async def tune(self, changes: Mapping[str, float | None]) -> None:
            scope.cancel()
            await super().tune(changes)

    store = Slow(await url_of(office.desk.store), clock=office.desk.clock)
    with anyio.CancelScope() as scope:
        await apply_plan(replace(office.desk, store=store), plan.id)
    await store.aclose()
    (stopped,) = await office.desk.store.unfinished(plan.connection)

    assert scope.cancelled_caught
    assert (stopped.plan_id, stopped.how) == (plan.id, "stopped")
    assert (await apply_plan(office.desk, plan.id)).measurements["state"] == "applied"


async def begun_elsewhere(office: Office, *, seen: timedelta, wrote: bool) -> Plan:
    """A plan that a process of another machine began to apply, last seen so long ago."""
    plan = await approved(office)
    await office.desk.store.move_plan(plan.id, from_states=("approved",), to="applying")
    row = {"plan_id": plan.id, "turn": "t", "owner": "elsewhere/1", "stopped": False}

    def begin(engine: Any) -> None:
        with engine.begin() as connection:
            connection.execute(insert(plan_turns).values(**row, seen_at=utc_now() - seen))

    await store_of(office.desk).perform(begin)
    if wrote:
        await office.desk.store.tune({TARGET: 3600})
    return plan


async def test_a_plan_that_another_process_applies_is_left_to_it(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await begun_elsewhere(office, seen=timedelta(seconds=TURN_S / 2), wrote=False)

    with pytest.raises(PlanUnusable, match="by another process"):
        await apply_plan(office.desk, plan.id)


@pytest.mark.parametrize("wrote", [False, True])
async def test_what_a_dead_process_began_is_finished(desk: Desk, *, wrote: bool) -> None:
    office = Office.opened(desk)
    plan = await begun_elsewhere(office, seen=timedelta(seconds=TURN_S), wrote=wrote)

    report = await apply_plan(office.desk, plan.id)

    assert report.measurements["state"] == "applied"
    assert await office.desk.store.tuned() == {TARGET: 3600}


async def applied_then(office: Office, *, ttl_s: float, edits: bool = False) -> Report:
    """The report after the plan was applied and as long as before was read at that lifetime."""
    plan = await approved(office)
    await apply_plan(office.desk, plan.id)
    applied_at = office.now
    await office.record(ttl_s=ttl_s, start=applied_at, hours=HOURS)
    if edits:
        kept = KeptRows(store_of(office.desk), connection=office.desk.connection.key)
        for hour in range(1, int(HOURS)):
            await kept.record_edit(TASKS, applied_at + timedelta(hours=hour), 1)
    office.pass_time(hours=HOURS)
    return await apply_plan(office.desk, plan.id)


async def test_what_was_better_stays_with_its_measured_improvement(desk: Desk) -> None:
    office = Office.opened(desk)

    report = await applied_then(office, ttl_s=3600)

    assert report.headline == "Applied, and it stays."
    improvement = report.measurements["improvement"]
    assert isinstance(improvement, float)
    assert improvement > 0.9
    assert await office.desk.store.tuned() == {TARGET: 3600}
    again = await apply_plan(office.desk, str(report.measurements["plan_id"]))
    assert again.measurements["improvement"] == improvement


async def test_what_was_worse_is_taken_back(desk: Desk) -> None:
    office = Office.opened(desk)

    report = await applied_then(office, ttl_s=1)

    assert report.status == "warning"
    assert report.measurements["state"] == "rolled_back"
    assert "fetches a reading before" in report.summary
    assert await office.desk.store.tuned() == {}
    assert [kind for kind, *_ in await journalled(office.desk)][-2:] == ["undo", "undo"]


async def test_what_serves_too_much_that_is_stale_is_taken_back(desk: Desk) -> None:
    office = Office.opened(desk)

    report = await applied_then(office, ttl_s=3600, edits=True)

    stale_percent = report.measurements["stale_percent"]
    assert isinstance(stale_percent, float)
    assert stale_percent > office.desk.bands.most_stale_percent
    assert report.measurements["state"] == "rolled_back"


async def test_a_setting_that_somebody_changed_meanwhile_is_not_taken_back(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)
    await apply_plan(office.desk, plan.id)
    await office.desk.store.tune({TARGET: 900})
    await office.record(ttl_s=1, start=office.now, hours=HOURS)
    office.pass_time(hours=HOURS)

    await apply_plan(office.desk, plan.id)

    assert await office.desk.store.tuned() == {TARGET: 900}


async def test_meanwhile_the_figures_so_far_are_told(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)
    await apply_plan(office.desk, plan.id)
    await office.record(ttl_s=3600, start=office.now, hours=2)
    office.pass_time(hours=2)

    report = await apply_plan(office.desk, plan.id)

    assert "effect so far" in report.summary
    assert report.measurements["fetches_count"] == 2
    assert (await office.kept(plan.id)).outcome.get("verdict") is None


async def test_where_nobody_read_since_it_stays(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await approved(office)
    await apply_plan(office.desk, plan.id)
    office.pass_time(hours=HOURS)

    report = await apply_plan(office.desk, plan.id)

    assert "nobody has read" in report.summary
    assert report.measurements["state"] == "applied"


@pytest.mark.parametrize("state", ["rolled_back", "failed"])
async def test_a_plan_that_has_ended_tells_how(desk: Desk, state: PlanState) -> None:
    office = Office.opened(desk)
    plan = await approved(office)
    await office.desk.store.move_plan(plan.id, from_states=("approved",), to=state)

    report = await apply_plan(office.desk, plan.id)

    assert report.measurements["state"] == state
    assert "plan_change" in report.next_actions[0]

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import NoReturn

import pytest
from sqlalchemy import Engine, select

from playbooks.approval import approve, approve_by_policy, refuse, waiting_for_approval
from playbooks.desk import Desk
from playbooks.errors import ApprovalMissing, PlanUnusable, StoreUnusable
from playbooks.plan import Change, Plan
from playbooks.planning import find_plan, shown_plan
from server.store.schema import journal
from server.store.sql import SqlStore
from tests.playbooks.planned import Office, url_of


async def test_a_person_approves_exactly_the_plan_they_saw(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()

    approved = await approve(
        office.desk, plan.id, digest=plan.digest, by="terminal", actor="somebody"
    )

    assert (approved.state, approved.approved_by) == ("approved", "terminal")
    assert approved.approved_at == office.now


async def test_another_digest_than_that_shown_is_refused(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()

    with pytest.raises(PlanUnusable, match="digest differs"):
        await approve(office.desk, plan.id, digest="0" * 64, by="terminal", actor="somebody")

    assert (await office.kept(plan.id)).state == "planned"


async def test_a_plan_altered_after_it_was_made_is_refused(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()
    other = (Change(target="mirror.ttl_s.other", before=None, after=60),)
    await office.desk.store.move_plan(
        plan.id, from_states=("planned",), to="planned", changes=other
    )

    with pytest.raises(PlanUnusable, match="was altered after it was made"):
        await approve(office.desk, plan.id, digest=plan.digest, by="terminal", actor="somebody")


class Unmoving(SqlStore):
    """A store that fails between the journal and the plan."""

    async def move_plan(self, plan_id: str, **_: object) -> NoReturn:
        raise StoreUnusable("here", f"no room left for {plan_id}")


async def said_yes(desk: Desk, plan: Plan) -> None:
    await approve(desk, plan.id, digest=plan.digest, by="terminal", actor="somebody")


async def said_no(desk: Desk, plan: Plan) -> None:
    await refuse(desk, plan.id, actor="somebody")


@pytest.mark.parametrize(
    ("decide", "decided"),
    [pytest.param(said_yes, "approved", id="yes"), pytest.param(said_no, "refused", id="no")],
)
async def test_a_decision_is_journalled_before_it_takes_effect(
    desk: Desk, decide: Callable[[Desk, Plan], Awaitable[None]], decided: str
) -> None:
    office = Office.opened(desk)
    plan = await office.plan()
    assert isinstance(office.desk.store, SqlStore)
    store = Unmoving(await url_of(office.desk.store), clock=desk.clock)

    with pytest.raises(StoreUnusable):
        await decide(replace(office.desk, store=store), plan)
    await store.aclose()

    assert (await office.kept(plan.id)).state == "planned"
    assert [after["decided"] for after in await decisions(office.desk.store)] == [decided]


async def decisions(store: SqlStore) -> list[dict[str, str]]:
    """What the journal holds of approvals."""

    def read(engine: Engine) -> list[dict[str, str]]:
        with engine.connect() as connection:
            return list(
                connection.scalars(select(journal.c.after).where(journal.c.kind == "approval"))
            )

    return await store.perform(read)


async def test_an_approval_is_used_once(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()
    await approve(office.desk, plan.id, digest=plan.digest, by="terminal", actor="somebody")

    with pytest.raises(PlanUnusable, match="is approved"):
        await approve(office.desk, plan.id, digest=plan.digest, by="terminal", actor="somebody")


async def test_a_no_is_final(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()
    await refuse(office.desk, plan.id, actor="somebody")

    with pytest.raises(PlanUnusable, match="is refused"):
        await approve(office.desk, plan.id, digest=plan.digest, by="terminal", actor="somebody")


async def test_an_expired_plan_cannot_be_approved(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()
    office.pass_time(hours=24)

    with pytest.raises(PlanUnusable, match=r"is expired\. Make a new one with plan_change"):
        await approve(office.desk, plan.id, digest=plan.digest, by="terminal", actor="somebody")

    assert (await office.kept(plan.id)).state == "expired"


async def test_an_unknown_plan_is_answered_with_those_that_exist(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()

    with pytest.raises(PlanUnusable, match=plan.id):
        await find_plan(office.desk, "plan_nowhere")


async def test_a_plan_of_another_workspace_is_not_for_this_one(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()
    other = replace(office.desk, connection=replace(office.desk.connection, key="other"))

    with pytest.raises(PlanUnusable, match="another workspace"):
        await find_plan(other, plan.id)


async def test_only_a_kind_in_the_users_own_file_needs_no_question(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()
    trusting = replace(office.desk, standing_approvals=frozenset({"optimize"}))

    assert await waiting_for_approval(office.desk, plan.id) == plan
    with pytest.raises(ApprovalMissing, match=f"notion-playbooks approve {plan.id}"):
        await approve_by_policy(office.desk, plan)

    assert await waiting_for_approval(trusting, plan.id) is None
    assert (await approve_by_policy(trusting, plan)).approved_by == "policy"


async def test_the_person_sees_what_changes_what_for_what_it_costs_and_the_digest(
    desk: Desk,
) -> None:
    plan = await Office.opened(desk).plan()

    text = shown_plan(plan)

    assert f"digest {plan.digest[:8]}: 1 change, 0 requests of Notion, valid until" in text
    assert "- mirror.ttl_s.d: (unset) -> 3600  (d: 60 s to 3600 s" in text


async def test_what_stands_in_the_way_of_a_plan_stops_its_approval(desk: Desk) -> None:
    office = Office.opened(desk)
    plan = await office.plan()
    await office.desk.store.move_plan(
        plan.id, from_states=("planned",), to="planned", blockers=("the disk is full",)
    )

    with pytest.raises(PlanUnusable, match="the disk is full"):
        await waiting_for_approval(office.desk, plan.id)
    with pytest.raises(PlanUnusable, match="the disk is full"):
        await approve(office.desk, plan.id, digest=plan.digest, by="terminal", actor="somebody")

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from playbooks.desk import ConfigurationState, Desk
from playbooks.errors import ConfigurationInvalid
from playbooks.plan import digest_of
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Request
from playbooks.records import Recorded
from server.store.sql import SqlStore
from tests.playbooks.planned import HOURS, TARGET, Office, url_of


async def test_a_lifetime_that_saves_surely_is_planned_and_nothing_is_changed(desk: Desk) -> None:
    office = Office.opened(desk)

    plan = await office.plan()

    assert plan.state == "planned"
    (change,) = plan.changes
    assert (change.target, change.before, change.after) == (TARGET, None, 3600)
    assert "60 s to 3600 s: 9" in change.expected
    assert await office.desk.store.tuned() == {}


async def test_the_report_previews_the_change_its_cost_and_the_next_step(desk: Desk) -> None:
    office = Office.opened(desk)
    await office.record(ttl_s=60, start=office.now - timedelta(hours=HOURS))

    report = await plan_change(office.desk, "optimize")

    assert report.status == "ok"
    assert "1 of 1 data sources" in report.headline
    assert "1 change, 0 requests of Notion, valid until" in report.headline
    assert str(report.measurements["plan_id"]) in report.next_actions[0]
    assert f"```diff\n- {TARGET}: (unset) -> 3600" in report.summary
    assert report.measurements["changes_count"] == 1


async def test_a_plan_is_bound_to_its_digest_and_expires(desk: Desk) -> None:
    office = Office.opened(desk)

    plan = await office.plan()

    assert plan.digest == digest_of(plan)
    assert plan.expires_at == office.now + timedelta(hours=24)
    assert plan.id.startswith("plan_")


async def test_plans_of_the_same_changes_have_digests_of_their_own(desk: Desk) -> None:
    office = Office.opened(desk)

    first = await office.plan()
    second = await plan_change(office.desk, "optimize")

    again = await office.kept(str(second.measurements["plan_id"]))
    assert again.changes == first.changes
    assert again.digest != first.digest
    assert digest_of(first.model_copy(update={"expires_at": first.created_at})) != first.digest


async def test_traffic_with_a_single_fetch_is_answered(desk: Desk) -> None:
    office = Office.opened(desk)
    instants = [office.now - timedelta(seconds=300 - 40 * number) for number in range(6)]
    await office.record_at(instants, ttl_s=300)

    report = await plan_change(office.desk, "optimize")

    assert report.measurements["plan_id"] is None
    assert report.measurements["readings_count"] == 6


async def test_no_change_that_passes_is_an_answer_with_the_best_that_was_found(desk: Desk) -> None:
    office = Office.opened(desk)
    hourly = [office.now - timedelta(hours=2 * number) for number in range(20, 0, -1)]
    await office.record_at(hourly, ttl_s=60)

    report = await plan_change(office.desk, "optimize")

    assert report.status == "ok"
    assert report.measurements["plan_id"] is None
    assert report.measurements["best_impact"] == 0
    assert "No change passes: the best" in report.headline
    assert report.gates[0].reason == "stays at 60 s; 120 s: saves 0.0%, not more than 10.0%"
    assert await office.desk.store.plans() == ()


async def test_a_data_source_read_once_is_named_as_out_of_reach(desk: Desk) -> None:
    office = Office.opened(desk)
    await office.record_at([office.now - timedelta(hours=1)], ttl_s=60)

    report = await plan_change(office.desk, "optimize")

    assert report.measurements["data_sources_out_of_reach_count"] == 1
    assert report.gates[0].status == "not_measured"
    assert "out of reach of any TTL" in report.gates[0].reason


class Crowded(SqlStore):
    """A store that holds more readings than are read at once."""

    async def readings(
        self, since: datetime, connection: str, *, until: datetime | None = None
    ) -> Recorded:
        recorded = await super().readings(since, connection, until=until)
        return Recorded(recorded.calls[-100:], cut=True)


async def test_a_window_that_was_cut_is_told(desk: Desk) -> None:
    office = Office.opened(desk)
    await office.record(ttl_s=60, start=office.now - timedelta(hours=HOURS))
    store = Crowded(await url_of(desk.store), clock=desk.clock)

    report = await plan_change(replace(office.desk, store=store), "optimize")
    await store.aclose()

    assert report.measurements["readings_count"] == 100
    assert report.gates[-1].name == "recorded readings"
    assert "older ones left out" in report.summary


async def test_without_readings_there_is_nothing_to_judge(desk: Desk) -> None:
    report = await plan_change(Office.opened(desk).desk, "optimize", Request(window_days=2))

    assert report.headline == "No reading was recorded in the last 2 days: nothing to judge."


async def test_readings_before_the_window_do_not_count(desk: Desk) -> None:
    office = Office.opened(desk)
    await office.record(ttl_s=60, start=office.now - timedelta(hours=HOURS), hours=20)

    report = await plan_change(office.desk, "optimize", Request(window_days=1))

    assert report.measurements["data_sources_count"] == 0


async def test_without_a_workspace_the_report_says_what_stands_in_the_way(desk: Desk) -> None:
    report = await plan_change(replace(desk, mirror=None), "optimize")

    assert report.status == "warning"
    assert "no workspace to read from" in report.summary


async def test_mistakes_in_the_configuration_are_answered_instead(desk: Desk) -> None:
    mistaken = replace(desk, configuration=ConfigurationState(mistakes=("zone: wrong",)))

    with pytest.raises(ConfigurationInvalid, match="zone: wrong"):
        await plan_change(mistaken, "optimize")

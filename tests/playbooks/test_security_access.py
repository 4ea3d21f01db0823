"""Access against an approved baseline: each kind of change is found once, and told so."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playbooks.plan_change import plan_change
from playbooks.plan_kind import Request
from playbooks.report import Report
from playbooks.security_scan import security_scan
from playbooks.undo import propose
from server.workspace.core import JSON
from tests.secured import Secured, finding, gate, secured


@pytest.fixture
async def office(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Secured]:
    async with secured(home, monkeypatch) as opened:
        yield opened


@pytest.fixture
async def approved(office: Secured) -> Secured:
    await office.approve_baseline()
    return office


def changes(report: Report) -> list[str]:
    """What differs, without the address."""
    return [
        each.what.partition(" (https")[0]
        for each in report.findings
        if each.id.startswith("security_scan.access.")
    ]


async def test_what_was_approved_is_no_change(approved: Secured) -> None:
    report = await approved.scan()

    assert changes(report) == []
    assert report.status == "ok"
    assert report.measurements["access_changes_count"] == 0
    assert gate(report, "access: baseline") == "ok"


async def test_approving_shows_what_it_is_about(office: Secured) -> None:
    report = await office.approve_baseline()

    plan = await office.desk.store.plan(str(report.measurements["plan_id"]))
    assert plan is not None
    assert plan.state == "applied"
    assert plan.changes[0].before is None
    assert sorted(each["title"] for each in plan.changes[0].after["things"].values()) == [
        "Child",
        "Home",
        "Tasks",
    ]


async def test_a_page_that_was_shared_is_told_once(approved: Secured) -> None:
    below = approved.page("Below", {"page_id": approved.apart_id})
    approved.workspace.share(approved.apart_id, approved.bot_id)

    report = await approved.scan()

    assert changes(report) == ["added: page `Apart`"]
    told = finding(report, "access.added")
    assert "with 1 below it" in told.what
    assert below.replace("-", "") not in told.what
    assert "plan_change(kind='baseline')" in told.remedy
    assert report.status == "warning"


async def test_a_page_that_was_unshared_is_told_once(office: Secured) -> None:
    office.workspace.share(office.apart_id, office.bot_id)
    await office.approve_baseline()
    office.workspace.unshare(office.apart_id, office.bot_id)

    assert changes(await office.scan()) == ["removed: page `Apart`"]


async def test_a_page_in_the_trash_is_told_once(approved: Secured) -> None:
    approved.perform("PATCH", f"/v1/pages/{approved.child_id}", {"in_trash": True})

    assert changes(await approved.scan()) == ["removed: page `Child`"]


async def test_a_page_that_moved_is_told_once(approved: Secured) -> None:
    target = approved.page("Target", {"page_id": approved.home_id})
    await approved.approve_baseline()
    body = {"parent": {"type": "page_id", "page_id": target}}
    approved.perform("POST", f"/v1/pages/{approved.child_id}/move", body)

    report = await approved.scan()

    assert changes(report) == ["moved: page `Child`"]
    assert f"to {target}" in finding(report, "access.moved").what


def published(page_id: str) -> Any:
    """What Notion answers once that page is on the web."""

    def alter(answer: JSON) -> JSON:
        for each in answer.get("results", []):
            if each.get("id") == page_id and "public_url" in each:
                each["public_url"] = "https://example.org/page"
        return answer

    return alter


@pytest.mark.parametrize(
    ("which", "told"),
    [
        pytest.param("child_id", "made public: page `Child`", id="page"),
        pytest.param("table_id", "made public: data source `Tasks`", id="table"),
    ],
)
async def test_what_was_made_public_is_told_once(approved: Secured, which: str, told: str) -> None:
    async with approved.answering(published(getattr(approved, which))) as desk:
        report = await security_scan(desk)

    assert changes(report) == [told]
    assert report.status == "critical"
    assert gate(report, "data leakage: public") == "critical"


async def test_a_public_row_is_told_once(approved: Secured) -> None:
    async with approved.answering(published(approved.row_ids[0])) as desk:
        report = await security_scan(desk)

    assert changes(report) == ["made public: page `Task 1`"]


async def test_a_row_that_is_public_no_more_does_not_vote(office: Secured) -> None:
    async with office.answering(published(office.row_ids[0])) as desk:
        office.desk, before = desk, office.desk
        await office.approve_baseline()
    office.desk = before

    report = await office.scan()

    assert changes(report) == ["no longer public: page `Task 1`"]
    assert report.status == "ok"


async def test_a_public_page_before_any_approval_is_a_warning(office: Secured) -> None:
    async with office.answering(published(office.child_id)) as desk:
        report = await security_scan(desk)

    assert changes(report) == []
    assert gate(report, "data leakage: public") == "warning"
    assert "`Child`" in finding(report, "public").evidence[0]


async def test_a_capability_that_was_gained_is_told_once(office: Secured) -> None:
    office.capabilities("read_content", "read_users")
    await office.approve_baseline()
    office.capabilities("read_content", "read_users", "update_content")

    assert changes(await office.scan()) == ["gained capability: update_content"]


async def test_a_capability_that_was_lost_does_not_vote(approved: Secured) -> None:
    approved.capabilities("read_content", "read_users", "update_content", "insert_content")

    report = await approved.scan()

    assert changes(report) == ["lost capability: insert_comments", "lost capability: read_comments"]
    assert report.status == "ok"


async def test_new_people_and_bots_are_told_once_each(approved: Secured) -> None:
    approved.workspace.add_person("Eve", "eve@example.org")
    approved.workspace.add_bot("Other", token="another")

    told = sorted(each.partition(" (")[0] for each in changes(await approved.scan()))

    assert told == ["added person: bot `Other`", "added person: person `Eve`"]


async def test_a_token_of_another_integration_is_held_against_the_same_approval(
    approved: Secured,
) -> None:
    other = approved.workspace.add_bot("Other", token="another")
    approved.workspace.share(approved.apart_id, other)

    async with approved.answering(lambda answer: answer, token="another") as desk:
        told = changes(await security_scan(desk))

    assert [each.partition(":")[0] for each in told] == [
        "other integration",
        "added person",
        "added",
        "removed",
    ]


async def test_who_may_not_list_people_is_told_nothing_of_them(office: Secured) -> None:
    office.capabilities("read_content")
    await office.approve_baseline()
    office.workspace.add_person("Eve", None)

    assert changes(await office.scan()) == []


async def test_what_the_search_forgot_is_confirmed_by_reading_it(approved: Secured) -> None:
    def without_child(answer: JSON) -> JSON:
        if answer.get("object") == "list":
            found = [each for each in answer["results"] if each["id"] != approved.child_id]
            return {**answer, "results": found}
        return answer

    async with approved.answering(without_child) as desk:
        report = await security_scan(desk)

    assert changes(report) == []
    assert report.status == "ok"


async def test_a_search_that_was_cut_is_unknown(approved: Secured) -> None:
    for number in range(250):
        approved.page(f"Page {number}", {"page_id": approved.home_id})
    bounded = approved.desk.bands.model_copy(update={"security_most_search_calls": 2})

    report = await security_scan(replace(approved.desk, bands=bounded))

    assert gate(report, "access: reach") == "unknown"
    assert "cut after 2 calls" in str(report.gates)


async def test_a_change_keeps_the_instant_at_which_it_was_first_seen(approved: Secured) -> None:
    approved.workspace.share(approved.apart_id, approved.bot_id)
    first = await approved.scan()

    second = await approved.scan()

    assert finding(first, "access.added").evidence == finding(second, "access.added").evidence


async def test_a_change_that_is_approved_is_one_no_more(approved: Secured) -> None:
    approved.workspace.share(approved.apart_id, approved.bot_id)
    planned = await plan_change(approved.desk, "baseline")
    await approved.approve_baseline()

    report = await approved.scan()
    again = await plan_change(approved.desk, "baseline")

    assert "added: page `Apart`" in planned.summary + str(planned.findings)
    assert changes(report) == []
    assert again.measurements["changes_count"] == 0


async def test_an_approval_can_be_taken_back(approved: Secured) -> None:
    approved.workspace.share(approved.apart_id, approved.bot_id)
    applied = await approved.approve_baseline()

    draft = await propose(approved.desk, Request(of=str(applied.measurements["plan_id"])))

    assert draft.changes[0].before["things"].keys() > draft.changes[0].after["things"].keys()
    assert approved.apart_id not in draft.changes[0].after["things"]

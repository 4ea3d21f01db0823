"""Each aspect is read and written through its port; what is made again knows its plan."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.aspects import current, tell_mirror, write
from playbooks.desk import Desk
from playbooks.errors import PlanUnusable
from playbooks.essence import Essence
from playbooks.plan import Change, Plan
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Draft, Request
from playbooks.planning import make_plan
from playbooks.remade import Reached
from playbooks.report import Report
from playbooks.snapshot import RecordKind
from tests.playbooks.planned import EmptyMirror

EDITED_AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class Things:
    """The ports Editor and Maker over plain dictionaries; the real ones are tested elsewhere."""

    cells: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])
    trash: dict[str, bool | None] = field(default_factory=dict[str, bool | None])
    columns: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])
    states: dict[tuple[str, str], Reached] = field(default_factory=dict[tuple[str, str], Reached])
    log: list[str] = field(default_factory=list[str])

    def attributed(self, procedure: str, run_id: str) -> "Things":
        del procedure, run_id
        return self

    async def cell(self, page_id: str, property_id: str) -> Any:
        return self.cells.get((page_id, property_id))

    async def set_cell(self, page_id: str, property_id: str, value: Any) -> None:
        self.cells[page_id, property_id] = value

    async def in_trash(self, page_id: str, *, as_edited_at: datetime | None = None) -> bool | None:
        is_as_seen = as_edited_at in {None, EDITED_AT}
        return self.trash.get(page_id) if self.trash.get(page_id) or is_as_seen else None

    async def set_in_trash(self, page_id: str, value: bool) -> None:
        self.trash[page_id] = value

    async def column(self, data_source_id: str, key: str) -> Any:
        return self.columns.get((data_source_id, key))

    async def set_column(self, data_source_id: str, key: str, column: Any) -> None:
        self.columns[data_source_id, key] = column

    def essence(self, kind: RecordKind, record: Any) -> Essence:
        del kind, record
        return Essence()

    async def state(self, plan_id: str, original_id: str) -> Reached | None:
        return self.states.get((plan_id, original_id))

    async def make(self, plan_id: str, snapshot_id: str, original_id: str, parent: str) -> None:
        self.log.append(f"make {original_id} of {snapshot_id} below {parent}")
        self.states[plan_id, original_id] = "filled"

    async def link(self, plan_id: str, snapshot_id: str, original_id: str) -> None:
        assert self.states[plan_id, original_id] != "made"
        self.log.append(f"link {original_id} of {snapshot_id}")
        self.states[plan_id, original_id] = "linked"

    async def refill(self, plan_id: str, snapshot_id: str, page_id: str) -> None:
        self.log.append(f"refill {page_id} of {snapshot_id} for {plan_id}")

    async def empty(self, page_id: str) -> None:
        self.log.append(f"empty {page_id}")

    async def unmake(self, plan_id: str, original_id: str) -> None:
        self.log.append(f"unmake {original_id}")
        del self.states[plan_id, original_id]

    async def new_ids(self, plan_id: str) -> dict[str, str]:
        return {original: original for plan, original in self.states if plan == plan_id}


@dataclass(slots=True)
class Office:
    desk: Desk
    things: Things

    async def applied(self, plan_id: str) -> Report:
        plan = await self.kept(plan_id)
        await approve(self.desk, plan.id, digest=plan.digest, by="terminal", actor="test")
        return await apply_plan(self.desk, plan.id)

    async def planned(self, *changes: Change) -> str:
        draft = Draft("", changes)
        run_id = self.desk.new_run_id()
        return (await make_plan(self.desk, "undo", draft, run_id=run_id, actor="test")).id

    async def undoing(self, plan_id: str) -> str:
        report = await plan_change(self.desk, "undo", Request(of=plan_id))
        return str(report.measurements["plan_id"])

    async def kept(self, plan_id: str) -> Plan:
        plan = await self.desk.store.plan(plan_id)
        assert plan is not None
        return plan


@pytest.fixture
async def office(desk: Desk) -> Office:
    things = Things()
    return Office(replace(desk, editor=things, maker=things), things)


CELL = Change(target="cell/p/a%3Ab/c", before=None, after={"number": 3})
TRASH = Change(target="trash/p", before=False, after=True)
COLUMN = Change(target="column/d/Hours/day", before=None, after={"type": "number", "number": {}})
SETTING = Change(target="mirror.ttl_s.d", before=None, after=60.0)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(CELL, id="cell"),
        pytest.param(TRASH, id="trash"),
        pytest.param(COLUMN, id="column"),
        pytest.param(SETTING, id="setting-by-its-old-name"),
    ],
)
async def test_a_change_is_made_and_read_back_whatever_its_aspect(
    office: Office, change: Change
) -> None:
    office.things.trash["p"] = False
    plan = await office.kept(await office.planned(change))

    assert await current(office.desk, plan, change) == change.before
    await write(office.desk, plan, change, change.after)
    assert await current(office.desk, plan, change) == change.after


@pytest.mark.parametrize("by_hand", [CELL, TRASH, COLUMN], ids=lambda each: each.target)
async def test_what_a_person_did_before_the_plan_is_no_part_of_its_undo(
    office: Office, by_hand: Change
) -> None:
    office.things.trash["p"] = False
    ours = Change(target="cell/q/t", before=None, after="ours")
    plan_id = await office.planned(by_hand, ours)
    plan = await office.kept(plan_id)
    await write(office.desk, plan, by_hand, by_hand.after)

    await office.applied(plan_id)
    await office.applied(await office.undoing(plan_id))

    assert await current(office.desk, plan, by_hand) == by_hand.after
    assert await current(office.desk, plan, ours) is None


async def test_a_key_may_hold_what_parts_targets(office: Office) -> None:
    plan = await office.kept(await office.planned(COLUMN))

    await write(office.desk, plan, COLUMN, COLUMN.after)

    assert list(office.things.columns) == [("d", "Hours/day")]


async def test_without_a_workspace_nothing_is_changed(office: Office) -> None:
    plan = await office.kept(await office.planned(CELL))

    with pytest.raises(PlanUnusable, match="only reads"):
        await current(replace(office.desk, editor=None), plan, CELL)


def trashed_as_of(edited_at: datetime) -> Change:
    return Change(target=f"trash/p/{edited_at.isoformat()}", before=False, after=True)


async def test_a_page_that_was_edited_meanwhile_is_not_trashed(office: Office) -> None:
    office.things.trash["p"] = False

    report = await office.applied(await office.planned(trashed_as_of(datetime.now(UTC))))

    assert report.measurements["changes_skipped_count"] == 1
    assert office.things.trash == {"p": False}


async def test_a_page_that_was_not_edited_goes_to_the_trash_out_of_it_and_back(
    office: Office,
) -> None:
    office.things.trash["p"] = False
    first = await office.planned(trashed_as_of(EDITED_AT))

    seen = [(await office.applied(first)).status, office.things.trash["p"]]
    undo = await office.undoing(first)
    seen += [(await office.applied(undo)).status, office.things.trash["p"]]
    seen += [(await office.applied(await office.undoing(undo))).status, office.things.trash["p"]]

    assert seen == ["ok", True, "ok", False, "ok", True]


@pytest.mark.parametrize("target", ["cell/p", "trash", "made/s"])
async def test_a_target_of_no_known_shape_is_refused(office: Office, target: str) -> None:
    plan = await office.kept(await office.planned(CELL))

    with pytest.raises(PlanUnusable, match="Nothing is known"):
        await current(office.desk, plan, Change(target=target, before=None, after={"hash": "h"}))


def restored(original_id: str, parent: str) -> Change:
    value = {"hash": f"hash of {original_id}", "parent": parent}
    return Change(target=f"made/s1/{original_id}", before=None, after=value)


RESTORE = (
    restored("table", "page"),
    restored("row", "table"),
    Change(target="linked/s1/row", before=None, after={"hash": "links"}),
)


async def test_what_is_made_again_is_made_linked_unmade_and_made_again_in_order(
    office: Office,
) -> None:
    first = await office.planned(*RESTORE)
    await office.applied(first)
    undo = await office.undoing(first)
    undone = await office.applied(undo)
    redone = await office.applied(await office.undoing(undo))

    made = ["make table of s1 below page", "make row of s1 below table", "link row of s1"]
    assert office.things.log == [*made, "unmake row", "unmake table", *made]
    assert undone.measurements["changes_applied_count"] == 3
    assert redone.measurements["changes_applied_count"] == 3
    assert {plan_id for plan_id, _ in office.things.states} == {first}


class Told(EmptyMirror):
    """A mirror that notes what it is told."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def attributed(self, procedure: str, run_id: str) -> "Told":
        del procedure, run_id
        return self

    async def forget(self, row_id: str) -> None:
        self.log.append(f"forget {row_id}")

    async def reread(self, row_id: str) -> None:
        self.log.append(f"reread {row_id}")


async def test_the_copy_is_told_what_goes_to_the_trash_and_comes_out_of_it(office: Office) -> None:
    mirror = Told()
    office.desk = replace(office.desk, mirror=mirror)
    office.things.trash["p"] = False
    trashed = await office.planned(TRASH)
    made = await office.planned(restored("row", "page"))

    await office.applied(trashed)
    await office.applied(await office.undoing(trashed))
    await office.applied(made)
    told_of_making = mirror.log[2:]
    # Called directly: unlike this one, the real maker still knows what it has unmade.
    await tell_mirror(office.desk, await office.kept(made), restored("row", "page").turned_round())

    assert mirror.log[:2] == ["forget p", "reread p"]
    assert not told_of_making
    assert mirror.log[2:] == ["forget row"]


async def test_what_was_left_half_made_is_finished(office: Office) -> None:
    plan_id = await office.planned(restored("row", "page"))
    office.things.states[plan_id, "row"] = "made"

    report = await office.applied(plan_id)

    assert office.things.log == ["make row of s1 below page"]
    assert report.status == "ok"


async def test_only_what_was_applied_can_be_undone(office: Office) -> None:
    office.things.trash["p"] = None
    failed = await office.planned(TRASH)
    await office.applied(failed)

    for plan_id in (failed, await office.planned(CELL)):
        with pytest.raises(PlanUnusable, match="Nothing of the plan"):
            await office.undoing(plan_id)


async def test_undo_asks_which_plan(office: Office) -> None:
    with pytest.raises(PlanUnusable, match="of=PLAN_ID"):
        await plan_change(office.desk, "undo", Request())


async def test_an_argument_of_another_kind_is_refused_in_one_sentence(office: Office) -> None:
    with pytest.raises(PlanUnusable, match=r"kind undo takes no window_days, rows\. It takes: of"):
        await plan_change(office.desk, "undo", Request(of="p", window_days=3, rows=("r",)))

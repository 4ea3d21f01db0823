"""How a change's target is read and written, whatever kind of plan it belongs to."""

from datetime import datetime
from typing import Any, Final, TypeVar

from playbooks.desk import Desk
from playbooks.errors import PlanUnusable
from playbooks.plan import Change, Plan
from playbooks.restore_contents import Contents, content_state
from playbooks.targets import Target

T = TypeVar("T")

ORIGIN: Final = "plan"
"""In the value of what was made again: the plan whose map of ids has it, where that is another."""

_REQUESTS: Final = {
    "setting": 0,
    "cell": 3,
    "trash": 3,
    "column": 3,
    "made": 3,
    "linked": 2,
    "content": 4,
    "baseline": 0,
}
"""Calls of Notion that a change takes at least: look, write, read back."""


def requests_of(change: Change) -> int:
    """How many calls of Notion the change takes at least."""
    return _REQUESTS[Target.of(change.target).aspect]


async def current(desk: Desk, plan: Plan, change: Change) -> Any:  # noqa: PLR0911 - one for each aspect
    """How the target is now, to be compared with the change's `before` and `after`.

    Raises:
        PlanUnusable: nothing may be changed here.
        StoreUnusable, NotionError: it cannot be read.
    """
    target = Target.of(change.target)
    match target.aspect, target.parts:
        case "setting", (name,):
            return (await desk.store.tuned()).get(name)
        case "cell", (page_id, _, *_):
            return await _there(desk.editor).cell(page_id, _key(target))
        case "trash", (page_id, *edited_at):
            seen = datetime.fromisoformat(edited_at[0]) if edited_at and change.after else None
            return await _there(desk.editor).in_trash(page_id, as_edited_at=seen)
        case "column", (data_source_id, _, *_):
            return await _there(desk.editor).column(data_source_id, _key(target))
        case "made" | "linked", (_, original_id):
            state = await _there(desk.maker).state(_origin(plan, change), original_id)
            reached = ("filled", "linked") if target.aspect == "made" else ("linked",)
            return _made(change) if state in reached else None
        case "baseline", (workspace_id,):
            return await _there(desk.security).baseline(workspace_id)
        case "content", _:
            contents = Contents(_there(desk.backups), _there(desk.exporter), _there(desk.maker))
            ids = await contents.maker.new_ids(_origin(plan, change))
            return await content_state(contents, change, ids)
        case _:
            raise _strange(change)


async def write(desk: Desk, plan: Plan, change: Change, value: Any) -> None:
    """Make the target so; twice does no more than once. Raises as `current`."""
    target = Target.of(change.target)
    match target.aspect, target.parts:
        case "setting", (name,):
            await desk.store.tune({name: value})
        case "cell", (page_id, _, *_):
            await _there(desk.editor).set_cell(page_id, _key(target), value)
        case "trash", (page_id, *_):
            await _there(desk.editor).set_in_trash(page_id, value)
        case "column", (data_source_id, _, *_):
            await _there(desk.editor).set_column(data_source_id, _key(target), value)
        case "made" | "linked", (snapshot_id, original_id):
            await _make(desk, plan, change, snapshot_id, original_id, value)
        case "baseline", (workspace_id,):
            await _there(desk.security).set_baseline(workspace_id, value)
        case "content", (_, page_id) if value is None:
            await _there(desk.maker).empty(page_id)
        case "content", (snapshot_id, page_id):
            await _there(desk.maker).refill(_origin(plan, change), snapshot_id, page_id)
        case _:
            raise _strange(change)


async def tell_mirror(desk: Desk, plan: Plan, change: Change) -> None:
    """Drop from our copy what reads as trashed, and keep what reads as out of the trash.

    Raises StoreUnusable, NotionError: the change is made, and may be told again.
    """
    if desk.mirror is None:
        return
    target = Target.of(change.target)
    match target.aspect, target.parts, change.after:
        case "trash", (page_id, *_), True:
            await desk.mirror.forget(page_id)
        case "trash", (page_id, *_), _:
            await desk.mirror.reread(page_id)
        case "made", (_, original_id), None:
            new_ids = await _there(desk.maker).new_ids(_origin(plan, change))
            if original_id in new_ids:
                await desk.mirror.forget(new_ids[original_id])
        case _:
            return


def _key(target: Target) -> str:
    """Of a column or a property; a column's name may hold what parts targets."""
    return "/".join(target.parts[1:])


async def _make(  # noqa: PLR0913, PLR0917 - what a change of these aspects consists of
    desk: Desk, plan: Plan, change: Change, snapshot_id: str, original_id: str, value: Any
) -> None:
    maker, origin = _there(desk.maker), _origin(plan, change)
    match Target.of(change.target).aspect, value:
        case "made", None:
            await maker.unmake(origin, original_id)
        case "made", _:
            await maker.make(origin, snapshot_id, original_id, value["parent"])
        case _, None:
            return  # the links of what is unmade go with it
        case _:
            await maker.link(origin, snapshot_id, original_id)


def _made(change: Change) -> dict[str, str]:
    """The value that says "it is there": the one side of the change that is one."""
    made: dict[str, str] = change.before if change.after is None else change.after
    return made


def _origin(plan: Plan, change: Change) -> str:
    return _made(change).get(ORIGIN, plan.id)


def _there(port: T | None) -> T:
    if port is None:
        raise PlanUnusable(
            "There is no workspace to change, or this server only reads.",
            remedy="health_check tells which.",
        )
    return port


def _strange(change: Change) -> PlanUnusable:
    return PlanUnusable(
        f"Nothing is known of how to change {change.target[:80]!r}.",
        remedy="Make a new plan with plan_change.",
    )

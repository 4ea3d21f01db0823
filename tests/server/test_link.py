"""What the wiring to a workspace decides: how old a copy may become."""

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.desk import Desk
from playbooks.plan import Change
from playbooks.plan_change import plan_change
from playbooks.plan_kind import Draft, Request
from playbooks.planning import make_plan


async def titles(desk: Desk) -> tuple[int, dict[str, str]]:
    """Requests that reading the log took, and the titles of its rows by id."""
    assert desk.mirror is not None
    assert desk.notion is not None
    (found,) = await desk.notion.find_data_sources("Development log")
    view = await desk.mirror.open(found.id)
    title = next(each.name for each in view.schema.properties if each.type == "title")
    rows = {row.id: str(row.values[title].plain) async for row in view.rows([title])}
    return view.reading.requests_count, rows


async def applied(desk: Desk, plan_id: str) -> None:
    plan = await desk.store.plan(plan_id)
    assert plan is not None
    await approve(desk, plan.id, digest=plan.digest, by="terminal", actor="test")
    await apply_plan(desk, plan.id)


async def test_what_a_plan_or_its_undo_has_changed_is_read_at_once(desk: Desk) -> None:
    assert desk.editor is not None
    _, before = await titles(desk)
    kept_requests_count, _ = await titles(desk)
    row_id, old = next((row_id, title) for row_id, title in before.items() if title)
    cell = await desk.editor.cell(row_id, "title")
    new = {"title": [{"type": "text", "text": {"content": "Told anew"}}]}
    change = Change(target=f"cell/{row_id}/title", before=cell, after=new)
    draft = Draft("", (change,))
    plan = await make_plan(desk, "repair", draft, run_id=desk.new_run_id(), actor="test")

    await applied(desk, plan.id)
    _, after = await titles(desk)
    undo = await plan_change(desk, "undo", Request(of=plan.id))
    await applied(desk, str(undo.measurements["plan_id"]))
    _, undone = await titles(desk)
    again_requests_count, _ = await titles(desk)

    assert (kept_requests_count, again_requests_count) == (0, 0)
    assert (after[row_id], undone[row_id]) == ("Told anew", old)

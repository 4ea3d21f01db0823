"""The waiting room of changes: what an outage or a death left unfinished is gone on with.

It holds nothing of its own: it is the unfinished steps of plans that a person has approved.
"""

from typing import Final

from playbooks.apply_plan import apply_plan
from playbooks.desk import Desk
from playbooks.errors import CapabilityMissing, NotionError, PlaybookError

PROCEDURE: Final = "outbox"


async def go_on(desk: Desk) -> None:
    """Finish the plans of this connection that wait, oldest first, if Notion answers.

    What somebody stopped is left to them, and nothing is begun that was not begun before.

    Raises StoreUnusable when the store cannot be read.
    """
    if desk.notion is None or desk.connection.read_only or desk.configuration.mistakes:
        return
    waiting = [
        each.plan_id
        for each in await desk.store.unfinished(desk.connection.key)
        if each.how == "waits"
    ]
    if not waiting or not await _answers(desk):
        return
    for plan_id in waiting:
        try:
            await apply_plan(desk, plan_id, actor=PROCEDURE, by_hand=False)
        except PlaybookError:
            continue  # another process has it by now, or the plan's own report says why not


async def _answers(desk: Desk) -> bool:
    """One request, behind whatever else wants the budget."""
    assert desk.notion is not None
    try:
        await desk.notion.attributed(PROCEDURE, desk.new_run_id()).in_background().who_am_i()
    except CapabilityMissing:
        return True
    except NotionError:
        return False
    return True

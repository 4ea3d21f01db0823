"""Whatever is edited and whatever fails: after a refresh that succeeds the mirror is the truth."""

import tempfile
from pathlib import Path
from typing import Literal

import anyio
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from server.notion.mirror import Freshness
from server.workspace.effects import Failed, PoolExhausted, ResetInBody, Truncated
from server.workspace.faults import FaultRule
from tests.server.notion.mirroring import Table, open_table

Step = tuple[Literal["add", "edit", "trash", "restore", "wait", "read", "fail"], int]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(("add", "edit", "trash", "restore", "wait", "read", "fail")),
        st.integers(0, 30),
    ),
    max_size=15,
)
EFFECTS = (Failed(500), PoolExhausted(), ResetInBody(), Truncated())


async def perform(table: Table, step: Step, ids: list[str], trashed: set[str]) -> None:
    kind, number = step
    chosen = ids[number % len(ids)] if ids else None
    match kind:
        case "add":
            ids.extend(table.add_many(number))
        case "edit" if chosen and chosen not in trashed:
            table.edit(chosen, Points={"number": number})
        case "trash" if chosen and chosen not in trashed:
            table.edit(chosen, in_trash=True)
            trashed.add(chosen)
        case "restore" if chosen in trashed:
            table.edit(str(chosen), in_trash=False)
            trashed.discard(str(chosen))
        case "wait":
            table.watch.advance(seconds=number * 7)
        case "read":
            await table.read()
        case "fail":
            effect = EFFECTS[number % len(EFFECTS)]
            table.workspace.faults.set(FaultRule(effect, after=number % 5, count=4))
        case _:
            pass


async def play(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with open_table(Path(directory), freshness=Freshness(0, 0)) as table:
            table.workspace.set_conditions(query_results_limit=50)
            ids: list[str] = []
            trashed: set[str] = set()
            await table.mirror.open(table.id)
            for step in steps:
                await perform(table, step, ids, trashed)
            table.workspace.faults.clear()
            table.watch.advance(seconds=1)
            reading, rows = await table.read()

    assert reading.stale_because is None
    assert not reading.complete or {row.id for row in rows} == set(ids) - trashed


@given(STEPS)
@settings(max_examples=12, phases=(Phase.explicit, Phase.generate))
def test_after_any_edits_and_faults_the_mirror_holds_what_the_workspace_holds(
    steps: list[Step],
) -> None:
    anyio.run(play, steps)

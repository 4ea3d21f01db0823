"""What was made again is kept on each engine: begun first, then which one it is and how far."""

from datetime import UTC, datetime

import pytest

from playbooks.remade import BEGUN, KeptObject
from server.store.kept_remade import KeptRemade
from server.store.sql import SqlStore

NOW = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
PLAN = "plan_1"


@pytest.fixture
def kept(store: SqlStore) -> KeptRemade:
    return KeptRemade(store, connection="a")


async def test_what_is_begun_has_no_id_yet(kept: KeptRemade) -> None:
    await kept.begin(PLAN, "old", at=NOW)

    assert await kept.of_plan(PLAN) == {"old": KeptObject("", BEGUN, NOW)}


async def test_what_is_made_is_in_the_map_of_its_plan_alone(kept: KeptRemade) -> None:
    await kept.begin(PLAN, "old", at=NOW)
    await kept.settle(PLAN, "old", "new", "made")
    await kept.settle(PLAN, "old", "new", "linked")

    assert await kept.of_plan(PLAN) == {"old": KeptObject("new", "linked", NOW)}
    assert await kept.of_plan("plan_2") == {}


async def test_another_connection_has_a_map_of_its_own(kept: KeptRemade, store: SqlStore) -> None:
    await kept.begin(PLAN, "old", at=NOW)

    assert await KeptRemade(store, connection="b").of_plan(PLAN) == {}


async def test_begun_again_it_is_nothing_but_begun(kept: KeptRemade) -> None:
    await kept.begin(PLAN, "old", at=NOW)
    await kept.settle(PLAN, "old", "new", "filled")
    await kept.begin(PLAN, "old", at=NOW)

    assert await kept.of_plan(PLAN) == {"old": KeptObject("", BEGUN, NOW)}

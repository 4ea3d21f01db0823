from datetime import timedelta

from server.store.kept_security import KeptSecurity
from server.store.sql import SqlStore
from tests.server.store.conftest import NOW


async def test_each_workspace_has_a_baseline_of_its_own(store: SqlStore) -> None:
    book = KeptSecurity(store)
    await book.set_baseline("a", {"things": {"1": {"title": "é"}}})
    await book.set_baseline("a", {"things": {}})

    assert await book.baseline("a") == {"things": {}}
    assert await book.baseline("b") is None

    await book.set_baseline("a", None)
    assert await book.baseline("a") is None


async def test_the_newest_verdict_on_a_token_holds(store: SqlStore) -> None:
    book = KeptSecurity(store)
    await book.note_verdict("f", "live", NOW)
    await book.note_verdict("f", "dead", NOW + timedelta(hours=1))

    assert await book.verdicts() == {"f": ("dead", NOW + timedelta(hours=1))}

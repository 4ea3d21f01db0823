from datetime import timedelta

from server.store.kept_security import KeptSecurity
from server.store.sql import SqlStore
from tests.server.store.conftest import NOW


async def test_each_connection_has_a_baseline_of_its_own(store: SqlStore) -> None:
    first, second = KeptSecurity(store, connection="a"), KeptSecurity(store, connection="b")
    await first.set_baseline({"things": {"1": {"title": "é"}}})
    await first.set_baseline({"things": {}})

    assert await first.baseline() == {"things": {}}
    assert await second.baseline() is None

    await first.set_baseline(None)
    assert await first.baseline() is None


async def test_the_newest_verdict_on_a_token_holds_for_everybody(store: SqlStore) -> None:
    book = KeptSecurity(store, connection="a")
    await book.note_verdict("f", "live", NOW)
    await book.note_verdict("f", "dead", NOW + timedelta(hours=1))

    found = await KeptSecurity(store, connection="b").verdicts()

    assert found == {"f": ("dead", NOW + timedelta(hours=1))}

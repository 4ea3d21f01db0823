from dataclasses import replace
from datetime import datetime
from typing import NoReturn

import pytest

from playbooks.causes import PROCEDURE
from playbooks.desk import Desk
from playbooks.errors import StoreUnusable
from playbooks.history import History, history_of
from playbooks.records import CallRecord
from server.store.sql import SqlStore
from tests.playbooks.recorded import NOON, SOURCE, at, call, mirror_read, reading


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        pytest.param(
            [*reading("run", 5), mirror_read(9, "hit", rows_count=480)], {SOURCE: 480}, id="mirror"
        ),
        pytest.param(reading("run", 5), {SOURCE: 500}, id="one whole reading"),
        pytest.param(
            [*reading("run", 5), *reading("run", 3, start=10)], {SOURCE: 500}, id="read twice"
        ),
        pytest.param(reading("run", 1), {}, id="one page tells nothing"),
        pytest.param(reading("run", 5, filtered=True), {}, id="a part"),
        pytest.param(reading("run", 5, procedure=PROCEDURE), {}, id="our own samples"),
    ],
)
def test_sizes_are_known_from_what_was_read(
    records: list[CallRecord], expected: dict[str, int]
) -> None:
    assert History(records).records_counts() == expected


def test_only_full_pages_with_every_property_are_comparable() -> None:
    records = [
        call(1, server_ms=1),
        call(2, server_ms=2, rows_count=40),
        call(3, server_ms=3, narrowed=True),
        call(4, server_ms=4, data_source_id="another"),
        call(5, server_ms=5, probe=True),
    ]

    assert History(records).full_pages_ms(SOURCE) == [1]


async def test_the_window_is_read_from_the_store(desk: Desk) -> None:
    own = [replace(each, connection=desk.connection.key) for each in reading("run", 3)]
    await desk.store.record_calls([*own, call(1, connection="another")])

    history = await history_of(desk, at(-1), within_s=5)

    assert len(history.calls) == 3
    assert history.traffic is not None
    assert history.trouble is None
    assert (await history_of(desk, at(1.5), within_s=5)).calls == history.calls[2:]


async def test_a_store_that_cannot_be_read_is_told_not_raised(desk: Desk) -> None:
    class Broken(SqlStore):
        async def calls_since(self, since: datetime, connection: str) -> NoReturn:
            del since, connection
            raise StoreUnusable("here", "it is broken")

    broken = replace(desk, store=Broken("sqlite://", clock=desk.clock))

    history = await history_of(broken, NOON, within_s=5)

    assert isinstance(history.trouble, StoreUnusable)
    assert history.calls == []


async def test_a_store_that_gives_no_answer_in_time_is_silent(desk: Desk) -> None:
    assert (await history_of(desk, NOON, within_s=0)).silent

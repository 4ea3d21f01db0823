"""What is kept is bounded, and read anew whenever it might be wrong."""

import gc
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from playbooks.days import WorkDays
from playbooks.errors import ServiceFailed
from playbooks.kept_readings import MANY_ROWS, KeptReadings, Reader
from playbooks.kept_tasks import KeptTasks, TaskMapping
from playbooks.objects import DataSource
from playbooks.records import Reading, Transition
from playbooks.rows import Row, Value
from playbooks.snapshot import Json
from tests.playbooks.velocity_made import NOW

MAPPING = TaskMapping("ds", {"title": "Name"}, {"Done": "done"}, "s", WorkDays())


@dataclass
class Rows:
    """A View of rows that were all fetched an hour ago; it counts what it is asked."""

    count: int
    reading: Reading
    asked: list[datetime | None] = field(default_factory=list[datetime | None])
    late: frozenset[int] = frozenset()
    given: list[str] = field(default_factory=list[str])
    changes: tuple[Transition, ...] = ()

    @property
    def schema(self) -> DataSource:
        raise NotImplementedError

    async def rows(
        self,
        properties: Sequence[str] = (),
        *,
        since: datetime | None = None,
        unless: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Row]:
        del properties
        self.asked.append(since)
        for row in map(_row, range(self.count)):
            is_late = since is None or int(row.id) in self.late
            if is_late and row.version != (unless or {}).get(row.id):
                self.given.append(row.id)
                yield row

    @property
    def record(self) -> Json:
        raise NotImplementedError

    def records(self) -> AsyncIterator[Json]:
        raise NotImplementedError

    async def transitions(self, since: datetime) -> AsyncIterator[Transition]:
        del since
        for each in self.changes:
            yield each


def _row(number: int) -> Row:
    values = {"Name": Value("title", "title", f"Task {number}")}
    return Row(f"{number}", "", NOW, NOW, in_trash=False, values=values, version=f"v{number}")


def reading(count: int, *, minutes: int = 0) -> Reading:
    as_of = NOW + timedelta(minutes=minutes)
    return Reading("cache", as_of, count, complete=True, requests_count=0)


async def test_the_same_reading_is_not_read_again() -> None:
    kept, view = KeptTasks(), Rows(3, reading(3))

    first = await kept.read(view, MAPPING, NOW)

    assert await kept.read(view, MAPPING, NOW) == first
    assert view.asked == [None]


async def test_of_a_new_reading_only_what_is_new_is_read() -> None:
    kept = KeptTasks()
    await kept.read(Rows(3, reading(3)), MAPPING, NOW)
    later = Rows(4, reading(4, minutes=9), late=frozenset({3}))

    tasks = await kept.read(later, MAPPING, NOW + timedelta(minutes=9))

    assert sorted(task.title for task in tasks) == ["Task 0", "Task 1", "Task 2", "Task 3"]
    assert later.asked == [NOW - timedelta(minutes=5)]


async def test_rows_that_were_copied_just_before_are_not_read_again_when_they_are_the_same() -> (
    None
):
    kept = KeptTasks()
    await kept.read(Rows(3, reading(3)), MAPPING, NOW)
    later = Rows(4, reading(4, minutes=9), late=frozenset({0, 1, 2, 3}))

    tasks = await kept.read(later, MAPPING, NOW + timedelta(minutes=9))

    assert (len(tasks), later.given) == (4, ["3"])


async def test_a_task_reopened_and_finished_between_two_readings_is_known_to_be() -> None:
    kept, later = KeptTasks(), NOW + timedelta(minutes=9)
    await kept.read(Rows(3, reading(3)), MAPPING, NOW)
    reopened = Transition("1", "s", "Done", "Doing", NOW, later)
    view = Rows(3, reading(3, minutes=9), late=frozenset({0, 1}), changes=(reopened,))

    tasks = await kept.read(view, MAPPING, later)

    assert [task.reopened_count for task in tasks] == [0, 1, 0]
    assert view.given == ["1"]


async def test_where_rows_have_gone_everything_is_read_again() -> None:
    kept = KeptTasks()
    await kept.read(Rows(3, reading(3)), MAPPING, NOW)
    later = Rows(2, reading(2, minutes=9))

    assert len(await kept.read(later, MAPPING, NOW + timedelta(minutes=9))) == 2
    assert later.asked == [NOW - timedelta(minutes=5), None]


@pytest.mark.parametrize(
    ("mapping", "days"),
    [
        pytest.param(replace(MAPPING, meanings={}), 0, id="other-mapping"),
        pytest.param(replace(MAPPING, days=WorkDays("Asia/Tokyo")), 0, id="other-zone"),
        pytest.param(MAPPING, 1, id="another-day"),
    ],
)
async def test_what_was_read_otherwise_is_read_again(mapping: TaskMapping, days: int) -> None:
    kept, view = KeptTasks(), Rows(3, reading(3))
    await kept.read(view, MAPPING, NOW)

    await kept.read(view, mapping, NOW + timedelta(days=days))

    assert view.asked == [None, None]


async def test_after_a_refresh_that_failed_half_way_the_new_rows_are_looked_at() -> None:
    kept, view = KeptTasks(), Rows(3, reading(3))
    await kept.read(view, MAPPING, NOW)
    view.reading = replace(view.reading, stale_because=ServiceFailed(500, None))

    await kept.read(view, MAPPING, NOW)

    assert view.asked == [None, NOW - timedelta(minutes=5)]


async def test_more_rows_than_the_bound_are_handed_on_one_by_one_and_not_kept() -> None:
    kept, view = KeptReadings[Row](most_rows=2), Rows(3, reading(3))
    reader = Reader("ds", ("Name",), _as_it_is, way=None)

    async for row in kept.read(view, reader, NOW):
        assert view.given[-1] == row.id
    view.count, view.reading = 1, reading(1)
    assert [row.id async for row in kept.read(view, reader, NOW)] == ["0"]

    assert view.asked == [None, None]


@pytest.mark.parametrize(
    ("count", "is_spared"),
    [pytest.param(MANY_ROWS, True, id="many"), pytest.param(9, False, id="few")],
)
async def test_the_collector_does_not_walk_many_rows_again_and_again(
    count: int, is_spared: bool, collector: None
) -> None:
    del collector

    await KeptTasks().read(Rows(count, reading(count)), MAPPING, NOW)

    assert (gc.get_freeze_count() > count) == is_spared


@pytest.fixture
def collector() -> Generator[None]:
    """It spares nothing before, and nothing after."""
    gc.unfreeze()
    yield
    gc.unfreeze()


def _as_it_is(row: Row) -> Row:
    return row


async def test_of_several_databases_those_used_last_are_kept() -> None:
    kept, one, other = (
        KeptTasks(KeptReadings(most_rows=4)),
        Rows(3, reading(3)),
        Rows(3, reading(3)),
    )

    for view, name in ((one, "one"), (other, "other"), (other, "other"), (one, "one")):
        await kept.read(view, replace(MAPPING, data_source_id=name), NOW)

    assert (one.asked, other.asked) == ([None, None], [None])

"""What rows were read as before: of the mirror's rows only what differs is read again.

Reading a hundred thousand rows takes seconds; what they come to is small and kept in memory.
"""

import gc
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from playbooks.ports import View
from playbooks.rows import Row

T = TypeVar("T")

KEEPING: Final = timedelta(minutes=5)
"""Rows are kept so long after Notion gave them, at the latest."""

MANY_ROWS: Final = 20_000
"""From so many on, the garbage collector is kept from walking them."""


# Without slots, this and the next: see `playbooks.ports.Outcome`.
@dataclass(frozen=True)
class Reader(Generic[T]):
    """How the rows of one database are read, of which properties.

    `way` is whatever else the outcome of `read` hangs on: of another way, nothing is known.
    `besides`, by id, is what else that of single rows hangs on: where it differs, they are read
    again.
    """

    data_source_id: str
    properties: Sequence[str]
    read: Callable[[Row], T]
    way: object
    besides: Mapping[str, Hashable] = field(default_factory=dict[str, Hashable])


@dataclass(frozen=True)
class _Kept(Generic[T]):
    """`versions` are those of the rows, by id, as are their readings."""

    reader: Reader[T]
    as_of: datetime
    read_at: datetime
    rows_count: int
    readings: Mapping[str, T]
    versions: Mapping[str, str]


@dataclass
class KeptReadings(Generic[T]):
    """What one process keeps, of at most so many rows; the database used last comes last."""

    most_rows: int
    _kept: dict[str, _Kept[T]] = field(default_factory=dict[str, _Kept[T]])

    async def read(self, view: View, reader: Reader[T], now: datetime) -> AsyncGenerator[T]:
        """What each row of the view is read as, at `now`; of too many rows none is kept."""
        known = self._kept.pop(reader.data_source_id, None)
        if view.reading.rows_count > self.most_rows:
            async for row in view.rows(reader.properties):
                yield reader.read(row)
            return
        if known is not None and known.reader.way != reader.way:
            known = None
        if known is None or not _is_unchanged(known, view, reader):
            known = await _read(view, reader, known, now)
        self._keep(reader.data_source_id, known)
        for reading in known.readings.values():
            yield reading

    def _keep(self, data_source_id: str, known: _Kept[T]) -> None:
        self._kept[data_source_id] = known
        while len(self._kept) > 1 and self._rows_count() > self.most_rows:
            del self._kept[next(iter(self._kept))]

    def _rows_count(self) -> int:
        return sum(len(each.readings) for each in self._kept.values())


def _is_unchanged(known: _Kept[T], view: View, reader: Reader[T]) -> bool:
    """Whether no refresh, not even one that failed, can have brought anything since."""
    told = view.reading
    same = (known.as_of, known.rows_count) == (told.as_of, told.rows_count)
    same = same and known.reader.besides == reader.besides
    return same and told.complete and told.stale_because is None


async def _read(view: View, reader: Reader[T], known: _Kept[T] | None, now: datetime) -> _Kept[T]:
    """What is new beside what is known; everything where rows have gone."""
    since = None if known is None else known.read_at - KEEPING
    readings = {} if known is None else dict(known.readings)
    versions = {} if known is None else _still(known, reader)
    async for row in view.rows(reader.properties, since=since, unless=versions):
        readings[row.id] = reader.read(row)
        versions[row.id] = row.version
    count = view.reading.rows_count
    if known is not None and count - known.rows_count != len(readings) - len(known.readings):
        return await _read(view, reader, None, now)
    if known is None and len(readings) >= MANY_ROWS:
        _spare_the_collector()
    return _Kept(reader, view.reading.as_of, now, count, readings, versions)


def _spare_the_collector() -> None:
    """Of 100,000 tasks, which hold no cycles, its walks are a quarter of a wide question's time.

    What was spared before is looked through once more, so that nothing stays for ever.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _still(known: _Kept[T], reader: Reader[T]) -> dict[str, str]:
    """The versions of the rows that would be read as before."""
    versions = dict(known.versions)
    for row_id, _ in known.reader.besides.items() ^ reader.besides.items():
        versions.pop(row_id, None)
    return versions

"""What relations lead to: which rows a table has, and what those that are not there have become."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from playbooks.errors import NotionError, PlaybookError

Fate: TypeAlias = Literal["there", "in the trash", "not shared or gone", "not known"]

MOST_ASKED: Final = 50
"""So many targets that are in no copy are read one by one; of more nothing is known."""


@dataclass(frozen=True, slots=True)
class Back:
    """What the other side of a two-way relation shows of one row."""

    ids: frozenset[str]
    complete: bool


@dataclass(frozen=True, slots=True)
class TargetRows:
    """The rows of a table by id, with the other side where there is one."""

    rows: Mapping[str, Back | None]


ReadTable: TypeAlias = Callable[[str, str | None], Awaitable[TargetRows]]
"""Reads the rows of a data source, with the property of that id."""

AskFate: TypeAlias = Callable[[str], Awaitable[bool | None]]
"""Whether a page is in the trash; None when it is not shared, or gone. May raise NotionError."""


@dataclass(slots=True)
class Targets:
    """Each table is read once, each missing page asked about once, and of those a bounded number.

    `rows` is None for a table that cannot be read.
    """

    read: ReadTable
    ask: AskFate
    _tables: dict[tuple[str, str | None], TargetRows | None] = field(
        default_factory=dict[tuple[str, str | None], TargetRows | None]
    )
    _fates: dict[str, Fate] = field(default_factory=dict[str, Fate])
    _asked_count: int = 0

    async def prepare(self, data_source_id: str, back_id: str | None) -> None:
        """Read the table, where that was not done."""
        place = (data_source_id, back_id)
        if place not in self._tables:
            try:
                self._tables[place] = await self.read(*place)
            except PlaybookError:
                self._tables[place] = None

    def rows(self, data_source_id: str, back_id: str | None) -> TargetRows | None:
        """What `prepare` has read; None where it could not."""
        return self._tables.get((data_source_id, back_id))

    async def fates(self, page_ids: Iterable[str]) -> Mapping[str, Fate]:
        """What became of pages that are in no table."""
        wanted = dict.fromkeys(page_ids)
        for page_id in wanted:
            if page_id not in self._fates:
                self._fates[page_id] = await self._fate(page_id)
        return {page_id: self._fates[page_id] for page_id in wanted}

    async def _fate(self, page_id: str) -> Fate:
        if self._asked_count >= MOST_ASKED:
            return "not known"
        self._asked_count += 1
        try:
            in_trash = await self.ask(page_id)
        except NotionError:
            return "not known"
        if in_trash is None:
            return "not shared or gone"
        return "in the trash" if in_trash else "there"

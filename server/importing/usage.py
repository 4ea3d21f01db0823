"""The import of calls of AI tools: each line once, however often its file is read."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from playbooks.ports import UsageBook
from playbooks.usage import UsageRecord
from server.importing.lines import SkippedLine
from server.importing.usage_file import Told, UsageFile

Progress: TypeAlias = Callable[[int, int | None, str], None]
"""Told lines done, lines in all (None: nobody knows), and what is being done."""

SKIPPED_SHOWN: Final = 20
"""So many lines that could not be read are told one by one; all are counted."""

_BATCH_COUNT: Final = 500


@dataclass(slots=True)
class UsageImport:
    """What came of an import.

    `elsewhere_count` lines tell of calls that other lines count. `by_tool` counts the records of
    each tool, `skipped` are the first lines that could not be kept.
    """

    lines_count: int = 0
    new_count: int = 0
    known_count: int = 0
    elsewhere_count: int = 0
    skipped_count: int = 0
    skipped: list[SkippedLine] = field(default_factory=list[SkippedLine])
    by_tool: Counter[str] = field(default_factory=Counter[str])

    def take(self, told: Told) -> UsageRecord | None:
        """Count what a line tells; the record that is to be kept, if it is one."""
        self.lines_count += 1
        if isinstance(told, UsageRecord):
            self.by_tool[told.tool] += 1
            return told
        if isinstance(told, SkippedLine):
            self.skipped_count += 1
            if len(self.skipped) < SKIPPED_SHOWN:
                self.skipped.append(told)
        else:
            self.elsewhere_count += 1
        return None


async def import_usage(
    files: Sequence[UsageFile], book: UsageBook | None, progress: Progress
) -> UsageImport:
    """Keep what is new in the files; without a book they are only read.

    Interrupted, it goes on when it is started again: what is kept is known by its id. Raises
    FileUnusable, MapInvalid, StoreUnusable; what was kept by then stays.
    """
    done = UsageImport()
    for file in files:
        for batch in _batches(file, done):
            if book is not None:
                new = await book.record(batch)
                done.new_count += len(new)
                done.known_count += len(batch) - len(new)
            progress(done.lines_count, None, f"reading {file.path.name}")
    return done


def _batches(file: UsageFile, done: UsageImport) -> Iterator[list[UsageRecord]]:
    batch: list[UsageRecord] = []
    for told in file.records():
        record = done.take(told)
        if record is not None:
            batch.append(record)
        if len(batch) == _BATCH_COUNT:
            yield batch
            batch = []
    yield batch

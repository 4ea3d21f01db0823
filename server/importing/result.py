"""What came of an import, counted as it goes on."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from server.importing.lines import SkipKind, SkippedLine
from server.importing.target import Target

EXAMPLES_PER_KIND: Final = 5
"""So many skipped lines of each kind are kept, so that one kind does not hide the others."""

NoteKind: TypeAlias = Literal[
    "completed_before_started",
    "started_before_estimated",
    "hours_below_zero",
    "no_line_in_joined_file",
    "several_pages_with_its_external_id",
]
"""What is odd about a task and yet was loaded as it is."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    `lines_count` are the lines below the header, empty ones left out; `tasks_count` those that
    became tasks: created, updated and unchanged ones together. `skipped` are examples of the
    lines not loaded, in order; `skipped_counts` and `notes` count all of them by kind.
    `rows_per_s` are tasks per second of the whole import.
    """

    lines_count: int
    tasks_count: int
    created_count: int
    updated_count: int
    unchanged_count: int
    skipped: tuple[SkippedLine, ...]
    skipped_counts: Mapping[SkipKind, int]
    notes: Mapping[NoteKind, int]
    data_source_id: str
    database_title: str
    elapsed_s: float
    rows_per_s: float


@dataclass(slots=True)
class Tally:
    """The counts of an import that is going on."""

    lines_count: int = 0
    created_count: int = 0
    updated_count: int = 0
    unchanged_count: int = 0
    skipped: list[SkippedLine] = field(default_factory=list[SkippedLine])
    skipped_counts: Counter[SkipKind] = field(default_factory=Counter[SkipKind])
    notes: Counter[NoteKind] = field(default_factory=Counter[NoteKind])

    def skip(self, line: SkippedLine) -> None:
        """Count a line that is not loaded."""
        self.skipped_counts[line.kind] += 1
        if self.skipped_counts[line.kind] <= EXAMPLES_PER_KIND:
            self.skipped.append(line)

    def result(self, target: Target, elapsed_s: float) -> ImportResult:
        """The counts as they are now."""
        tasks_count = self.created_count + self.updated_count + self.unchanged_count
        return ImportResult(
            lines_count=self.lines_count,
            tasks_count=tasks_count,
            created_count=self.created_count,
            updated_count=self.updated_count,
            unchanged_count=self.unchanged_count,
            skipped=tuple(self.skipped),
            skipped_counts=dict(self.skipped_counts),
            notes=dict(self.notes),
            data_source_id=target.data_source_id,
            database_title=target.title,
            elapsed_s=elapsed_s,
            rows_per_s=tasks_count / elapsed_s if elapsed_s > 0 else 0.0,
        )

"""What was found when a workspace was compared with a snapshot, and what is done about it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from playbooks.plan import Change
from playbooks.restore_order import Thing

_NOTES_COUNT: Final = 40


@dataclass(slots=True)
class Seen:
    """Changes in the order in which they are made, and what is left as it is.

    `left` counts things by (noun, what of them). `pages` are those whose content could be
    compared, and whether Notion shows them as the snapshot does, `rows` those of them in tables.
    `names` are names of columns that are known, `sides` two-way relations that come back.
    """

    counts: Counter[str] = field(default_factory=Counter[str])
    left: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    untrashed: list[Change] = field(default_factory=list[Change])
    columns: list[Change] = field(default_factory=list[Change])
    made: list[Thing] = field(default_factory=list[Thing])
    cells: list[Change] = field(default_factory=list[Change])
    contents: list[Change] = field(default_factory=list[Change])
    notes: list[str] = field(default_factory=list[str])
    pages: dict[str, bool] = field(default_factory=dict[str, bool])
    rows: set[str] = field(default_factory=set[str])
    names: set[str] = field(default_factory=set[str])
    contents_compared_count: int = 0
    sides: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def leave(self, noun: str, what: str, *, count: int = 1) -> None:
        """So many of these differ, are gone or were not compared, and no change is about them."""
        if count:
            self.left[noun, what] += count

    def note(self, line: str) -> None:
        """Tell it of one of them, as long as anybody would read it."""
        if len(self.notes) < _NOTES_COUNT:
            self.notes.append(line)

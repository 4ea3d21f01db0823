"""What a change of a plan is about: one text that names a thing and its one changing aspect.

* `setting`/NAME                        one of our own settings; a number, None for the file's
* `cell`/PAGE/PROPERTY_ID               one value of a page, in the form that Notion accepts
* `trash`/PAGE                          whether a page is in the trash
* `trash`/PAGE/EDITED_AT                the same; moved to it only as it was edited then
* `column`/DATA_SOURCE/KEY              one column of a table: its schema, None where there is none
* `made`/SNAPSHOT/ORIGINAL_ID           an object made again from a snapshot: the hash of its record
* `content`/SNAPSHOT/PAGE               the blocks of a page: the hash of their record, or None
* `linked`/SNAPSHOT/ORIGINAL_ID         its relations and mentions of other such objects
* `baseline`/WORKSPACE                  the approved access; None where none was approved

A change goes from `before` to `after` whatever kind of plan it belongs to; so one set of functions
reads and writes each aspect, and a plan is undone by changes with the two exchanged.
"""

from dataclasses import dataclass
from typing import Literal, get_args

Aspect = Literal["setting", "cell", "trash", "column", "made", "linked", "content", "baseline"]


@dataclass(frozen=True, slots=True)
class Target:
    """A target taken apart; `parts` are what follows the aspect."""

    aspect: Aspect
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join((self.aspect, *self.parts))

    @staticmethod
    def of(text: str) -> "Target":
        """The target that the text names; a text of no aspect is an old name of a setting."""
        first, *rest = text.split("/")
        for aspect in get_args(Aspect):
            if first == aspect:
                return Target(aspect, tuple(rest))
        return Target("setting", (text,))

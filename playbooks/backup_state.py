"""What is remembered of the reading of a backup, and what is wanted of it."""

from dataclasses import dataclass, field
from datetime import datetime

from playbooks.snapshot import Snapshot


class TimeIsUp(Exception):
    """The call has used its time; the draft holds what was read."""


@dataclass(slots=True)
class State:
    """What is remembered of a reading over all the calls that it takes.

    `unread` are sentences by what could not be read; `tables` titles by id. `read` are the places
    whose pages were read whole; `comments_due` places by the pages whose comments are to be read
    again, edited or not.
    """

    requests_count: int = 0
    changed_count: int = 0
    deleted_count: int = 0
    edited_meanwhile_count: int = 0
    unread: dict[str, str] = field(default_factory=dict[str, str])
    read: list[str] = field(default_factory=list[str])
    comments_due: dict[str, str] = field(default_factory=dict[str, str])
    gaps: list[str] = field(default_factory=list[str])
    tables: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def unread_content(self) -> tuple[str, ...]:
        """The pages whose content could not be read."""
        return tuple(
            thing
            for kind, _, thing in (each.partition("/") for each in self.unread)
            if kind == "content"
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a backup is to hold, and until when this call may read.

    `why_full` says why it builds on none, where it might have.
    """

    base: Snapshot | None
    content: bool
    block_comments: bool
    until: datetime
    why_full: str = ""

"""The cursors of queries, `s:<uuid>:<row id>`: they name the last row given.

The uuid seals the question and how many rows have come so far. So a page needs no memory of those
before it, in any process, and the cursor of another question is refused.
"""

import hashlib
import re
from dataclasses import dataclass
from uuid import UUID

from server.workspace.paging import bad_cursor

_FORM = re.compile(r"s:[0-9a-f-]{28}([0-9a-f]{8}):([0-9a-f-]{36})")
_SEAL_BYTES = 12
_COUNT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Cursor:
    """Behind which row a page begins, and how many rows came before it."""

    row_id: str
    rows_count: int

    def sealed(self, asked: str) -> str:
        """As a client gets it that asked this."""
        count = self.rows_count.to_bytes(_COUNT_BYTES)
        seal = hashlib.sha256(f"{asked}\n{self.row_id}\n".encode() + count).digest()
        return f"s:{UUID(bytes=seal[:_SEAL_BYTES] + count)}:{self.row_id}"


def opened(text: str, asked: str) -> Cursor:
    """The cursor that a client sent back; 400 unless it was given for the same question."""
    form = _FORM.fullmatch(text)
    cursor = Cursor(form[2], int(form[1], 16)) if form else None
    if cursor is None or cursor.sealed(asked) != text:
        raise bad_cursor(text)
    return cursor

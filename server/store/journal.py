"""The statements of the journal: append-only, each entry sealed with the one before it."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select, update

from playbooks.plan import JournalEntry
from server.store.opening import in_turn, writing
from server.store.schema import journal, journal_head

FIRST_PREVIOUS: Final = "0" * 64
"""What stands for the hash before the first entry."""

_LOCK: Final = 0x6A6F7572
"""Processes take turns here on PostgreSQL, so that no two find the same last entry."""

_BATCH_COUNT: Final = 1_000


def append(engine: Engine, entries: Sequence[JournalEntry]) -> None:
    """Number the entries, seal each with the hash before it, and keep them all or none."""
    with writing(engine) as connection:
        in_turn(connection, _LOCK)
        number, previous = _head(connection)
        for entry in entries:
            number += 1
            values = entry.model_dump() | _plain(entry)
            sealed = _seal(number, previous, entry)
            row = {**values, "number": number, "previous": previous, "hash": sealed}
            connection.execute(insert(journal).values(row))
            previous = sealed
        _set_head(connection, number, previous)


def first_broken(engine: Engine) -> int | None:
    """The number of the first entry that is missing, changed or out of its place; None if none.

    Entries cut off at the end are missed, too. Memory does not grow with the journal.
    """
    number, previous = 0, FIRST_PREVIOUS
    everything = select(journal).order_by(journal.c.number)
    everything = everything.execution_options(yield_per=_BATCH_COUNT)
    with engine.connect() as connection, connection.execute(everything) as rows:
        for row in rows.mappings():
            number += 1
            entry = JournalEntry(**{name: row[name] for name in JournalEntry.model_fields})
            expected = (number, previous, _seal(number, previous, entry))
            if (row["number"], row["previous"], row["hash"]) != expected:
                return number
            previous = row["hash"]
        # In the same transaction, so that nobody appends in between.
        ends_where_it_should = _head(connection) == (number, previous)
    return None if ends_where_it_should else number + 1


def _head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the entry that was appended last, whatever the journal holds by now."""
    row = connection.execute(select(journal_head.c.number, journal_head.c.hash)).one_or_none()
    return (row.number, row.hash) if row else (0, FIRST_PREVIOUS)


def _set_head(connection: Connection, number: int, sealed: str) -> None:
    values = {"number": number, "hash": sealed}
    if connection.execute(update(journal_head).values(values)).rowcount == 0:
        connection.execute(insert(journal_head).values(id=1, **values))


def _seal(number: int, previous: str, entry: JournalEntry) -> str:
    """SHA-256 over the hash before, the number, and every field in one fixed form."""
    told = {**entry.model_dump(mode="json"), "at": entry.at.astimezone(UTC).isoformat()}
    written = json.dumps([previous, number, told], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _plain(entry: JournalEntry) -> dict[str, Any]:
    """Before and after as the JSON that is kept."""
    return entry.model_dump(mode="json", include={"before", "after"})

"""The statements of the journal: append-only, each entry sealed with the one before it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from playbooks.plan import JournalEntry
from server.store.opening import in_turn, writing
from server.store.schema import journal, journal_head, plan_steps

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


def last(engine: Engine, subject: str) -> JournalEntry | None:
    """The newest entry about exactly that, or None."""
    about = select(journal).where(journal.c.subject == subject).order_by(journal.c.number.desc())
    with engine.connect() as connection:
        row = connection.execute(about.limit(1)).mappings().one_or_none()
    return None if row is None else _entry(row)


def first_broken(engine: Engine) -> int | None:
    """The number of the first entry that is missing, changed or out of its place; None if none.

    Entries cut off at the end are missed, too. Memory does not grow with the journal.
    """
    number, previous = 0, FIRST_PREVIOUS
    with engine.connect() as connection:
        for row in _rows(connection):
            number += 1
            if row is None or not _follows(row, number, previous):
                return number
            previous = row["hash"]
        # In the same transaction, so that nobody appends in between.
        ends_where_it_should = _head(connection) == (number, previous)
        if number == 0 and _plans_were_applied(connection):
            return 1
    return None if ends_where_it_should else number + 1


def _rows(connection: Connection) -> Iterator[RowMapping | None]:
    """All in order; at the first that holds no JSON or no instant None, and no more."""
    seen: int | None = None
    for batch_count in (_BATCH_COUNT, 1):  # one that cannot be read takes its batch along
        following = select(journal).order_by(journal.c.number)
        if seen is not None:
            following = following.where(journal.c.number > seen)
        following = following.execution_options(yield_per=batch_count)
        try:
            with connection.execute(following) as rows:
                for row in rows.mappings():
                    yield row
                    seen = row["number"]
        except ValueError:
            continue
        return
    yield None


def _follows(row: RowMapping, number: int, previous: str) -> bool:
    """Whether the row is the entry of that number, as it was sealed after the one before it."""
    try:
        sealed = _seal(number, previous, _entry(row))
    except ValidationError:
        return False
    return (row["number"], row["previous"], row["hash"]) == (number, previous, sealed)


def _entry(row: RowMapping) -> JournalEntry:
    return JournalEntry(**{name: row[name] for name in JournalEntry.model_fields})


def _plans_were_applied(connection: Connection) -> bool:
    """Whether steps stand: the plan and its approval were journalled before its first."""
    return connection.execute(select(plan_steps.c.plan_id).limit(1)).first() is not None


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

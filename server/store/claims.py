"""Rights to write something of Notion's, so that two processes do not write it twice."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, or_, update
from sqlalchemy.dialects import postgresql, sqlite

CLAIMED_FOR: Final = timedelta(minutes=2)
"""How long a process is waited for that died, or whose write is in doubt; Notion needs 60 s."""


def add_once(opened: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Add the row unless there is one of its key."""
    dialect = postgresql if opened.dialect.name == "postgresql" else sqlite
    opened.execute(dialect.insert(table).values(dict(row)).on_conflict_do_nothing())


def take(opened: Connection, table: Table, key: Mapping[str, object], *, now: datetime) -> bool:
    """Take the right to the row of that key; False while another's has not run out."""
    free = or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)
    taking = update(table).where(is_row(table, key), free)
    return opened.execute(taking.values(claimed_until=now + CLAIMED_FOR)).rowcount == 1


def settle(
    opened: Connection, table: Table, key: Mapping[str, object], changes: Mapping[str, object]
) -> None:
    """Give the right back, with what is known now."""
    values = {**changes, "claimed_until": None}
    opened.execute(update(table).where(is_row(table, key)).values(values))


def is_row(table: Table, key: Mapping[str, object]) -> Any:
    """The condition that a row has that key."""
    return and_(*(table.c[name] == value for name, value in key.items()))

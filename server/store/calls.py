"""The statements of telemetry: calls of the API, and readings of the mirror among them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, and_, case, func, insert, or_, select

from playbooks.records import CallRecord, Edit, Traffic
from server.store.opening import writing
from server.store.retention import drop_old_calls
from server.store.schema import calls, edits

CALLS_READ_COUNT: Final = 50_000
"""Most calls read at once: more than four hours at Notion's full rate, some 50 MB."""

_FIRST_ERROR_STATUS: Final = 400
_MADE_LATER: Final = ("connect_ms", "server_ms")
"""Columns that calls recorded by an older program leave empty."""


def record(engine: Engine, batch: Sequence[CallRecord], *, now: datetime) -> None:
    """Add the calls, then drop the calls beyond the retention."""
    if not batch:
        return
    with writing(engine) as connection:
        connection.execute(insert(calls), [asdict(call) for call in batch])
        drop_old_calls(connection, now)


def traffic(engine: Engine, since: datetime, connection: str) -> Traffic:
    """Counts over the connection's recorded calls since then."""
    asked = calls.c.method != "READ"
    failed = or_(calls.c.status.is_(None), calls.c.status >= _FIRST_ERROR_STATUS)
    served = calls.c.cache == "hit"
    counts = select(
        func.count(case((asked, 1))),
        func.count(case((and_(asked, failed, served.isnot(True)), 1))),
        func.count(calls.c.cache),
        func.count(case((served, 1))),
    ).where(calls.c.at >= since, calls.c.connection == connection, calls.c.probe.is_(False))
    with engine.connect() as opened:
        return Traffic(since, *opened.execute(counts).one())


def since(
    engine: Engine, instant: datetime, connection: str, *, limit: int = CALLS_READ_COUNT
) -> tuple[CallRecord, ...]:
    """The recorded calls, oldest first; at most `limit` newest ones."""
    columns = [
        func.coalesce(column, 0.0) if column.name in _MADE_LATER else column
        for column in calls.c
        if column.name != "id"
    ]
    newest = select(*columns).where(calls.c.at >= instant, calls.c.connection == connection)
    newest = newest.order_by(calls.c.at.desc(), calls.c.id.desc()).limit(limit)
    with engine.connect() as opened:
        read = [CallRecord(*row) for row in opened.execute(newest)]
    return tuple(reversed(read))


def edits_since(engine: Engine, instant: datetime, connection: str) -> tuple[Edit, ...]:
    """What refreshes of the mirror saw change, oldest first."""
    seen = select(edits.c.data_source_id, edits.c.at, edits.c.rows_count)
    seen = seen.where(edits.c.at >= instant, edits.c.connection == connection)
    with engine.connect() as opened:
        return tuple(Edit(*row) for row in opened.execute(seen.order_by(edits.c.at, edits.c.id)))

"""The statements of telemetry: calls of the API, and readings of the mirror among them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    and_,
    case,
    func,
    insert,
    not_,
    or_,
    select,
)

from playbooks.records import CallRecord, Edit, Recorded, Traffic
from server.store.opening import writing
from server.store.retention import drop_old_calls
from server.store.schema import calls, edits

CALLS_READ_COUNT: Final = 50_000
"""Most calls read at once: more than four hours at Notion's full rate, some 50 MB."""

_FIRST_ERROR_STATUS: Final = 400
_READING: Final = "READ"
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
    served = calls.c.cache.is_not_distinct_from("hit")
    withheld = and_(not_(served), _withheld())
    asked = and_(calls.c.method != _READING, not_(withheld))
    failed = or_(calls.c.status.is_(None), calls.c.status >= _FIRST_ERROR_STATUS)
    counts = select(
        func.count(case((asked, 1))),
        func.count(case((and_(asked, failed, not_(served)), 1))),
        func.count(calls.c.cache),
        func.count(case((served, 1))),
        func.count(case((withheld, 1))),
    ).where(calls.c.at >= since, calls.c.connection == connection, calls.c.probe.is_(False))
    with engine.connect() as opened:
        return Traffic(since, *opened.execute(counts).one())


def since(
    engine: Engine, instant: datetime, connection: str, *, limit: int = CALLS_READ_COUNT
) -> Recorded:
    """The recorded calls, oldest first; at most `limit` newest ones."""
    return _newest(engine, _recorded(instant, connection), limit)


def readings(
    engine: Engine,
    instant: datetime,
    connection: str,
    *,
    until: datetime | None = None,
    limit: int = CALLS_READ_COUNT,
) -> Recorded:
    """The recorded readings of the mirror, oldest first; at most the `limit` newest before then."""
    wanted = _recorded(instant, connection).where(calls.c.method == _READING)
    if until is not None:
        wanted = wanted.where(calls.c.at < until)
    return _newest(engine, wanted, limit)


def _withheld() -> ColumnElement[bool]:
    """Ended by us before Notion could fail."""
    never_sent = and_(calls.c.error_code == "deadline_passed", calls.c.attempts_count == 0)
    ours = or_(calls.c.error_code.in_(("cancelled", "breaker_open")), never_sent)
    return and_(calls.c.status.is_(None), calls.c.error_code.is_not(None), ours)


def _recorded(instant: datetime, connection: str) -> Select[Any]:
    columns = [
        func.coalesce(column, 0.0) if column.name in _MADE_LATER else column
        for column in calls.c
        if column.name != "id"
    ]
    return select(*columns).where(calls.c.at >= instant, calls.c.connection == connection)


def _newest(engine: Engine, wanted: Select[Any], limit: int) -> Recorded:
    # One more than is given tells whether there are more.
    newest = wanted.order_by(calls.c.at.desc(), calls.c.id.desc()).limit(limit + 1)
    with engine.connect() as opened:
        rows = opened.execute(newest).all()
    read = [CallRecord(*row) for row in reversed(rows[:limit])]
    return Recorded(tuple(read), cut=len(rows) > limit)


def edits_since(engine: Engine, instant: datetime, connection: str) -> tuple[Edit, ...]:
    """What refreshes of the mirror saw change, oldest first."""
    seen = select(edits.c.data_source_id, edits.c.at, edits.c.rows_count)
    seen = seen.where(edits.c.at >= instant, edits.c.connection == connection)
    with engine.connect() as opened:
        return tuple(Edit(*row) for row in opened.execute(seen.order_by(edits.c.at, edits.c.id)))

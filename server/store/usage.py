"""The statements of usage: records of calls of AI tools, and the rows of Notion that hold them."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, Select, and_, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from playbooks.arguments import KEPT_FOR
from playbooks.usage import Bucket, RolledUp, UsageRecord
from server.store import claims
from server.store.opening import writing
from server.store.schema import usage, usage_rows

USAGE_READ_COUNT: Final = 200_000
"""Most records read at once; of more, the newest."""

_KEY: Final = ("tool", "day", "ending")
_DIGEST_LENGTH: Final = 8

Place = tuple[str, str]
"""The connection, and the data source whose rows are meant."""


def record(
    engine: Engine, connection: str, batch: Sequence[UsageRecord], *, now: datetime
) -> frozenset[str]:
    """Add the records whose ids are new, then drop what is too old; the ids added."""
    rows = [_columns(connection, each) for each in batch]
    if not rows:
        return frozenset()
    with writing(engine) as opened:
        dialect = postgresql if opened.dialect.name == "postgresql" else sqlite
        adding = dialect.insert(usage).on_conflict_do_nothing().returning(usage.c.id)
        added = frozenset(opened.execute(adding, rows).scalars())
        _drop_old(opened, now)
    return added


def between(
    engine: Engine,
    connection: str,
    since: datetime,
    until: datetime,
    *,
    limit: int = USAGE_READ_COUNT,
) -> tuple[UsageRecord, ...]:
    """The records from `since` until before `until`, oldest first."""
    columns = [usage.c[name] for name in UsageRecord.__slots__]
    there = (usage.c.connection == connection, usage.c.at >= since, usage.c.at < until)
    newest = select(*columns).where(*there).order_by(usage.c.at.desc(), usage.c.id.desc())
    with engine.connect() as opened:
        read = [UsageRecord(*row) for row in opened.execute(newest.limit(limit))]
    return tuple(reversed(read))


def to_write(engine: Engine, place: Place, only: Bucket | None = None) -> tuple[RolledUp, ...]:
    """The buckets of which the rows do not hold everything yet, oldest first."""
    with engine.connect() as opened:
        found = opened.execute(_unwritten(place, only)).all()
        tasks = _tasks(opened, place[0], found)
    return tuple(_rolled_up(row, tasks) for row in found)


def contents(engine: Engine, connection: str, bucket: Bucket) -> str:
    """Eight hex digits of the ids of the bucket's records."""
    held = select(usage.c.id).where(usage.c.connection == connection, _is_bucket(bucket))
    with engine.connect() as opened:
        ids = sorted(opened.execute(held).scalars())
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:_DIGEST_LENGTH]


def claim(engine: Engine, place: Place, bucket: Bucket, *, now: datetime) -> bool:
    """Take the right to write the bucket's row; False while another's has not run out."""
    key = _row_key(place, bucket)
    with writing(engine) as opened:
        claims.add_once(opened, usage_rows, {**key, "written_count": 0})
        return claims.take(opened, usage_rows, key, now=now)


def settle(engine: Engine, place: Place, bucket: Bucket, changes: Mapping[str, object]) -> None:
    """Give the right back; with `page_id` and `written_count`, what was written, if anything."""
    with writing(engine) as opened:
        claims.settle(opened, usage_rows, _row_key(place, bucket), changes)


def store_key(engine: Engine, connection: str) -> str:
    """A random text of eight digits, made at the first call and kept."""
    key = _row_key((connection, _NOWHERE), _KEY_BUCKET)
    made = {"written_count": 0, "page_id": secrets.token_hex(4)}
    with writing(engine) as opened:
        claims.add_once(opened, usage_rows, {**key, **made})
        kept = select(usage_rows.c.page_id).where(claims.is_row(usage_rows, key))
        return str(opened.execute(kept).scalar_one())


_NOWHERE: Final = ""
"""No data source: the row that keeps the store's key is none of Notion's."""

_KEY_BUCKET: Final = Bucket("", date.max, "unknown")
"""Of a day that is never too old to keep."""


def page_ids(engine: Engine, place: Place) -> frozenset[str]:
    """The rows that hold nothing but records that are kept here."""
    held = claims.is_row(usage_rows, _place(place))
    with engine.connect() as opened:
        found = select(usage_rows.c.page_id).where(held, usage_rows.c.page_id.is_not(None))
        return frozenset(opened.execute(found).scalars())


def _columns(connection: str, record: UsageRecord) -> dict[str, Any]:
    told = {name: getattr(record, name) for name in UsageRecord.__slots__}
    return {**told, "connection": connection, "ending": record.ending}


def _unwritten(place: Place, only: Bucket | None) -> Select[*tuple[Any, ...]]:
    connection, data_source_id = place
    rows = and_(
        usage_rows.c.connection == usage.c.connection,
        usage_rows.c.data_source_id == data_source_id,
        *(usage_rows.c[name] == usage.c[name] for name in _KEY),
    )
    written = func.coalesce(func.max(usage_rows.c.written_count), 0)
    key = [usage.c[name] for name in _KEY]
    timed = func.sum(usage.c.response_time_ms * _weight())
    weights = func.sum(_weight()).filter(usage.c.response_time_ms.is_not(None))
    found = (
        select(
            *key,
            func.count().label("records_count"),
            func.sum(usage.c.calls_count).label("calls_count"),
            (timed / weights).label("response_time_ms"),
            func.sum(usage.c.tokens).label("tokens"),
            func.sum(usage.c.cost).label("cost"),
            func.max(usage_rows.c.page_id).label("page_id"),
        )
        .select_from(usage.outerjoin(usage_rows, rows))
        .where(usage.c.connection == connection)
        .group_by(*key)
        .having(func.count() > written)
        .order_by(usage.c.day, usage.c.tool, usage.c.ending)
    )
    return found if only is None else found.where(_is_bucket(only))


def _weight() -> Any:
    """A time weighs as many calls as it is the mean of, one at least."""
    return func.coalesce(func.nullif(usage.c.calls_count, 0), 1)


def _is_bucket(bucket: Bucket) -> Any:
    return claims.is_row(usage, asdict(bucket))


def _row_key(place: Place, bucket: Bucket) -> dict[str, object]:
    return {**_place(place), **asdict(bucket)}


def _place(place: Place) -> dict[str, object]:
    return {"connection": place[0], "data_source_id": place[1]}


def _tasks(
    opened: Connection, connection: str, found: Sequence[Row[*tuple[Any, ...]]]
) -> Mapping[tuple[str, date, str], list[str]]:
    """The tasks of each bucket, in a fixed order."""
    days = {row.day for row in found}
    linked = (
        select(*(usage.c[name] for name in _KEY), usage.c.task_id)
        .where(usage.c.connection == connection, usage.c.task_id.is_not(None))
        .distinct()
        .order_by(usage.c.task_id)
    )
    if days:
        linked = linked.where(usage.c.day.between(min(days), max(days)))
    tasks: defaultdict[tuple[str, date, str], list[str]] = defaultdict(list)
    for row in opened.execute(linked) if days else ():
        tasks[row.tool, row.day, row.ending].append(row.task_id)
    return tasks


def _rolled_up(
    row: Row[*tuple[Any, ...]], tasks: Mapping[tuple[str, date, str], list[str]]
) -> RolledUp:
    return RolledUp(
        Bucket(row.tool, row.day, row.ending),
        records_count=row.records_count,
        calls_count=int(row.calls_count),
        response_time_ms=row.response_time_ms,
        tokens=None if row.tokens is None else int(row.tokens),
        cost=row.cost,
        task_ids=tuple(tasks.get((row.tool, row.day, row.ending), ())),
        page_id=row.page_id,
    )


def _drop_old(opened: Connection, now: datetime) -> None:
    """Whole days only, of the records and of the rows that hold them alike."""
    oldest = (now - KEPT_FOR).date() - timedelta(days=1)
    for table in (usage, usage_rows):
        opened.execute(delete(table).where(table.c.day < oldest))

"""The statements of the mirror: copies of data sources, their rows, and who refreshes them."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from playbooks.clock import Clock
from playbooks.mirrored import Batch, FullRead, KeptRow, KeptSource, Stretch, TurnLost
from playbooks.records import Transition
from server.store.opening import shared_now, upsert, writing
from server.store.schema import (
    Instant,
    edits,
    mirror_leases,
    mirror_rows,
    mirror_sources,
    mirror_trashed,
    transitions,
)

Place = tuple[str, str]
"""The key of the connection and the id of the data source."""

_TRASHED_FOR: Final = timedelta(days=1)
"""Longer than any refresh takes: until then the pages that it holds may be older."""

_ROW: Final = tuple(mirror_rows.c[field.name] for field in fields(KeptRow))
_TRANSITION: Final = tuple(transitions.c[field.name] for field in fields(Transition))


def source(engine: Engine, place: Place) -> KeptSource | None:
    """What is known of the copy; None when there is none."""
    with engine.connect() as connection:
        return _source(connection, place)


def schemas(engine: Engine, connection_key: str) -> Sequence[Mapping[str, Any]]:
    """Of every data source with rows, as Notion wrote it; by id."""
    is_ours = mirror_sources.c.connection == connection_key
    has_rows = or_(mirror_sources.c.complete, mirror_sources.c.rows_count > 0)
    wanted = select(mirror_sources.c.schema).where(is_ours, has_rows)
    with engine.connect() as connection:
        ordered = wanted.order_by(mirror_sources.c.data_source_id)
        return connection.execute(ordered).scalars().all()


def keep_source(engine: Engine, place: Place, known: KeptSource, *, owner: str) -> KeptSource:
    """Insert or replace it; gives it with its rows counted. Raises TurnLost."""
    with _in_turn(engine, place, owner) as connection:
        counted = replace(known, rows_count=_rows_count(connection, place))
        values = {
            **{name: getattr(counted, name) for name in _PLAIN},
            "schema": dict(counted.schema),
            "gaps": list(counted.gaps),
            "pending": _written(counted.pending),
        }
        upsert(connection, mirror_sources, _key(place), values)
    return counted


def rows_by_id(engine: Engine, place: Place, ids: Sequence[str]) -> dict[str, KeptRow]:
    """Those of the rows that are kept."""
    wanted = select(*_ROW).where(_there(mirror_rows, place), mirror_rows.c.id.in_(ids))
    with engine.connect() as connection:
        return {row.id: KeptRow(*row) for row in connection.execute(wanted)}


def keep(
    engine: Engine, place: Place, batch: Batch, pending: FullRead | None, *, owner: str
) -> None:
    """Make the changes and set what is pending, in one transaction. Raises TurnLost."""
    of_source = _there(mirror_sources, place)
    with _in_turn(engine, place, owner) as connection:
        _make(connection, place, batch)
        connection.execute(
            update(mirror_sources).where(of_source).values(pending=_written(pending))
        )


def keep_alone(engine: Engine, place: Place, batch: Batch) -> None:
    """Make the changes, between those of whoever refreshes."""
    with _between_turns(engine, place[0]) as connection:
        _make(connection, place, batch)
        _count_again(connection, place)


def forget(engine: Engine, connection_key: str, row_id: str, *, at: datetime) -> None:
    """Drop the row wherever it is kept; what was asked before then does not bring it back."""
    is_ours = mirror_sources.c.connection == connection_key
    with _between_turns(engine, connection_key) as connection:
        key = {"connection": connection_key, "row_id": row_id}
        upsert(connection, mirror_trashed, key, {"at": at})
        passed = not_(mirror_trashed.c.at.between(at - _TRASHED_FOR, at + _TRASHED_FOR))
        of_connection = mirror_trashed.c.connection == connection_key
        connection.execute(delete(mirror_trashed).where(of_connection, passed))
        for home in connection.execute(select(mirror_sources.c.data_source_id).where(is_ours)):
            place = (connection_key, home.data_source_id)
            row = and_(_there(mirror_rows, place), mirror_rows.c.id == row_id)
            if connection.execute(delete(mirror_rows).where(row)).rowcount:
                _count_again(connection, place)


def unconfirmed(
    engine: Engine,
    place: Place,
    within: tuple[datetime, datetime],
    *,
    after_id: str,
    limit: int,
) -> Sequence[str]:
    """Ids, in their order, of rows that Notion has not confirmed within these two instants."""
    is_old = not_(mirror_rows.c.fetched_at.between(*within))
    old = select(mirror_rows.c.id).where(
        _there(mirror_rows, place), is_old, mirror_rows.c.id > after_id
    )
    with engine.connect() as connection:
        return connection.execute(old.order_by(mirror_rows.c.id).limit(limit)).scalars().all()


def bodies(
    engine: Engine,
    place: Place,
    after: tuple[datetime, str] | None,
    *,
    limit: int,
    since: datetime | None = None,
) -> Sequence[KeptRow]:
    """The next rows by creation and id, after that place; fetched at `since` or later."""
    key = tuple_(mirror_rows.c.created_at, mirror_rows.c.id)
    following = select(*_ROW).where(_there(mirror_rows, place))
    if after is not None:
        following = following.where(key > tuple_(literal(after[0], Instant), literal(after[1])))
    if since is not None:
        following = following.where(mirror_rows.c.fetched_at >= since)
    following = following.order_by(mirror_rows.c.created_at, mirror_rows.c.id).limit(limit)
    with engine.connect() as connection:
        return [KeptRow(*row) for row in connection.execute(following)]


def transitions_since(
    engine: Engine, place: Place, since: datetime, *, after: int, limit: int
) -> Sequence[tuple[int, Transition]]:
    """The next recorded transitions with their numbers, in the order of their recording."""
    following = select(transitions.c.id, *_TRANSITION).where(
        _there(transitions, place), transitions.c.not_after >= since, transitions.c.id > after
    )
    with engine.connect() as connection:
        found = connection.execute(following.order_by(transitions.c.id).limit(limit))
        return [(number, Transition(*values)) for number, *values in found]


def record_edit(engine: Engine, place: Place, at: datetime, rows_count: int) -> None:
    """A refresh saw so many rows changed."""
    with writing(engine) as connection:
        connection.execute(insert(edits).values(**_key(place), at=at, rows_count=rows_count))


def lease(engine: Engine, place: Place, owner: str, *, for_s: float, clock: Clock) -> bool:
    """Take or extend the right to refresh; False while another owner's has not run out.

    One that reaches further than any does was taken before the clock was set back: it is free.
    """
    with writing(engine) as connection:
        now, term = shared_now(connection, clock), timedelta(seconds=for_s)
        values = {"owner": owner, "until": now + term}
        runs = and_(mirror_leases.c.until > now, mirror_leases.c.until <= now + 2 * term)
        taking = _insert(engine.dialect.name)(mirror_leases).values(**_key(place), **values)
        taking = taking.on_conflict_do_update(
            index_elements=list(mirror_leases.primary_key),
            set_=values,
            where=or_(mirror_leases.c.owner == owner, not_(runs)),
        )
        return connection.execute(taking.returning(mirror_leases.c.owner)).first() is not None


def release(engine: Engine, place: Place, owner: str) -> None:
    """Give the right back, where it is still this owner's."""
    ours = and_(_there(mirror_leases, place), mirror_leases.c.owner == owner)
    with writing(engine) as connection:
        connection.execute(delete(mirror_leases).where(ours))


@contextmanager
def _in_turn(engine: Engine, place: Place, owner: str) -> Generator[Connection]:
    """A transaction of the lease's owner, during which nobody else can take it."""
    holding = select(mirror_leases.c.owner).where(_there(mirror_leases, place)).with_for_update()
    with writing(engine) as connection:
        if connection.execute(holding).scalar() != owner:
            raise TurnLost
        yield connection


@contextmanager
def _between_turns(engine: Engine, connection_key: str) -> Generator[Connection]:
    """A transaction during which no owner of a lease keeps anything."""
    leases = select(mirror_leases.c.owner).where(mirror_leases.c.connection == connection_key)
    with writing(engine) as connection:
        # In one order, so that two of us never wait for each other.
        connection.execute(leases.order_by(mirror_leases.c.data_source_id).with_for_update())
        yield connection


_PLAIN: Final = ("fetched_at", "newest_edit_at", "swept_at", "rows_count", "complete")


def _key(place: Place) -> dict[str, Any]:
    return {"connection": place[0], "data_source_id": place[1]}


def _there(table: Table, place: Place) -> ColumnElement[bool]:
    return and_(table.c.connection == place[0], table.c.data_source_id == place[1])


def _source(connection: Connection, place: Place) -> KeptSource | None:
    columns = [mirror_sources.c[field.name] for field in fields(KeptSource)]
    reading = select(*columns).where(_there(mirror_sources, place))
    row = connection.execute(reading).mappings().one_or_none()
    if row is None:
        return None
    values: dict[str, Any] = {field.name: row[field.name] for field in fields(KeptSource)}
    values |= {"gaps": tuple(values["gaps"]), "pending": _read(values["pending"])}
    known = KeptSource(**values)
    # Until the first reading is through, nobody has counted.
    return known if known.complete else replace(known, rows_count=_rows_count(connection, place))


def _rows_count(connection: Connection, place: Place) -> int:
    counting = select(func.count()).select_from(mirror_rows).where(_there(mirror_rows, place))
    return connection.execute(counting).scalar_one()


def _count_again(connection: Connection, place: Place) -> None:
    counted = {"rows_count": _rows_count(connection, place)}
    of_source = _there(mirror_sources, place)
    connection.execute(update(mirror_sources).where(of_source).values(counted))


def _make(connection: Connection, place: Place, batch: Batch) -> None:
    """Make the changes, but for rows that have been forgotten since they were asked for."""
    trashed = _trashed_ids(connection, place, batch)
    _upsert_rows(connection, place, [row for row in batch.rows if row.id not in trashed])
    _confirm(connection, place, batch)
    if batch.gone_ids:
        gone = mirror_rows.c.id.in_(batch.gone_ids)
        connection.execute(delete(mirror_rows).where(_there(mirror_rows, place), gone))
    if batch.transitions:
        seen = [{**_key(place), **asdict(each)} for each in batch.transitions]
        connection.execute(insert(transitions), seen)


def _trashed_ids(connection: Connection, place: Place, batch: Batch) -> frozenset[str]:
    """Of the batch's rows those that were seen in the trash after it was begun."""
    if batch.began_at is None or not batch.rows:
        return frozenset()
    since = mirror_trashed.c.at.between(batch.began_at, batch.began_at + _TRASHED_FOR)
    trashed = select(mirror_trashed.c.row_id).where(
        mirror_trashed.c.connection == place[0],
        mirror_trashed.c.row_id.in_([row.id for row in batch.rows]),
        since,
    )
    return frozenset(connection.execute(trashed).scalars())


def _upsert_rows(connection: Connection, place: Place, rows: Sequence[KeptRow]) -> None:
    if not rows:
        return
    statement = _insert(connection.dialect.name)(mirror_rows)
    changed = {column.name: statement.excluded[column.name] for column in _ROW}
    statement = statement.on_conflict_do_update(
        index_elements=list(mirror_rows.primary_key), set_=changed
    )
    connection.execute(statement, [{**_key(place), **asdict(row)} for row in rows])


def _confirm(connection: Connection, place: Place, batch: Batch) -> None:
    if batch.confirmed_ids:
        confirmed = mirror_rows.c.id.in_(batch.confirmed_ids)
        connection.execute(
            update(mirror_rows)
            .where(_there(mirror_rows, place), confirmed)
            .values(fetched_at=batch.at)
        )


def _insert(dialect: str) -> Any:
    """The INSERT that can yield to a row that is there; its types differ by database."""
    return postgresql.insert if dialect == "postgresql" else sqlite.insert


def _written(pending: FullRead | None) -> dict[str, Any] | None:
    if pending is None:
        return None
    return {
        "began_at": pending.began_at.isoformat(),
        "stretches": [
            [_text(each.since), _text(each.until), *each.where] for each in pending.stretches
        ],
        "narrowed": pending.narrowed,
        "newest_edit_at": _text(pending.newest_edit_at),
        "gaps": list(pending.gaps),
    }


def _read(written: Mapping[str, Any] | None) -> FullRead | None:
    if written is None:
        return None
    return FullRead(
        began_at=datetime.fromisoformat(written["began_at"]),
        stretches=tuple(
            Stretch(_instant(since), _instant(until), tuple(where))
            for since, until, *where in written["stretches"]
        ),
        narrowed=written["narrowed"],
        newest_edit_at=_instant(written["newest_edit_at"]),
        gaps=tuple(written["gaps"]),
    )


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

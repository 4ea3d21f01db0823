"""The statements of what is remembered of the data: schemas, known failures, rows that are gone."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Select, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from playbooks.kept_data import Acknowledged, RolledRow
from playbooks.snapshot import Json
from server.store.opening import upsert, writing
from server.store.schema import acknowledged, failures_seen, rolled_rows, schemas

T = TypeVar("T")

_PORTION: Final = 500
"""Fewer values than a statement of any engine takes."""

SCHEMAS_KEPT_COUNT: Final = 200
"""Of each table; a schema that changes more often than that is not looked back on."""


def note_schema(engine: Engine, place: tuple[str, str], at: datetime, schema: Json) -> None:
    """Remember the schema, when it is not the newest that is kept."""
    text = json.dumps(schema, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    newest = _of_table(place).order_by(schemas.c.at.desc()).limit(1)
    with writing(engine) as connection:
        known = connection.execute(newest).first()
        if known is not None and known.fingerprint == fingerprint:
            return
        key = {"connection": place[0], "data_source_id": place[1], "at": at}
        upsert(connection, schemas, key, {"fingerprint": fingerprint, "body": schema})
        _drop_old_schemas(connection, place)


def _of_table(place: tuple[str, str]) -> "Select[*tuple[Any, ...]]":
    here = (schemas.c.connection == place[0], schemas.c.data_source_id == place[1])
    return select(schemas.c.at, schemas.c.fingerprint, schemas.c.body).where(*here)


def _drop_old_schemas(connection: Connection, place: tuple[str, str]) -> None:
    ordered = _of_table(place).order_by(schemas.c.at.desc()).offset(SCHEMAS_KEPT_COUNT)
    for row in connection.execute(ordered).all():
        here = (schemas.c.connection == place[0], schemas.c.data_source_id == place[1])
        connection.execute(delete(schemas).where(*here, schemas.c.at == row.at))


def schemas_of(engine: Engine, place: tuple[str, str]) -> tuple[tuple[datetime, Json], ...]:
    """The schemas seen and since when, newest first."""
    with engine.connect() as connection:
        rows = connection.execute(_of_table(place).order_by(schemas.c.at.desc()))
        return tuple((row.at, row.body) for row in rows)


def acknowledge(engine: Engine, owner: str, known: Sequence[Acknowledged]) -> None:
    """Keep them, each in the place of one of the same rule and row."""
    with writing(engine) as connection:
        for each in known:
            key = {"connection": owner, "rule": each.rule, "row_id": each.row_id}
            told = {"reason": each.reason, "by": each.by, "at": each.at, "until": each.until}
            upsert(connection, acknowledged, key, told)


def all_acknowledged(engine: Engine, owner: str) -> tuple[Acknowledged, ...]:
    """All that are kept, by rule and row."""
    table = acknowledged
    query = select(table).where(table.c.connection == owner).order_by(table.c.rule, table.c.row_id)
    with engine.connect() as connection:
        return tuple(
            Acknowledged(row.rule, row.row_id, row.reason, row.by, row.at, row.until)
            for row in connection.execute(query)
        )


def saw(
    engine: Engine,
    place: tuple[str, str],
    row_ids: Sequence[str],
    at: datetime,
    *,
    complete: bool,
) -> dict[str, datetime]:
    """When each of the rows was first seen to break the rule of that place (owner, rule)."""
    table, here = failures_seen, _of_rule(place)
    with writing(engine) as connection:
        query = select(table.c.row_id, table.c.first_seen_at).where(*here)
        known = {row.row_id: row.first_seen_at for row in connection.execute(query)}
        new = [row_id for row_id in dict.fromkeys(row_ids) if row_id not in known]
        _add_seen(connection, place, new, at)
        if complete:
            gone = known.keys() - set(row_ids)
            for portion in _portions(sorted(gone)):
                connection.execute(delete(table).where(*here, table.c.row_id.in_(portion)))
    return {row_id: known.get(row_id, at) for row_id in row_ids}


def _of_rule(place: tuple[str, str]) -> tuple[ColumnElement[bool], ...]:
    return (failures_seen.c.connection == place[0], failures_seen.c.rule == place[1])


def _add_seen(
    connection: Connection, place: tuple[str, str], row_ids: Sequence[str], at: datetime
) -> None:
    if not row_ids:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    adding = dialect.insert(failures_seen).on_conflict_do_nothing()
    owner, rule = place
    connection.execute(
        adding,
        [
            {"connection": owner, "rule": rule, "row_id": row_id, "first_seen_at": at}
            for row_id in row_ids
        ],
    )


def roll_up(engine: Engine, place: tuple[str, str], samples: Sequence[RolledRow]) -> None:
    """Keep what reports need of rows; the same row again replaces it."""
    with writing(engine) as connection:
        for each in samples:
            key = {"connection": place[0], "data_source_id": place[1], "row_id": each.row_id}
            upsert(connection, rolled_rows, key, {"day": each.day, "body": each.values})


def rolled_up(
    engine: Engine, place: tuple[str, str], since: date, until: date
) -> tuple[RolledRow, ...]:
    """What is kept of rows of those days, `until` included, oldest first."""
    table = rolled_rows
    query = (
        select(table.c.row_id, table.c.day, table.c.body)
        .where(table.c.connection == place[0], table.c.data_source_id == place[1])
        .where(table.c.day >= since, table.c.day <= until)
        .order_by(table.c.day, table.c.row_id)
    )
    with engine.connect() as connection:
        return tuple(
            RolledRow(row.row_id, row.day, dict[str, object](row.body))
            for row in connection.execute(query)
        )


def _portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), _PORTION):
        yield values[start : start + _PORTION]

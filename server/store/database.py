"""The statements of the store. Everything here blocks: SqlStore calls it in worker threads."""

import errno
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, and_, case, delete, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from playbooks.ports import CallRecord, RunSummary, StoreState, Traffic
from playbooks.report import Report
from server.store.failures import location_of
from server.store.opening import open_engine, writing
from server.store.schema import SCHEMA_VERSION, calls, runs

CALLS_KEPT_COUNT = 200_000
"""Most calls kept: most of a day at Notion's full rate."""

CALLS_KEPT_FOR = timedelta(days=30)
"""Calls are telemetry: no report looks further back than a month."""

RUNS_KEPT_COUNT = 5_000
"""Most runs kept, of all procedures together."""

RUNS_KEPT_FOR = timedelta(days=400)
"""A review may compare with the same month of the year before."""

ROOM_BYTES = 1 << 20
"""Less free space than this is a full disk."""

_PROBE: dict[str, Any] = {
    "id": "probe",
    "procedure": "probe",
    "status": "ok",
    "headline": "",
    "connection": "",
    "as_of": datetime(1970, 1, 1, tzinfo=UTC),
    "body": {},
}


class Database:
    """The open store; the promises are those of playbooks.ports.Store.

    Raises:
        Refused, OSError, ImportError, sqlalchemy.exc.SQLAlchemyError: see failures.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def probe(self) -> StoreState:
        """Write one row, read it back, roll back; then say what the store is."""
        with writing(self._engine) as connection:
            connection.execute(insert(runs).values(_PROBE))
            connection.execute(select(runs.c.body).where(runs.c.id == _PROBE["id"])).one()
            connection.rollback()
        return StoreState(
            location=location_of(self._engine.url),
            engine=_engine_name(self._engine),
            schema_version=SCHEMA_VERSION,
            size_bytes=_size_bytes(self._engine),
        )

    def keep_run(self, report: Report, *, now: datetime) -> None:
        """Insert or replace the run, then drop the runs beyond the retention."""
        summary = report.model_dump(
            include={"procedure", "status", "headline", "as_of", "connection"}
        )
        values = {**summary, "body": report.model_dump(mode="json")}
        with writing(self._engine) as connection:
            _upsert_run(connection, report.run_id, values)
            _drop_old_runs(connection, now)

    def run(self, run_id: str) -> Report | None:
        """The kept report, or None."""
        with self._engine.connect() as connection:
            body = connection.execute(select(runs.c.body).where(runs.c.id == run_id)).scalar()
        return None if body is None else Report.model_validate(body)

    def latest_runs(
        self, procedure: str | None, connection: str | None, limit: int
    ) -> tuple[RunSummary, ...]:
        """The newest runs, newest first."""
        described = (runs.c.id, runs.c.procedure, runs.c.status, runs.c.headline, runs.c.as_of)
        newest = select(*described, runs.c.connection)
        newest = newest.order_by(runs.c.as_of.desc(), runs.c.id.desc()).limit(limit)
        if procedure is not None:
            newest = newest.where(runs.c.procedure == procedure)
        if connection is not None:
            newest = newest.where(runs.c.connection == connection)
        with self._engine.connect() as opened:
            return tuple(RunSummary(*row) for row in opened.execute(newest))

    def record_calls(self, batch: Sequence[CallRecord], *, now: datetime) -> None:
        """Add the calls, then drop the calls beyond the retention."""
        if not batch:
            return
        with writing(self._engine) as connection:
            connection.execute(insert(calls), [asdict(call) for call in batch])
            _drop_old_calls(connection, now)

    def traffic(self, since: datetime, connection: str) -> Traffic:
        """Counts over the connection's recorded calls since then."""
        served = calls.c.cache == "hit"
        failed = or_(calls.c.status.is_(None), calls.c.status >= _FIRST_ERROR_STATUS)
        counts = select(
            func.count(),
            func.count(case((and_(failed, served.isnot(True)), 1))),
            func.count(calls.c.cache),
            func.count(case((served, 1))),
        ).where(calls.c.at >= since, calls.c.connection == connection, calls.c.probe.is_(False))
        with self._engine.connect() as opened:
            return Traffic(since, *opened.execute(counts).one())


_FIRST_ERROR_STATUS = 400


def _upsert_run(connection: Connection, run_id: str, values: dict[str, Any]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(runs).values(id=run_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=[runs.c.id], set_=values))


def _drop_old_runs(connection: Connection, now: datetime) -> None:
    surplus = select(runs.c.id).order_by(runs.c.as_of.desc()).offset(RUNS_KEPT_COUNT)
    too_old = runs.c.as_of < now - RUNS_KEPT_FOR
    connection.execute(delete(runs).where(or_(too_old, runs.c.id.in_(surplus))))


def _drop_old_calls(connection: Connection, now: datetime) -> None:
    """Ids count up, so the surplus is found from the newest id without counting the rows."""
    newest_id = select(func.max(calls.c.id)).scalar_subquery()
    surplus = calls.c.id <= newest_id - CALLS_KEPT_COUNT
    too_old = calls.c.at < now - CALLS_KEPT_FOR
    connection.execute(delete(calls).where(or_(too_old, surplus)))


def _engine_name(engine: Engine) -> Literal["sqlite", "postgresql"]:
    return "postgresql" if engine.dialect.name == "postgresql" else "sqlite"


def _size_bytes(engine: Engine) -> int:
    if _engine_name(engine) == "postgresql":
        with engine.connect() as connection:
            size = func.pg_database_size(func.current_database())
            return int(connection.execute(select(size)).scalar_one())
    path = Path(str(engine.url.database))
    if shutil.disk_usage(path.parent).free < ROOM_BYTES:
        # A write that is rolled back never left SQLite's memory: it says nothing of the disk.
        raise OSError(errno.ENOSPC, "no room left")
    parts = (path, path.with_name(f"{path.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())

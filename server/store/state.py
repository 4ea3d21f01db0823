"""What the store says of itself."""

import errno
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Engine, func, insert, select

from playbooks.records import StoreState
from server.store.failures import location_of
from server.store.opening import writing
from server.store.schema import SCHEMA_VERSION, runs

ROOM_BYTES: Final = 1 << 20
"""Less free space than this is a full disk."""

_PROBE: Final[dict[str, Any]] = {
    "id": "probe",
    "procedure": "probe",
    "status": "ok",
    "headline": "",
    "connection": "",
    "as_of": datetime(1970, 1, 1, tzinfo=UTC),
    "body": {},
}


def probe(engine: Engine) -> StoreState:
    """Write one row, read it back, roll back; then say what the store is."""
    with writing(engine) as connection:
        connection.execute(insert(runs).values(_PROBE))
        connection.execute(select(runs.c.body).where(runs.c.id == _PROBE["id"])).one()
        connection.rollback()
    return StoreState(
        location=location_of(engine.url),
        engine=_name(engine),
        schema_version=SCHEMA_VERSION,
        size_bytes=_size_bytes(engine),
    )


def _name(engine: Engine) -> Literal["sqlite", "postgresql"]:
    return "postgresql" if engine.dialect.name == "postgresql" else "sqlite"


def _size_bytes(engine: Engine) -> int:
    if _name(engine) == "postgresql":
        with engine.connect() as connection:
            size = func.pg_database_size(func.current_database())
            return int(connection.execute(select(size)).scalar_one())
    path = Path(str(engine.url.database))
    if shutil.disk_usage(path.parent).free < ROOM_BYTES:
        # A write that is rolled back never left SQLite's memory: it says nothing of the disk.
        raise OSError(errno.ENOSPC, "no room left")
    parts = (path, path.with_name(f"{path.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())

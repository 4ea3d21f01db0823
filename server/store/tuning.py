"""The statements of tuned settings."""

from collections.abc import Mapping

from sqlalchemy import Engine, delete, select

from server.store.opening import upsert, writing
from server.store.schema import tuned


def values(engine: Engine) -> dict[str, float]:
    """Our own settings as plans have tuned them, by name."""
    with engine.connect() as connection:
        rows = connection.execute(select(tuned.c.name, tuned.c.value).order_by(tuned.c.name))
        return {row.name: row.value for row in rows}


def change(engine: Engine, changes: Mapping[str, float | None]) -> None:
    """Set settings, all or none; None takes one back."""
    with writing(engine) as connection:
        for name, value in changes.items():
            if value is None:
                connection.execute(delete(tuned).where(tuned.c.name == name))
            else:
                upsert(connection, tuned, {"name": name}, {"value": value})

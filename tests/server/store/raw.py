"""What stands in a store, past its own methods."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, text

from server.store.opening import open_engine, writing
from server.store.sql import SqlStore


async def query(store: SqlStore, statement: str) -> list[tuple[Any, ...]]:
    """The rows that a statement gives."""

    def run(engine: Engine) -> list[tuple[Any, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    return await store.perform(run)


async def change(store: SqlStore, statement: str, *rows: dict[str, Any]) -> None:
    """Execute a statement, once for each row of parameters."""

    def run(engine: Engine) -> None:
        with writing(engine) as connection:
            connection.execute(text(statement), list(rows) or None)

    await store.perform(run)


@contextmanager
def held(address: str, statement: str) -> Generator[None]:
    """What the statement changes is locked by somebody else, who then changes nothing."""
    engine = open_engine(address)
    try:
        with writing(engine) as connection:
            connection.execute(text(statement))
            yield
            connection.rollback()
    finally:
        engine.dispose()

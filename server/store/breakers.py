"""The statements of circuit breakers."""

from dataclasses import asdict

from sqlalchemy import Engine, select

from playbooks.records import BreakerState
from server.store.opening import CALL_PATIENCE_S, upsert, writing
from server.store.schema import breakers


def publish(engine: Engine, connection: str, state: BreakerState) -> None:
    """Keep the state of the breaker; the last process to publish it is believed."""
    values = asdict(state)
    group = values.pop("group")
    with writing(engine, patience_s=CALL_PATIENCE_S) as opened:
        upsert(opened, breakers, {"connection": connection, "group": group}, values)


def published(engine: Engine, connection: str) -> tuple[BreakerState, ...]:
    """Every breaker of the connection, by name."""
    columns = [column for column in breakers.c if column.name != "connection"]
    of_connection = select(*columns).where(breakers.c.connection == connection)
    with engine.connect() as opened:
        rows = opened.execute(of_connection.order_by(breakers.c.group)).all()
    return tuple(BreakerState(*row) for row in rows)

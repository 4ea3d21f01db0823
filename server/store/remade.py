"""The statements of objects made again: which new one stands for which of a snapshot."""

from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Engine, delete, select, update

from playbooks.remade import BEGUN, KeptObject
from server.store import claims
from server.store.opening import writing
from server.store.schema import remade

Key: TypeAlias = tuple[str, str, str]
"""Connection, plan and original id."""


def of_plan(engine: Engine, connection: str, plan_id: str) -> dict[str, KeptObject]:
    """Every object that the plan has begun to make, by its original id."""
    wanted = select(remade).where(
        claims.is_row(remade, {"connection": connection, "plan_id": plan_id})
    )
    with engine.connect() as opened:
        rows = opened.execute(wanted).all()
    return {row.original_id: KeptObject(row.new_id, row.state, row.at) for row in rows}


def begin(engine: Engine, key: Key, *, at: datetime) -> None:
    """Keep that it is about to be made."""
    with writing(engine) as opened:
        opened.execute(delete(remade).where(claims.is_row(remade, _row(key))))
        claims.add_once(opened, remade, {**_row(key), "new_id": "", "state": BEGUN, "at": at})


def settle(engine: Engine, key: Key, new_id: str, state: str) -> None:
    """Keep which object it is by now, and how far."""
    changes = {"new_id": new_id, "state": state}
    with writing(engine) as opened:
        opened.execute(update(remade).where(claims.is_row(remade, _row(key))).values(changes))


def _row(key: Key) -> dict[str, object]:
    connection, plan_id, original_id = key
    return {"connection": connection, "plan_id": plan_id, "original_id": original_id}

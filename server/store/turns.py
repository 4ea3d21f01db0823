"""The statements of turns at plans, of their steps, and of what has not ended."""

import os
import platform
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, and_, func, insert, select, update

from playbooks.clock import Clock
from playbooks.plan import Step, Unfinished
from server.store.opening import in_turn, shared_now, upsert, writing
from server.store.schema import plan_steps, plan_turns, plans

TURN_S: Final = 30.0
"""Without a sign for so long, whoever applied a plan is gone."""

_LOCK: Final = 0x7475726E
"""Processes take turns here on PostgreSQL, so that no two take the same plan."""


def take(engine: Engine, plan_id: str, clock: Clock) -> str | None:
    """A new turn at the plan; None while another one, who is alive, has it."""
    turn = secrets.token_hex(8)
    with writing(engine) as connection:
        in_turn(connection, _LOCK)
        now = shared_now(connection, clock)
        asked = select(plan_turns).where(plan_turns.c.plan_id == plan_id)
        found = connection.execute(asked).one_or_none()
        if found is not None and _held(found.turn, found.owner, found.seen_at, now):
            return None
        taken = {"turn": turn, "owner": _owner(), "seen_at": now, "stopped": False}
        upsert(connection, plan_turns, {"plan_id": plan_id}, taken)
    return turn


def sign(engine: Engine, plan_id: str, turn: str, clock: Clock) -> None:
    """A sign of life."""
    with writing(engine) as connection:
        _signed(connection, plan_id, turn, shared_now(connection, clock))


def give_back(engine: Engine, plan_id: str, turn: str, clock: Clock, *, stopped: bool) -> None:
    """End the turn, where it is still that one."""
    ours = and_(plan_turns.c.plan_id == plan_id, plan_turns.c.turn == turn)
    with writing(engine) as connection:
        values = {"turn": None, "seen_at": shared_now(connection, clock), "stopped": stopped}
        connection.execute(update(plan_turns).where(ours).values(values))


def add_step(  # noqa: PLR0913 - what a step consists of
    engine: Engine, plan_id: str, number: int, step: Step, *, turn: str, clock: Clock
) -> bool:
    """Keep the step, and a sign of life; False when the turn is another's by now."""
    with writing(engine) as connection:
        now = shared_now(connection, clock)
        # The update decides and locks the row; what follows is in the same transaction.
        if not _signed(connection, plan_id, turn, now):
            return False
        row = {"plan_id": plan_id, "number": number, "step": step, "at": now}
        connection.execute(insert(plan_steps).values(row))
    return True


def steps(engine: Engine, plan_id: str) -> tuple[Step, ...]:
    """What came of the plan's changes so far, in their order."""
    asked = select(plan_steps.c.step).where(plan_steps.c.plan_id == plan_id)
    with engine.connect() as connection:
        return tuple(connection.execute(asked.order_by(plan_steps.c.number)).scalars())


def last_at(engine: Engine, key: str) -> datetime | None:
    """Until when a plan of the connection that writes to Notion was being applied; None: none."""
    last = select(func.max(plan_turns.c.seen_at)).join(plans, plans.c.id == plan_turns.c.plan_id)
    ours = and_(plans.c.connection == key, plans.c.kind != "optimize")
    with engine.connect() as connection:
        return connection.execute(last.where(ours)).scalar()


def unfinished(engine: Engine, key: str | None, clock: Clock) -> tuple[Unfinished, ...]:
    """The plans that were begun and have not ended, oldest first: of a connection, or of all."""
    begun = select(plans.c.id, plans.c.created_at, plan_turns).where(plans.c.state == "applying")
    begun = begun.join(plan_turns, plan_turns.c.plan_id == plans.c.id, isouter=True)
    if key is not None:
        begun = begun.where(plans.c.connection == key)
    with engine.connect() as connection:
        now = shared_now(connection, clock)
        rows = connection.execute(begun.order_by(plans.c.created_at, plans.c.id)).all()
    return tuple(_unfinished(row, now) for row in rows)


def _unfinished(row: Row[Any], now: datetime) -> Unfinished:
    since = row.seen_at or row.created_at
    if _held(row.turn, row.owner, since, now):
        return Unfinished(row.id, since, "held")
    return Unfinished(row.id, since, "stopped" if row.stopped else "waits")


def _signed(connection: Connection, plan_id: str, turn: str, now: datetime) -> bool:
    ours = and_(plan_turns.c.plan_id == plan_id, plan_turns.c.turn == turn)
    return connection.execute(update(plan_turns).where(ours).values(seen_at=now)).rowcount > 0


def _held(turn: str | None, owner: str, seen_at: datetime, now: datetime) -> bool:
    """Not by one who is dead or silent; a sign from the future is of before the clock was set."""
    if turn is None or _dead(owner):
        return False
    return abs(now - seen_at) < timedelta(seconds=TURN_S)


def _owner() -> str:
    return f"{platform.node()}/{os.getpid()}"


def _dead(owner: str) -> bool:
    """Whether it was a process of this machine that is no more; elsewhere silence alone tells."""
    machine, _, number = owner.rpartition("/")
    if os.name != "posix" or machine != platform.node():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False

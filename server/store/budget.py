"""The statements of the shared budget: one sliding window for all processes of a connection.

Every step is one transaction, and nobody else is in it meanwhile. Seconds are those of the wall
clock that all who share it see: PostgreSQL's own (the clocks of a fleet differ), or this machine's.
"""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from playbooks.rate import ARRIVAL_MARGIN, OWN_LIMIT, Pause, lowered, recovered
from server.store.line import PATIENCE_S, Room, Share, Taken, Waiter, in_line
from server.store.opening import CALL_PATIENCE_S, shared_now, upsert, writing
from server.store.schema import budget_calls, budget_waiters, budgets


@dataclass(frozen=True, slots=True)
class _Budget:
    """What is kept of a connection's budget, and the instant of the transaction."""

    now_s: float
    paused_until_s: float
    pause_reason: str
    learned_calls_count: int | None
    learned_at_s: float
    overtaken_count: int


class Answer(NamedTuple):
    """The seconds to wait; 0 for a call that may go and is counted under that id."""

    wait_s: float
    call_id: int | None = None


def take(engine: Engine, share: Share, *, interactive: bool) -> Answer:
    """Count a call; or count nothing and keep a place in line."""
    with writing(engine, patience_s=CALL_PATIENCE_S) as connection:
        budget = _enter(connection, share)
        waiters = _waiters(connection, share, budget.now_s)
        own = waiters.pop(share.owner, None)
        since_s = own.since_s if own and own.interactive == interactive else budget.now_s
        me = Waiter(share.owner, interactive, since_s, budget.now_s)
        room = _room(connection, share, budget)
        asking = [*waiters.values(), me]
        line = in_line(asking, budget.overtaken_count, room.served(asking))
        wait_s = room.wait_s(me, line)
        if wait_s > 0:
            _keep_place(connection, share, replace(me, due_s=budget.now_s + wait_s))
            _set(connection, share, seen_s=budget.now_s)
            return Answer(wait_s)
        call_id = _count(connection, share, me, budget.now_s)
        if own:
            _give_place_up(connection, share)
        has_overtaken = interactive and any(not waiter.interactive for waiter in line)
        overtaken_count = budget.overtaken_count + 1 if has_overtaken else 0
        _set(connection, share, seen_s=budget.now_s, overtaken_count=overtaken_count)
        return Answer(0.0, call_id)


def take_back(engine: Engine, share: Share, answer: Answer) -> None:
    """Nobody waits for the answer any more: neither a call nor a place is left of it."""
    with writing(engine, patience_s=CALL_PATIENCE_S) as connection:
        if answer.call_id is None:
            _give_place_up(connection, share)
        else:
            counted = budget_calls.c.id == answer.call_id
            connection.execute(delete(budget_calls).where(counted))


def leave(engine: Engine, share: Share) -> None:
    """Give the place in line up."""
    with writing(engine, patience_s=CALL_PATIENCE_S) as connection:
        _give_place_up(connection, share)


def pause(engine: Engine, share: Share, pause_s: float, reason: str) -> None:
    """Let nobody call for that long; a shorter pause never ends a longer one.

    OWN_LIMIT lowers the window: the server took fewer than we let go.
    """
    with writing(engine, patience_s=CALL_PATIENCE_S) as connection:
        budget = _enter(connection, share)
        until_s = budget.now_s + pause_s
        if until_s > budget.paused_until_s:
            _set(connection, share, paused_until_s=until_s, pause_reason=reason)
        if reason == OWN_LIMIT:
            taken_count = len(_room(connection, share, budget).taken)
            allowed_count = _allowed_count(share, budget)
            learned_count = lowered(allowed_count, taken_count, share.calls_count)
            _set(
                connection,
                share,
                learned_calls_count=learned_count,
                learned_at_s=budget.now_s,
            )


def paused(engine: Engine, connection: str) -> Pause | None:
    """The newest pause of a connection, which may be over; None when there never was one."""
    columns = budgets.c.paused_until_s, budgets.c.pause_reason
    kept = select(*columns).where(budgets.c.connection == connection, columns[0] > 0)
    with engine.connect() as opened:
        row = opened.execute(kept).one_or_none()
    return None if row is None else Pause(datetime.fromtimestamp(row[0], UTC), row[1])


def _enter(connection: Connection, share: Share) -> _Budget:
    """Keep the others out until the transaction ends, and read where we are."""
    kept = select(budgets).where(budgets.c.connection == share.connection).with_for_update()
    row = connection.execute(kept).one_or_none()
    if row is None:
        _begin(connection, share)
        row = connection.execute(kept).one()
    # Read behind the lock: whoever enters later never sees an earlier instant.
    now_s = _now_s(connection, share)
    if now_s < row.seen_s:
        _set_back(connection, share, row.seen_s - now_s)
        row = connection.execute(kept).one()
    return _Budget(
        now_s,
        row.paused_until_s,
        row.pause_reason,
        row.learned_calls_count,
        row.learned_at_s,
        row.overtaken_count,
    )


def _begin(connection: Connection, share: Share) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = dialect.insert(budgets).values(
        connection=share.connection,
        seen_s=0.0,
        paused_until_s=0.0,
        pause_reason="",
        learned_at_s=0.0,
        overtaken_count=0,
    )
    connection.execute(first.on_conflict_do_nothing())


def _now_s(connection: Connection, share: Share) -> float:
    if share.clock_s is not None:
        return share.clock_s()
    return shared_now(connection, lambda: datetime.now(UTC)).timestamp()


def _set_back(connection: Connection, share: Share, by_s: float) -> None:
    """The clock was set back: everything that is kept goes with it."""
    for table, names in (
        (budget_calls, ("at_s",)),
        (budget_waiters, ("since_s", "due_s")),
        (budgets, ("seen_s", "paused_until_s", "learned_at_s")),
    ):
        earlier = {name: table.c[name] - by_s for name in names}
        of_connection = table.c.connection == share.connection
        connection.execute(update(table).where(of_connection).values(earlier))


def _room(connection: Connection, share: Share, budget: _Budget) -> Room:
    """What is left of the window; calls that are out of it are dropped."""
    window_s = share.window_s * (1 + ARRIVAL_MARGIN)
    of_connection = budget_calls.c.connection == share.connection
    logged = select(budget_calls.c.owner, budget_calls.c.interactive, budget_calls.c.at_s)
    logged = logged.where(of_connection).order_by(budget_calls.c.at_s)
    logged_calls = [Taken(*row) for row in connection.execute(logged)]
    inside = [each for each in logged_calls if each.at_s + window_s > budget.now_s]
    if len(inside) < len(logged_calls):
        newest_outside = logged_calls[len(logged_calls) - len(inside) - 1]
        outside = budget_calls.c.at_s <= newest_outside.at_s
        connection.execute(delete(budget_calls).where(of_connection, outside))
    return Room(
        budget.now_s,
        window_s,
        _allowed_count(share, budget),
        inside,
        budget.paused_until_s,
    )


def _allowed_count(share: Share, budget: _Budget) -> int:
    """The setting, or what a 429 taught and the windows since then have given back."""
    if budget.learned_calls_count is None:
        return share.calls_count
    windows_count = int((budget.now_s - budget.learned_at_s) / share.window_s)
    return recovered(budget.learned_calls_count, windows_count, share.calls_count)


def _waiters(connection: Connection, share: Share, now_s: float) -> dict[str, Waiter]:
    """Those who are alive, by owner; the dead lose their place."""
    columns = budget_waiters.c
    of_connection = columns.connection == share.connection
    kept = select(columns.owner, columns.interactive, columns.since_s, columns.due_s)
    waiters = [Waiter(*row) for row in connection.execute(kept.where(of_connection))]
    alive = {waiter.owner: waiter for waiter in waiters if waiter.due_s + PATIENCE_S > now_s}
    if len(alive) < len(waiters):
        dead = columns.owner.not_in(alive)
        connection.execute(delete(budget_waiters).where(of_connection, dead))
    return alive


def _keep_place(connection: Connection, share: Share, me: Waiter) -> None:
    key = {"connection": share.connection, "owner": me.owner}
    place = {"interactive": me.interactive, "since_s": me.since_s, "due_s": me.due_s}
    upsert(connection, budget_waiters, key, place)


def _give_place_up(connection: Connection, share: Share) -> None:
    columns = budget_waiters.c
    own = (columns.connection == share.connection, columns.owner == share.owner)
    connection.execute(delete(budget_waiters).where(*own))


def _count(connection: Connection, share: Share, me: Waiter, now_s: float) -> int:
    call = {**asdict(Taken(me.owner, me.interactive, now_s)), "connection": share.connection}
    counting = insert(budget_calls).values(call).returning(budget_calls.c.id)
    call_id: int = connection.execute(counting).scalar_one()
    return call_id


def _set(connection: Connection, share: Share, **values: float | str) -> None:
    own = budgets.c.connection == share.connection
    connection.execute(update(budgets).where(own).values(**values))

"""How long the store keeps what; the journal for ever."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, or_, select

from playbooks.arguments import KEPT_FOR
from server.store.schema import calls, edits, plan_steps, plan_turns, plans, runs, transitions

CALLS_KEPT_COUNT: Final = 200_000
"""Most calls kept: most of a day at Notion's full rate."""

CALLS_KEPT_FOR: Final = timedelta(days=30)
"""Calls are telemetry: no report looks further back than a month."""

RUNS_KEPT_COUNT: Final = 5_000
"""Most runs kept, of all procedures together."""


def drop_old_calls(connection: Connection, now: datetime) -> None:
    """Ids count up, so the surplus is found from the newest id without counting the rows."""
    newest_id = select(func.max(calls.c.id)).scalar_subquery()
    surplus = calls.c.id <= newest_id - CALLS_KEPT_COUNT
    too_old = calls.c.at < now - CALLS_KEPT_FOR
    connection.execute(delete(calls).where(or_(too_old, surplus)))


def drop_old(connection: Connection, now: datetime) -> None:
    """Drop runs, plans, transitions and edits beyond the retention; done with each kept run."""
    surplus = select(runs.c.id).order_by(runs.c.as_of.desc()).offset(RUNS_KEPT_COUNT)
    connection.execute(delete(runs).where(runs.c.id.in_(surplus)))
    dated = (runs.c.as_of, plans.c.created_at, transitions.c.not_after, edits.c.at)
    for instant in dated:
        connection.execute(delete(instant.table).where(instant < now - KEPT_FOR))
    for about in (plan_steps, plan_turns):
        connection.execute(delete(about).where(about.c.plan_id.not_in(select(plans.c.id))))

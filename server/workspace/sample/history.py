"""The whole invented half year, from nothing but a seed and the present."""

from datetime import UTC, datetime
from random import Random

from server.workspace.sample.log import invent_log
from server.workspace.sample.metrics import invent_calls
from server.workspace.sample.planting import plant
from server.workspace.sample.rows import History
from server.workspace.sample.tasks import invent_tasks
from server.workspace.sample.workdays import workdays


def invent(now: datetime, seed: int) -> History:
    """All rows written before `now`, defects planted.

    The same seed and day (in UTC) give the same rows; of today's, only those before `now`.
    """
    clean = invent_clean(now, seed)
    return plant(clean, now.astimezone(UTC).date(), _rng(now, seed, "defects"))


def invent_clean(now: datetime, seed: int) -> History:
    """The rows before any defect is planted."""
    days = workdays(now.astimezone(UTC).date(), _rng(now, seed, "days"))
    planned = invent_tasks(days, now, _rng(now, seed, "tasks"))
    return History(
        tasks=tuple(each.task for each in planned),
        log=invent_log(planned, days, now, _rng(now, seed, "log")),
        calls=invent_calls(planned, days, now, _rng(now, seed, "calls")),
    )


def _rng(now: datetime, seed: int, purpose: str) -> Random:
    """A source of its own for each purpose, so that a change in one leaves the others alone."""
    day = now.astimezone(UTC).date().isoformat()
    return Random(f"{seed}/{day}/{purpose}")  # noqa: S311 - invents data, protects nothing

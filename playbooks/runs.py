"""Runs are kept, so that an answer can be read again and compared."""

from datetime import datetime

from playbooks.desk import Desk
from playbooks.errors import StoreUnusable
from playbooks.picture import Specification
from playbooks.render import summarise
from playbooks.report import Report


async def keep(desk: Desk, report: Report, picture: Specification | None = None) -> None:
    """Keep the run and its picture.

    A broken store does not take the answer away, health_check reports it.
    """
    try:
        await desk.store.keep_run(report, picture)
    except StoreUnusable:
        return


def reread(report: Report, now: datetime) -> Report:
    """A kept report as it is read again at `now`: from the cache, with its true age in seconds."""
    age_s = max(0.0, (now - report.as_of).total_seconds())
    aged = report.model_copy(update={"source": "cache", "age_s": round(age_s, 1)})
    return aged.model_copy(update={"summary": summarise(aged)})


async def recent(desk: Desk, procedure: str, max_age_s: float) -> Report | None:
    """The newest kept run of this configuration and token, if it is at most that old."""
    if max_age_s <= 0:
        return None
    try:
        report = await newest(desk, procedure)
    except StoreUnusable:
        return None
    again = None if report is None else reread(report, desk.clock())
    return again if again is not None and again.age_s <= max_age_s else None


async def newest(desk: Desk, procedure: str | None = None) -> Report | None:
    """The newest kept run of this configuration and token; None when there is none."""
    own = desk.configuration.digest
    runs = await desk.store.latest_runs(procedure=procedure, connection=own, limit=1)
    return await desk.store.run(runs[0].run_id) if runs else None

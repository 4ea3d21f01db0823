"""The statements of runs."""

from datetime import datetime

from sqlalchemy import Engine, select

from playbooks.picture import Specification
from playbooks.records import RunSummary
from playbooks.report import Report
from server.store.opening import upsert, writing
from server.store.retention import drop_old
from server.store.schema import runs


def keep(engine: Engine, report: Report, picture: Specification | None, *, now: datetime) -> None:
    """Insert or replace the run and its picture, then drop what is beyond the retention."""
    summary = report.model_dump(include={"procedure", "status", "headline", "as_of", "connection"})
    values = {**summary, "body": report.model_dump(mode="json"), "picture": picture}
    with writing(engine) as connection:
        upsert(connection, runs, {"id": report.run_id}, values)
        drop_old(connection, now)


def run(engine: Engine, run_id: str) -> Report | None:
    """The kept report, or None."""
    with engine.connect() as connection:
        body = connection.execute(select(runs.c.body).where(runs.c.id == run_id)).scalar()
    return None if body is None else Report.model_validate(body)


def picture(engine: Engine, run_id: str) -> Specification | None:
    """The picture kept with that run, or None."""
    with engine.connect() as connection:
        return connection.execute(select(runs.c.picture).where(runs.c.id == run_id)).scalar()


def latest(
    engine: Engine, *, procedure: str | None, connection: str | None, limit: int
) -> tuple[RunSummary, ...]:
    """The newest runs, newest first."""
    described = (runs.c.id, runs.c.procedure, runs.c.status, runs.c.headline, runs.c.as_of)
    newest = select(*described, runs.c.connection)
    newest = newest.order_by(runs.c.as_of.desc(), runs.c.id.desc()).limit(limit)
    if procedure is not None:
        newest = newest.where(runs.c.procedure == procedure)
    if connection is not None:
        newest = newest.where(runs.c.connection == connection)
    with engine.connect() as opened:
        return tuple(RunSummary(*row) for row in opened.execute(newest))

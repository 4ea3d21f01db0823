"""Read again what was kept: a run, by its id or the newest."""

from typing import Literal

from playbooks.desk import Desk
from playbooks.errors import RecordNotFound
from playbooks.report import Report
from playbooks.runs import reread

RecordKind = Literal["run"]

LATEST = "latest"


async def get_record(desk: Desk, kind: RecordKind, record_id: str = LATEST) -> Report:
    """The kept report with its true age.

    Raises:
        RecordNotFound: no such record; the error lists those that exist.
        StoreUnusable: the store cannot be read.
        ConfigurationInvalid: the configuration has mistakes.
    """
    desk.require_configuration()
    known = [run.run_id for run in await desk.store.latest_runs()]
    wanted = known[0] if record_id == LATEST and known else record_id
    report = await desk.store.run(wanted)
    if report is None:
        raise RecordNotFound(kind, record_id, known)
    return reread(report, desk.clock())

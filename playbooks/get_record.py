"""Read again what was kept: a run, by its id or the newest."""

from playbooks.arguments import LATEST, RecordKind
from playbooks.desk import Desk
from playbooks.errors import RecordNotFound
from playbooks.report import Report
from playbooks.runs import newest, reread


async def get_record(desk: Desk, kind: RecordKind, record_id: str = LATEST) -> Report:
    """The kept report with its true age; the newest is that of this configuration and token.

    Raises:
        RecordNotFound: no such record; the error lists those that exist.
        StoreUnusable: the store cannot be read.
        ConfigurationInvalid: the configuration has mistakes.
    """
    desk.require_configuration()
    kept = newest(desk) if record_id == LATEST else desk.store.run(record_id)
    report = await kept
    if report is None:
        known = await desk.store.latest_runs()
        raise RecordNotFound(kind, record_id, [run.run_id for run in known])
    return reread(report, desk.clock())

"""Read again what was kept: a run or a backup, by its id or the newest."""

from playbooks.arguments import LATEST, RecordKind
from playbooks.backup_view import backup_record
from playbooks.desk import Desk
from playbooks.errors import RecordNotFound
from playbooks.report import Report
from playbooks.runs import newest, reread


async def get_record(desk: Desk, kind: RecordKind, record_id: str = LATEST) -> Report:
    """The kept report with its true age; the newest is that of this configuration and token.

    Raises:
        RecordNotFound: no such run; the error lists those that exist.
        BackupUnusable: no such backup, or it is not whole.
        StoreUnusable: the store cannot be read.
        ConfigurationInvalid: the configuration has mistakes.
    """
    desk.require_configuration()
    if kind == "backup":
        return await backup_record(desk, record_id)
    kept = newest(desk) if record_id == LATEST else desk.store.run(record_id)
    report = await kept
    if report is None:
        known = await desk.store.latest_runs()
        raise RecordNotFound(kind, record_id, [run.run_id for run in known])
    return reread(report, desk.clock())

"""A kept report becomes a page of the operations log in Notion, once, however often it is saved."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from playbooks.arguments import LATEST
from playbooks.databases import kind_of
from playbooks.desk import Desk, silent
from playbooks.errors import (
    NotFoundOrNotShared,
    NotSaved,
    PlaybookError,
    RecordNotFound,
    RequestRefused,
    WriteUnconfirmed,
)
from playbooks.objects import Property
from playbooks.opened import Opened, open_database
from playbooks.plan import JournalEntry
from playbooks.ports import Cells, OwnRows, Progress
from playbooks.render import summarise
from playbooks.report import Coverage, Report
from playbooks.rows import Plain, Span
from playbooks.runs import keep, newest
from playbooks.verdict import Verdict

PROCEDURE: Final = "save_report"
KIND: Final = kind_of("operations_log")
_SAVED_BY_DEFAULT: Final = "periodic_report"


async def save_report(
    desk: Desk, run_id: str = LATEST, *, actor: str = "unknown", progress: Progress = silent
) -> Report:
    """Add the page of a run, or of a period, or update the one that is there; journalled first.

    `latest` is the newest periodic report.

    Raises:
        NotSaved: read-only, no operations log that is marked as ours, one that does not fit, or
            another process saves the same page now.
        RecordNotFound: no run of that id is kept.
        NotionError: Notion did not take it; a write whose answer was lost is looked up.
        StoreUnusable, ConfigurationInvalid.
    """
    desk.require_configuration()
    rows = _own_rows(desk)
    report = await _kept(desk, run_id)
    own_id = desk.new_run_id()
    opened = await open_database(desk, KIND, procedure=PROCEDURE, run_id=own_id, progress=progress)
    if isinstance(opened, Verdict):
        raise NotSaved(
            f"The operations log cannot be read: {opened.gate.reason}.", remedy=opened.remedy
        )
    saved = await _Saving(desk, rows, opened, report, actor).save()
    told = _report(desk, own_id, report, saved)
    await keep(desk, told)
    return told


def _own_rows(desk: Desk) -> OwnRows:
    setting = desk.connection.databases.get(KIND.key)
    if desk.connection.read_only:
        raise NotSaved("This server is read-only.", remedy="Start it without read-only mode.")
    if setting is None or not setting.ours or setting.id is None:
        raise NotSaved(
            "The configuration marks no operations log as ours.",
            remedy="Make a database with a title, a kind (select) and a date, share it, and name it"
            ' in playbooks.toml: [databases.operations_log] id = "…", ours = true.',
        )
    if desk.own_rows is None:
        raise NotSaved("There is nothing to write to.", remedy="Call health_check: it says why.")
    return desk.own_rows


async def _kept(desk: Desk, run_id: str) -> Report:
    if run_id == LATEST:
        report = await newest(desk, _SAVED_BY_DEFAULT)
    else:
        report = await desk.store.run(run_id)
    if report is None:
        raise RecordNotFound("run", run_id, [run.run_id for run in await desk.store.latest_runs()])
    return report


def title_of(report: Report) -> str:
    """What the page is found by: the period of a periodic report, else the run."""
    measured = report.measurements
    name = report.procedure.replace("_", " ").capitalize()
    if report.procedure == _SAVED_BY_DEFAULT and measured.get("since"):
        return f"{str(measured['period']).capitalize()} report {measured['since']}"
    return f"{name} {report.run_id}"


@dataclass(frozen=True, slots=True)
class _Saved:
    page_id: str
    is_new: bool
    title: str


@dataclass(frozen=True, slots=True)
class _Saving:
    desk: Desk
    rows: OwnRows
    opened: Opened
    report: Report
    actor: str

    async def save(self) -> _Saved:
        """Under a claim, so that two processes do not add the page twice."""
        store, place, name = self.desk.store, self.opened.view.schema.id, title_of(self.report)
        claimed = await store.claim_page(place, name)
        if claimed is None:
            raise NotSaved(f"{name} is being saved already.", remedy="Call again in two minutes.")
        try:
            saved = await self._put(claimed.page_id, name)
        except WriteUnconfirmed:
            raise  # it may still come: the claim runs out by itself once it cannot any more
        except PlaybookError:
            await store.settle_page(place, name)
            raise
        await store.settle_page(place, name, page_id=saved.page_id)
        return saved

    async def _put(self, remembered: str | None, name: str) -> _Saved:
        if remembered is not None:
            with suppress(NotFoundOrNotShared, RequestRefused):  # somebody threw it away
                return await self._update(remembered, name)
        place = self.opened.view.schema.id
        found = await self.rows.find(place, self._title, name)
        if found:
            return await self._update(found[0].id, name)
        await self._journal(name, None)
        page_id = await self.rows.add(place, self._cells(name), self.report.summary)
        return _Saved(page_id, is_new=True, title=name)

    async def _update(self, page_id: str, name: str) -> _Saved:
        await self._journal(name, page_id)
        await self.rows.change(page_id, self._cells(name))
        await self.rows.retell(page_id, self.report.summary)
        return _Saved(page_id, is_new=False, title=name)

    @property
    def _title(self) -> Property:
        return next(each for each in self.opened.view.schema.properties if each.type == "title")

    def _cells(self, name: str) -> Cells:
        """What the properties can hold; an option of a status cannot be made, so none is set."""
        since = self.report.measurements.get("since")
        day = self.desk.work.days.local_day(self.report.as_of)
        wanted: dict[str, tuple[str, Plain]] = {
            "kind": ("select", "report"),
            "date": ("date", Span(day if since is None else day.fromisoformat(str(since)))),
            "severity": ("select", self.report.status),
            "body": ("rich_text", self.report.headline),
        }
        filled = self.opened.roles.filled
        return [
            (self._title, name),
            *(
                (filled[role], value)
                for role, (kind, value) in wanted.items()
                if role in filled and filled[role].type == kind
            ),
        ]

    async def _journal(self, name: str, page_id: str | None) -> None:
        entry = JournalEntry(
            at=self.desk.clock(),
            kind="write",
            actor=self.actor,
            subject=f"page of operations_log {name}",
            before=None if page_id is None else {"page_id": page_id},
            after={"run_id": self.report.run_id, "status": self.report.status},
        )
        await self.desk.store.append_journal([entry])


def _report(desk: Desk, run_id: str, saved_report: Report, saved: _Saved) -> Report:
    link = f"https://www.notion.so/{saved.page_id.replace('-', '')}"
    did = "added" if saved.is_new else "updated"
    report = Report(
        procedure=PROCEDURE,
        run_id=run_id,
        status="ok",
        headline=f"{saved.title} {did} in the operations log: {link}",
        workspace=desk.connection.workspace,
        connection=desk.configuration.digest,
        as_of=desk.clock(),
        age_s=0,
        source="live",
        coverage=Coverage(scanned=1, total=1, complete=True),
        measurements={
            "saved_run_id": saved_report.run_id,
            "pages_added_count": int(saved.is_new),
            "pages_updated_count": int(not saved.is_new),
        },
        summary="",
    )
    return report.model_copy(update={"summary": summarise(report)})

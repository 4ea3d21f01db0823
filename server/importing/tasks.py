"""The import of tasks: what is missing is created, what differs is updated, the rest is left.

Each task is written by one request, which Notion does wholly or not at all, and is found again by
its external id. So an import may be killed anywhere and started again: nothing is lost or doubled.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from playbooks.rows import Plain, Span
from server.importing.existing import Known, read_existing
from server.importing.map import TaskMap, parse_map
from server.importing.result import ImportResult, NoteKind, Tally
from server.importing.source import Source, Task, TaskFile, open_source
from server.importing.target import Target, open_target
from server.notion.answers import JSON
from server.notion.client import NotionClient
from server.notion.payloads import payload

__all__ = ["ImportResult", "Progress", "TaskFile", "TaskMap", "import_tasks", "parse_map"]

DEFAULT_TITLE: Final = "Imported tasks"

Progress: TypeAlias = Callable[[int, int | None, str], None]
"""Told lines done, lines in all (None as long as nobody knows), and what is being done."""

_LINES_BETWEEN_PROGRESS: Final = 20


async def import_tasks(  # noqa: PLR0913  # what, to where, and who is told: all keyword-only
    client: NotionClient,
    source: TaskFile,
    *,
    parent_page_id: str,
    progress: Progress,
    into: str = DEFAULT_TITLE,
    monotonic: Callable[[], float] = time.monotonic,
) -> ImportResult:
    """Load the tasks of the file, in its order, into the data source of that title or id.

    One that does not exist is created under the page. The file is read twice, line by line.
    Raises FileUnusable before the first request, TargetUnfit before the first write of a task,
    and NotionErrors; whatever was loaded by then stays, and the next import goes on from there.
    """
    started_s = monotonic()
    opened = open_source(source)
    progress(0, None, "reading the file")
    survey = _survey(opened)
    target = await open_target(
        client,
        into,
        parent_page_id=parent_page_id,
        types=source.map.types,
        statuses=list(survey.statuses),
    )
    progress(0, survey.lines_count, "reading what is there")
    known = await read_existing(client, target, survey.external_ids)
    tally = Tally()
    for skipped in opened.joined.unread if opened.joined else ():
        tally.skip(skipped)
    await _load(_Loading(client, target, known, tally), opened, survey.lines_count, progress)
    return tally.result(target, monotonic() - started_s)


@dataclass(slots=True)
class _Survey:
    """What must be known of the file before its first task; both in the order of the file."""

    lines_count: int
    external_ids: dict[str, None]
    statuses: dict[str, None]


def _survey(source: Source) -> _Survey:
    survey = _Survey(0, {}, {})
    for task in source.tasks():
        survey.lines_count += 1
        if isinstance(task, Task):
            survey.external_ids[task.external_id] = None
            status = task.values.get("status")
            if isinstance(status, str):
                survey.statuses[status] = None
    return survey


@dataclass(frozen=True, slots=True)
class _Loading:
    client: NotionClient
    target: Target
    known: Mapping[str, tuple[Known, ...]]
    tally: Tally

    async def load(self, task: Task) -> None:
        """Bring one task into the database."""
        pages = self.known.get(task.external_id, ())
        if not pages:
            await self._create(task)
        elif changes := dict(_changes(task, pages[0])):
            await self.client.update_page(pages[0].page_id, properties=self._payload(changes))
            self.tally.updated_count += 1
        else:
            self.tally.unchanged_count += 1
        self.tally.notes.update(_notes(task, len(pages)))

    async def _create(self, task: Task) -> None:
        values = {role: value for role, value in task.values.items() if value is not None}
        await self.client.create_page(self.target.data_source_id, self._payload(values))
        self.tally.created_count += 1

    def _payload(self, values: Mapping[str, Plain]) -> dict[str, JSON]:
        properties = self.target.properties
        return {
            properties[role].name: payload(properties[role].type, value)
            for role, value in values.items()
        }


async def _load(loading: _Loading, source: Source, lines_count: int, progress: Progress) -> None:
    tally = loading.tally
    for task in source.tasks():
        tally.lines_count += 1
        if isinstance(task, Task):
            await loading.load(task)
        else:
            tally.skip(task)
        if tally.lines_count % _LINES_BETWEEN_PROGRESS == 0 or tally.lines_count == lines_count:
            progress(tally.lines_count, lines_count, "loading tasks")


def _changes(task: Task, known: Known) -> Iterator[tuple[str, Plain]]:
    """What differs, by role. No status is no difference: Notion gives new pages one itself."""
    for role, value in task.values.items():
        if value != known.values[role] and not (role == "status" and value is None):
            yield role, value


def _notes(task: Task, pages_count: int) -> Iterator[NoteKind]:
    started, completed = _day(task, "started"), _day(task, "completed")
    estimated = _day(task, "estimated_on")
    if started and completed and completed < started:
        yield "completed_before_started"
    if estimated and started and started < estimated:
        yield "started_before_estimated"
    if any(_is_below_zero(task.values.get(role)) for role in ("estimated_hours", "actual_hours")):
        yield "hours_below_zero"
    if task.lacks_join:
        yield "no_line_in_joined_file"
    if pages_count > 1:
        yield "several_pages_with_its_external_id"


def _day(task: Task, role: str) -> str | None:
    """The day as ISO writes it, by which days and instants compare alike."""
    value = task.values.get(role)
    return value.start.isoformat()[: len("2026-01-31")] if isinstance(value, Span) else None


def _is_below_zero(value: Plain) -> bool:
    return isinstance(value, int | float) and value < 0

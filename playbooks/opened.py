"""A database of the playbook as the mirror gives it: its rows, and what its properties mean."""

from collections.abc import Sequence
from dataclasses import dataclass

from playbooks.database_gates import inspect, judge_database
from playbooks.database_search import kept_titles, shared_with
from playbooks.databases import DatabaseKind
from playbooks.desk import DatabaseSetting, Desk
from playbooks.errors import (
    NoAnswer,
    NotFoundOrNotShared,
    NotionError,
    PlaybookError,
    RequestRefused,
)
from playbooks.mapping import RoleMap, map_roles, titled
from playbooks.objects import DataSource, Found
from playbooks.ports import Mirror, Notion, Outcome, Progress, View
from playbooks.verdict import Verdict

SEARCH_PATIENCE_S = 30.0
"""How long the search for databases that are not configured may take."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Rows that can be read, and which property plays which role."""

    view: View
    roles: RoleMap

    @property
    def names(self) -> dict[str, str]:
        """The properties' names by role."""
        return {role: prop.name for role, prop in self.roles.filled.items()}


async def open_database(
    desk: Desk, kind: DatabaseKind, *, procedure: str, run_id: str, progress: Progress
) -> Opened | Verdict:
    """The database brought up to date; the verdict on it where its rows cannot be had.

    What is kept of it serves while Notion does not say which table it is.
    """
    if desk.mirror is None or desk.notion is None:
        return unreachable(desk, kind)
    mirror = desk.mirror.attributed(procedure, run_id)
    notion = desk.notion.attributed(procedure, run_id)
    setting = desk.connection.databases.get(kind.key) or DatabaseSetting()
    shared: Outcome[tuple[Found, ...]] = Outcome(value=())
    try:
        if setting.id is None:
            shared = await shared_with(desk, notion, [kind], SEARCH_PATIENCE_S)
            view = await _titled_view(mirror, notion, kind, shared, progress)
        else:
            view = await _view(mirror, notion, setting.id, progress)
    except PlaybookError as error:
        return judge_database(kind, Outcome(error=error))
    if view is None:
        return await _refused(notion, kind, setting, shared)
    return Opened(view, map_roles(kind, view.schema.properties, setting.properties))


def unreachable(desk: Desk, kind: DatabaseKind) -> Verdict:
    """There is nothing to talk to."""
    name = f"database {kind.key}"
    if desk.unreachable is None:
        return Verdict.of(name, "unknown", "there is no token to ask with", _ASK_HEALTH)
    return Verdict.of(name, "unknown", desk.unreachable.problem, desk.unreachable.remedy)


_ASK_HEALTH = "Call health_check, which says what is missing."


async def _titled_view(
    mirror: Mirror,
    notion: Notion,
    kind: DatabaseKind,
    shared: Outcome[tuple[Found, ...]],
    progress: Progress,
) -> View | None:
    """The only table with a fitting title: of those that search found, else of those kept."""
    if shared.value is None:
        error = shared.error
        failure = error if isinstance(error, NotionError) else NoAnswer("the search took too long")
        return await _kept_view(mirror, titled(kind, await kept_titles(mirror)), failure)
    fitting = titled(kind, shared.value)
    if len(fitting) != 1:
        return None
    return await _view(mirror, notion, fitting[0].id, progress)


async def _view(mirror: Mirror, notion: Notion, found_id: str, progress: Progress) -> View | None:
    """None when the id is of nothing that has rows; that of a database is of its only table."""
    try:
        return await _view_by_id(mirror, notion, found_id, progress)
    except NotionError as error:
        kept = [each for each in await mirror.kept() if each.database_id == found_id]
        if (view := await _kept_view(mirror, kept, error)) is None:
            raise
        return view


async def _kept_view(
    mirror: Mirror, fitting: Sequence[DataSource | Found], failure: NotionError
) -> View | None:
    """Of several that fit nobody knows which one is meant."""
    if len(fitting) != 1:
        return None
    return await mirror.open(fitting[0].id, strategy="OFFLINE", stale_because=failure)


async def _view_by_id(
    mirror: Mirror, notion: Notion, found_id: str, progress: Progress
) -> View | None:
    try:
        return await mirror.open(found_id, progress=progress)
    except (NotFoundOrNotShared, RequestRefused):
        tables = await _tables(notion, found_id)
    return await mirror.open(tables[0].id, progress=progress) if len(tables) == 1 else None


async def _tables(notion: Notion, found_id: str) -> tuple[Found, ...]:
    try:
        return await notion.data_sources_of(found_id)
    except (NotFoundOrNotShared, RequestRefused):
        return ()


async def _refused(
    notion: Notion,
    kind: DatabaseKind,
    setting: DatabaseSetting,
    shared: Outcome[tuple[Found, ...]],
) -> Verdict:
    """Why it cannot be opened, as health_check tells it."""
    try:
        state = await inspect(notion, kind, setting, shared)
    except NotionError as error:
        return judge_database(kind, Outcome(error=error))
    return judge_database(kind, Outcome(value=state))

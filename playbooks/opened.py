"""A database of the playbook as the mirror gives it: its rows, and what its properties mean."""

from dataclasses import dataclass

from playbooks.database_gates import inspect, judge_database
from playbooks.database_search import shared_with
from playbooks.databases import DatabaseKind
from playbooks.desk import DatabaseSetting, Desk
from playbooks.errors import NotFoundOrNotShared, NotionError, PlaybookError, RequestRefused
from playbooks.mapping import RoleMap, map_roles, titled
from playbooks.objects import Found
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

    A configured one is opened by its id, so that what is kept serves while Notion is away.
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
            fitting = titled(kind, shared.value or ())
            found_id = fitting[0].id if len(fitting) == 1 else None
        else:
            found_id = setting.id
        view = None if found_id is None else await _view(mirror, notion, found_id, progress)
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


async def _view(mirror: Mirror, notion: Notion, found_id: str, progress: Progress) -> View | None:
    """None when the id is of nothing that has rows; that of a database is of its only table."""
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

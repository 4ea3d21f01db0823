"""Which databases a procedure is about, and where they are: configured, or found by title."""

from collections.abc import Awaitable, Callable, Sequence

from playbooks.database_gates import DatabaseState, inspect
from playbooks.databases import KINDS, DatabaseKey, DatabaseKind
from playbooks.desk import Desk
from playbooks.objects import Found
from playbooks.ports import Mirror, Notion, Outcome


def wanted_kinds(desk: Desk, only: DatabaseKey | None = None) -> list[DatabaseKind]:
    """The databases to look at: all but our own ones that nobody configured; or just one."""
    if only is not None:
        return [kind for kind in KINDS if kind.key == only]
    return [kind for kind in KINDS if not kind.ours or is_configured(desk, kind)]


def is_configured(desk: Desk, kind: DatabaseKind) -> bool:
    """Whether the configuration names its id."""
    setting = desk.connection.databases.get(kind.key)
    return setting is not None and setting.id is not None


async def shared_with(
    desk: Desk, notion: Notion, wanted: Sequence[DatabaseKind], within_s: float
) -> Outcome[tuple[Found, ...]]:
    """What search finds, when a database is not configured and has to be found by its title."""
    if all(is_configured(desk, kind) for kind in wanted):
        return Outcome(value=())
    (found,) = await desk.together([lambda: notion.find_data_sources("")], within_s=within_s)
    return found


async def kept_titles(mirror: Mirror) -> tuple[Found, ...]:
    """What search would find, as far as rows of it are kept: for when Notion does not answer."""
    return tuple(Found(each.id, each.title) for each in await mirror.kept())


def inspecting(
    desk: Desk, notion: Notion, kind: DatabaseKind, shared: Outcome[tuple[Found, ...]]
) -> Callable[[], Awaitable[DatabaseState]]:
    """A probe for `desk.together` that finds the database and reads its schema and a row."""
    return lambda: inspect(notion, kind, desk.connection.databases.get(kind.key), shared)

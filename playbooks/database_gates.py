"""One database: where it is, whether it can be read, and whether its properties fit (P3)."""

from dataclasses import dataclass, replace
from typing import Final

from playbooks.databases import DatabaseKind
from playbooks.desk import DatabaseSetting
from playbooks.errors import (
    CapabilityMissing,
    NotFoundOrNotShared,
    PlaybookError,
    RequestRefused,
)
from playbooks.mapping import RoleMap, map_roles, map_statuses, titled
from playbooks.objects import DataSource, Found, ObjectKind
from playbooks.ports import Notion, Outcome
from playbooks.report import GateStatus
from playbooks.text import listed, shown
from playbooks.verdict import Verdict


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What was seen of one database; exactly one of `source` and `trouble` is set."""

    source: DataSource | None = None
    roles: RoleMap | None = None
    notes: tuple[str, ...] = ()
    trouble: "Trouble | None" = None
    configured: bool = True


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a database is not accessible, and the steps that fix it."""

    status: GateStatus
    reason: str
    remedy: str


async def inspect(
    notion: Notion,
    kind: DatabaseKind,
    setting: DatabaseSetting | None,
    shared: Outcome[tuple[Found, ...]],
) -> DatabaseState:
    """Find the table, read its schema and one row; what the id alone explains is no error."""
    wanted = setting or DatabaseSetting()
    if wanted.id is None:
        return await _found_by_title(notion, kind, wanted, shared)
    try:
        return await _read(notion, kind, wanted, wanted.id)
    except NotFoundOrNotShared:
        return await _look_closer(notion, kind, wanted, wanted.id)
    except RequestRefused:
        reason = f"Notion does not take {wanted.id} for an id"
        return DatabaseState(trouble=Trouble("critical", reason, _COPY_ID))


async def _found_by_title(
    notion: Notion,
    kind: DatabaseKind,
    wanted: DatabaseSetting,
    shared: Outcome[tuple[Found, ...]],
) -> DatabaseState:
    if shared.value is None:
        why = shared.error.problem if shared.error else "search gave no answer before the deadline"
        trouble = Trouble("unknown", f"not configured, and {why}", _ask_again(shared.error))
        return DatabaseState(trouble=trouble, configured=False)
    fitting = titled(kind, shared.value)
    if not fitting:
        reason = f"not configured, and no shared database is titled {listed(kind.titles[:3])}"
        return DatabaseState(trouble=Trouble("warning", reason, _INIT), configured=False)
    only, *others = fitting
    if others:
        reason = f"not configured, and {len(fitting)} shared databases fit by title"
        return DatabaseState(trouble=Trouble("warning", reason, _INIT), configured=False)
    state = await _read(notion, kind, wanted, only.id)
    return replace(state, notes=("found by its title", *state.notes))


def _ask_again(error: PlaybookError | None) -> str:
    """What to do while no title can be searched for."""
    remedy = error.remedy if error else "Try again in some minutes."
    return (
        f"Notion does not answer the search for it. {remedy} health_check tells when it does again."
    )


_INIT: Final = (
    "Run `notion-playbooks init`, which lists what is shared and writes playbooks.toml; share a"
    " missing database in Notion with ••• > Connections."
)


async def _read(
    notion: Notion, kind: DatabaseKind, wanted: DatabaseSetting, data_source_id: str
) -> DatabaseState:
    source = await notion.data_source(data_source_id, probe=wanted.id is not None)
    if source.in_trash:
        return DatabaseState(trouble=_TRASHED)
    await notion.count_first_rows(data_source_id)
    roles = map_roles(kind, source.properties, wanted.properties)
    return DatabaseState(source=source, roles=roles, notes=_status_notes(roles, wanted))


_TRASHED: Final = Trouble(
    "critical",
    "it lies in the trash",
    "Restore it in Notion (Trash > Restore), or configure the id of the database in use.",
)


def _status_notes(roles: RoleMap, wanted: DatabaseSetting) -> tuple[str, ...]:
    """A status property in which nothing means done makes every completion figure zero."""
    status = roles.filled.get("status")
    if status is None or status.type == "checkbox" or not status.options:
        return ()
    done = map_statuses(status.options, wanted.statuses)["done"]
    return () if done else (NOTHING_DONE,)


NOTHING_DONE: Final = "no option of its status means done"


async def _look_closer(
    notion: Notion, kind: DatabaseKind, wanted: DatabaseSetting, object_id: str
) -> DatabaseState:
    """The id is no data source that may be read: what else does it answer to?"""
    kinds = await notion.kinds_of(object_id)
    if "database" not in kinds:
        return DatabaseState(trouble=_wrong_kind(kinds, object_id))
    tables = await notion.data_sources_of(object_id)
    if len(tables) == 1:
        (only,) = tables
        return await _read(notion, kind, wanted, only.id)
    reason = f"the id is of a database with {len(tables)} data sources"
    ids = listed([f"{shown(table.title)} {table.id}" for table in tables])
    return DatabaseState(trouble=Trouble("critical", reason, f"Configure one of them: {ids}."))


def _wrong_kind(kinds: tuple[ObjectKind, ...], object_id: str) -> Trouble:
    if kinds:
        reason = f"the id {object_id} is of a {kinds[0]}, not of a database"
        return Trouble("critical", reason, _COPY_ID)
    return Trouble(
        "critical", f"{object_id} is not shared with the integration or not there", _SHARE
    )


_COPY_ID: Final = (
    "Open the database itself as a full page in Notion, copy its link, and put the 32 characters"
    " before the question mark into playbooks.toml; `notion-playbooks init` does it for you."
)
_SHARE: Final = (
    "Open the database in Notion, choose ••• > Connections and add the integration; if it is not"
    " there, correct the id in playbooks.toml or run `notion-playbooks init`."
)


def judge_database(kind: DatabaseKind, outcome: Outcome[DatabaseState]) -> Verdict:
    """Accessible and fit, or why not."""
    name = f"database {kind.key}"
    state = outcome.value
    if state is None:
        return replace(_unread(name, outcome.error), configured=True, from_api=True)
    if state.trouble is not None:
        trouble = state.trouble
        verdict = Verdict.of(name, trouble.status, trouble.reason, trouble.remedy)
        return replace(verdict, configured=state.configured)
    verdict = _fit(name, state, outcome.latency_ms)
    return replace(verdict, configured=True, accessible=True, from_api=True)


def _unread(name: str, error: PlaybookError | None) -> Verdict:
    match error:
        case None:
            return Verdict.silent(name)
        case CapabilityMissing():
            return Verdict.of(name, "critical", error.problem, error.remedy)
        case _:
            return Verdict.of(name, "unknown", error.problem, error.remedy)


def _fit(name: str, state: DatabaseState, latency_ms: float | None) -> Verdict:
    """A database that was read: do its properties fill the required roles?"""
    assert state.source is not None
    assert state.roles is not None
    told = f"{shown(state.source.title)} can be read"
    lacking = [*(f"{role}: no property fills it" for role in state.roles.missing)]
    wrong = [*lacking, *state.roles.mistaken]
    if wrong:
        reason = f"{told}, but its properties do not fit: {'; '.join(wrong)}"
        return Verdict.of(name, "critical" if lacking else "warning", reason, _MAP, latency_ms)
    if NOTHING_DONE in state.notes:
        return Verdict.of(name, "warning", f"{told}, but {NOTHING_DONE}", _MAP_STATUS, latency_ms)
    notes = "".join(f", {note}" for note in state.notes)
    return Verdict.of(name, "ok", f"{told}{notes}", latency_ms=latency_ms)


_MAP: Final = (
    "Name the properties in playbooks.toml under [databases.<key>.properties]:"
    " `notion-playbooks init` proposes them; a missing one has to be added in Notion."
)
_MAP_STATUS: Final = (
    "Name the options that mean done in playbooks.toml: [databases.task_management.statuses] done"
    ' = ["…"].'
)

"""Planted rows as procedures get them, without a workspace."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from playbooks.contract import default_contract, over_default
from playbooks.databases import DatabaseKey, kind_of
from playbooks.days import WorkDays
from playbooks.mapping import map_roles
from playbooks.objects import DataSource, Option, Property
from playbooks.opened import Opened
from playbooks.records import Reading, Transition
from playbooks.row_rules import Scene
from playbooks.row_rules_check import Checkup, check_rows
from playbooks.row_targets import Back, TargetRows, Targets
from playbooks.rows import Plain, Row, Span, Unreadable, Value
from playbooks.snapshot import Json
from playbooks.tasks import status_meanings
from tests.planted import CONTRACT, GONE, TRASHED, TYPES, UNREADABLE, Bed, Made

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
STATUSES = ("Not started", "In progress", "Blocked", "Done", "Parked")
TASKS_ID = "tasks"


@dataclass(frozen=True, slots=True)
class MadeView:
    """Implements playbooks.ports.View over rows at hand."""

    schema: DataSource
    made: Sequence[Row]
    changes: Sequence[Transition] = ()

    @property
    def reading(self) -> Reading:
        return Reading("cache", NOW, len(self.made), complete=True, requests_count=0)

    async def rows(
        self,
        properties: Sequence[str] = (),
        *,
        since: datetime | None = None,
        unless: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Row]:
        del properties, since, unless
        for row in self.made:
            yield row

    @property
    def record(self) -> Json:
        raise NotImplementedError

    def records(self) -> AsyncIterator[Json]:
        raise NotImplementedError

    async def transitions(self, since: datetime) -> AsyncIterator[Transition]:
        del since
        for change in self.changes:
            yield change


def schema_of(key: DatabaseKey) -> DataSource:
    properties = [
        Property(
            id=name,
            name=name,
            type=kind,
            options=tuple(map(Option, STATUSES)) if name == "status" else (),
            target_data_source_id=TASKS_ID if kind == "relation" else None,
            synced_property_id="back" if name == "related_tasks" else None,
        )
        for name, kind in TYPES[key].items()
    ]
    return DataSource(
        id=TASKS_ID if key == "task_management" else key,
        title=key,
        database_id=None,
        in_trash=False,
        url="",
        properties=tuple(properties),
    )


def rows_of(bed: Bed, key: DatabaseKey) -> list[Row]:
    return [_row(key, number, made) for number, made in enumerate(bed.rows[key])]


def _row(key: DatabaseKey, number: int, made: Made) -> Row:
    values = {
        name: Value(id=name, type=kind, plain=plain_of(kind, made[name]))
        for name, kind in TYPES[key].items()
    }
    at = NOW - timedelta(days=500) + timedelta(minutes=number)
    return Row(f"{key}-{number}", "", at, at, in_trash=False, values=values)


def plain_of(kind: str, value: Any) -> Plain:
    if value is UNREADABLE:
        return Unreadable(kind)
    if kind == "relation":
        return tuple(task_id(each) for each in value)
    if isinstance(value, date):
        return Span(value)
    plain: Plain = value
    return plain


def task_id(place: int) -> str:
    return {TRASHED: "trashed", GONE: "gone"}.get(place, f"task_management-{place}")


async def checked(bed: Bed, key: DatabaseKey, rows: Sequence[Row] | None = None) -> Checkup:
    """Every rule over these rows, else over those of the bed."""
    schema = schema_of(key)
    made = rows_of(bed, key) if rows is None else rows
    roles = map_roles(kind_of(key), schema.properties, {name: name for name in _roles(key)})
    own = over_default(key, CONTRACT) if key == "task_management" else default_contract(key)
    scene = Scene(
        key=key,
        schema=schema,
        roles=roles.filled,
        contract=own,
        meanings=status_meanings(roles, {}),
        days=WorkDays(),
        today=bed.today,
        targets=await _targets(bed),
    )
    changes = [_reopened(place, day) for place, day in bed.reopened.items()]
    return await check_rows(scene, Opened(MadeView(schema, made, changes), roles), now=NOW)


def _roles(key: DatabaseKey) -> list[str]:
    known = {role.name for role in kind_of(key).roles}
    return [name for name in TYPES[key] if name in known]


def _reopened(place: int, day: date) -> Transition:
    at = datetime.combine(day, time(12), UTC)
    return Transition(task_id(place), "status", "Done", "In progress", at, at)


async def _targets(bed: Bed) -> Targets:
    """The tasks and who names them; what is in neither is in the trash, or gone."""
    back: dict[int, set[str]] = {}
    for number, made in enumerate(bed.rows["task_management"]):
        for other in made["related_tasks"]:
            if number not in bed.one_sided:
                back.setdefault(other, set()).add(task_id(number))
    places = range(len(bed.rows["task_management"]))
    rows: Mapping[str, Back] = {
        task_id(place): Back(frozenset(back.get(place, ())), complete=True) for place in places
    }

    async def read(data_source_id: str, back_id: str | None) -> TargetRows:
        del data_source_id, back_id
        return TargetRows(rows)

    async def ask(page_id: str) -> bool | None:
        return True if page_id == "trashed" else None

    targets = Targets(read, ask)
    for back_id in ("back", None):
        await targets.prepare(TASKS_ID, back_id)
    return targets

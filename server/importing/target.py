"""The data source that tasks are imported into: found or created, with the properties needed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playbooks.errors import NotFoundOrNotShared
from playbooks.objects import DataSource, Property
from server.importing.errors import TargetUnfit
from server.importing.fields import ROLES, FieldType
from server.notion.answers import JSON
from server.notion.client import NotionClient

MAX_STATUSES: Final = 100
"""The API takes no longer list of options."""

_ID: Final = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """A data source with a property for each role of the map. `title` is foreign text."""

    data_source_id: str
    title: str
    properties: Mapping[str, Property]


async def open_target(
    client: NotionClient,
    into: str,
    *,
    parent_page_id: str,
    types: Mapping[str, FieldType],
    statuses: Sequence[str],
) -> Target:
    """The data source of that title or id, made to fit; a new one when no title is the same.

    Properties and options of the status that it lacks are added. Raises TargetUnfit when it is
    not the only one of its title or has a needed property with another type, and NotionErrors.
    """
    _check_statuses(types, statuses)
    found_id = await _find(client, into)
    if found_id is None:
        created = await client.create_database(
            parent_page_id=parent_page_id,
            title=into,
            properties={ROLES[role].property: _config(types[role], statuses) for role in types},
        )
        found_id = created.data_sources[0].id
    return await _fitted(client, await client.data_source(found_id), types, statuses)


def _check_statuses(types: Mapping[str, FieldType], statuses: Sequence[str]) -> None:
    if types.get("status") == "status" and len(statuses) > MAX_STATUSES:
        raise TargetUnfit(
            f"The file has {len(statuses)} different statuses, the API takes {MAX_STATUSES}.",
            remedy="Join them by [statuses] in the map, or choose another column.",
        )


async def _find(client: NotionClient, into: str) -> str | None:
    if _ID.fullmatch(into):
        return await _of_id(client, into)
    alike = [each.id for each in await client.find_data_sources(into) if each.title == into]
    if len(alike) > 1:
        raise TargetUnfit(
            f"{len(alike)} data sources have the title {into!r}.",
            remedy=f"Name one by its id: {', '.join(alike)}.",
        )
    return next(iter(alike), None)


async def _of_id(client: NotionClient, object_id: str) -> str:
    """The data source of that id, or the first of the database of that id."""
    try:
        return (await client.data_source(object_id)).id
    except NotFoundOrNotShared:
        return (await client.data_sources_of(object_id))[0].id


async def _fitted(
    client: NotionClient,
    source: DataSource,
    types: Mapping[str, FieldType],
    statuses: Sequence[str],
) -> Target:
    found = {role: _property(source, role, types[role]) for role in types}
    changes = _changes(found, types, statuses)
    if changes:
        source = await client.update_data_source(source.id, properties=changes)
        found = {role: _property(source, role, types[role]) for role in types}
    properties = {role: prop for role, prop in found.items() if prop is not None}
    return Target(source.id, source.title, properties)


def _property(source: DataSource, role: str, kind: FieldType) -> Property | None:
    """The property of a role, None when it is missing; a title may have any name."""
    name = ROLES[role].property
    for prop in source.properties:
        if prop.type == kind and (kind == "title" or prop.name == name):
            return prop
        if prop.name == name and kind != "title":
            raise TargetUnfit(
                f"The database has a property {name!r} that is not of type {kind}.",
                remedy=f"Choose its type under [types] of the map ({' or '.join(ROLES[role].types)}"
                " can be), rename the property, or import into a new database.",
            )
    return None


def _changes(
    found: Mapping[str, Property | None],
    types: Mapping[str, FieldType],
    statuses: Sequence[str],
) -> dict[str, JSON]:
    """What the schema lacks, by the name of the property."""
    changes = {
        ROLES[role].property: _config(types[role], statuses)
        for role, prop in found.items()
        if prop is None
    }
    status = found.get("status")
    if status is not None and status.type == "status":
        present = [option.name for option in status.options]
        if not {*statuses} <= {*present}:
            # The list that is written replaces the one that stands there.
            changes[status.name] = _config("status", [*dict.fromkeys([*present, *statuses])])
    return changes


def _config(kind: FieldType, statuses: Sequence[str]) -> JSON:
    if kind == "status" and statuses:
        return {"status": {"options": [{"name": name} for name in statuses]}}
    return {kind: {}}

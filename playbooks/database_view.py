"""What the configuration says of each database, for reading; calls nobody."""

from typing import Any

from playbooks.databases import KINDS, DatabaseKind
from playbooks.desk import DatabaseSetting, Desk


def database_views(desk: Desk) -> list[dict[str, Any]]:
    """One entry a database: key, id (None: found by title), and the name or guess of each role.

    Raises ConfigurationInvalid.
    """
    desk.require_configuration()
    return [_view(kind, desk.connection.databases.get(kind.key)) for kind in KINDS]


def _view(kind: DatabaseKind, setting: DatabaseSetting | None) -> dict[str, Any]:
    known = setting or DatabaseSetting()
    return {
        "key": kind.key,
        "id": known.id,
        "found_by": "configuration" if known.id else f"title: {' or '.join(kind.titles)}",
        "roles": {
            role.name: {
                "property": known.properties.get(role.name, f"guessed: {' or '.join(role.names)}"),
                "types": list(role.types),
                "required": role.required,
            }
            for role in kind.roles
        },
        "statuses": {role: list(names) for role, names in known.statuses.items()},
    }

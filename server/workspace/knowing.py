"""What of a table its caller may know: nothing that rests on a table which is not shared.

A relation to such a table, and a rollup over one, stand in no schema and go by no name: they can
be neither filtered nor sorted by, written nor changed. Pages show them as an empty relation.
"""

from server.workspace import relations, rollups
from server.workspace.call import Call
from server.workspace.tables import Property, Table


def find(call: Call, table: Table, name_or_id: str) -> Property | None:
    """The property of that name, raw id or escaped id, if the caller may know of it."""
    prop = table.find(name_or_id)
    return prop if prop is not None and is_shown(call, table, prop) else None


def is_shown(call: Call, table: Table, prop: Property) -> bool:
    """Whether the caller may know of the property."""
    match prop.type:
        case "relation":
            return relations.is_shared(call, prop)
        case "rollup":
            rollup = rollups.resolve(call, table, prop)
            return rollup is None or rollup.is_shared
        case _:
            return True

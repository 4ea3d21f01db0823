"""Formulas: kept with the ids of the properties they name, as Notion shows them; not evaluated."""

import re
from dataclasses import replace

from server.workspace import ids, knowing
from server.workspace.call import Call
from server.workspace.errors import invalid
from server.workspace.tables import Table

_NAMED = re.compile(r'prop\(\s*"((?:[^"\\]|\\.)*)"\s*\)')


def settle(call: Call, table: Table) -> None:
    """Turn each `prop("Name")` into the id of that property; 400 when there is none.

    Called when all properties that were sent are there, for they may name each other.
    """
    for prop in table.properties:
        if prop.type == "formula":
            sent: str = prop.config["expression"]
            expression = _NAMED.sub(lambda named: _reference(call, table, named[1]), sent)
            if expression != sent:
                table.put(replace(prop, config={"expression": expression}))


def _reference(call: Call, table: Table, escaped_name: str) -> str:
    name = re.sub(r"\\(.)", r"\1", escaped_name)
    prop = knowing.find(call, table, name)
    if prop is None:
        raise invalid(f"Could not find property with name or id: {name}")
    place = f"{ids.escaped(prop.id)}:{table.node.id}:{call.workspace['id']}"
    return f"{{{{notion:block_property:{place}}}}}"

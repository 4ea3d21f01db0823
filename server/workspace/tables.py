"""A data source as a table: its properties, in order, and their columns in the index of cells."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from server.workspace import ids, nodes
from server.workspace.call import Call
from server.workspace.ids import IdSource
from server.workspace.nodes import Node
from server.workspace.richtext import COLORS

TITLE_ID = "title"

NODE_FIELDS: Final = {
    "created_time": "created_at",
    "last_edited_time": "edited_at",
    "created_by": "created_by",
    "last_edited_by": "edited_by",
}
"""Types whose value every page has as a column of `nodes`."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a data source.

    `id` is raw (answers escape it). `column` is the number of its cells, fresh for each property
    and each change of type. `config` is what stands under the type's name, ids complete.
    """

    id: str
    name: str
    type: str
    column: int
    config: dict[str, Any]
    description: str | None = None

    @property
    def shown_id(self) -> str:
        """The id as answers show it."""
        return ids.escaped(self.id)

    @property
    def options(self) -> list[dict[str, Any]]:
        """The options of a select, multi_select or status."""
        known: list[dict[str, Any]] = self.config.get("options", [])
        return known

    def option(self, name_or_id: str) -> dict[str, Any] | None:
        """The option of that id or name."""
        wanted = name_or_id
        return next((each for each in self.options if wanted in (each["id"], each["name"])), None)

    def rank(self, option_id: str) -> int:
        """Where the option stands among its kind."""
        return next((i for i, each in enumerate(self.options) if each["id"] == option_id), -1)


PAGE_TITLE = Property(TITLE_ID, TITLE_ID, TITLE_ID, 0, {})
"""The one property of a page that is no row."""


class Table:
    """The schema of a data source; changes are kept by `save`."""

    def __init__(self, node: Node, document: dict[str, Any]) -> None:
        self.node = node
        self.document = document
        self.properties = [Property(**each) for each in document["properties"]]
        self.changed = False

    def find(self, name_or_id: str) -> Property | None:
        """The property of that name, raw id or escaped id."""
        by_name = (each for each in self.properties if each.name == name_or_id)
        by_id = (each for each in self.properties if name_or_id in (each.id, each.shown_id))
        return next(by_name, None) or next(by_id, None)

    def by_id(self, property_id: str) -> Property | None:
        """The property of that raw id."""
        return next((each for each in self.properties if each.id == property_id), None)

    @property
    def title(self) -> Property:
        """The title property; every table has one."""
        return next(each for each in self.properties if each.type == "title")

    def add(self, prop: Property) -> None:
        """One more property, at the end."""
        self.properties.append(prop)
        self.changed = True

    def put(self, prop: Property) -> None:
        """The property of that id, changed."""
        at = next(i for i, each in enumerate(self.properties) if each.id == prop.id)
        self.properties[at] = prop
        self.changed = True

    def remove(self, prop: Property) -> None:
        """Without that property."""
        self.properties = [each for each in self.properties if each.id != prop.id]
        self.changed = True

    def content(self) -> dict[str, Any]:
        """The document to keep."""
        return self.document | {"properties": [_kept(each) for each in self.properties]}

    def save(self, db: sqlite3.Connection) -> None:
        """Keep the schema, if it changed."""
        if self.changed:
            nodes.write_document(db, self.node.number, self.content())
            self.changed = False


def load(call: Call, node: Node) -> Table:
    """The table of a data source."""
    return Table(node, nodes.document(call.db, node.number))


def related(call: Call, relation: Property, table: Table | None = None) -> Table:
    """The table a relation leads to, which may be `table` itself; shared with the caller or not."""
    related_id: str = relation.config["data_source_id"]
    if table is not None and related_id == table.node.id:
        return table
    return load(call, nodes.known(call.db, related_id))


def relations_to(call: Call, data_source: Node) -> list[tuple[Table, Property]]:
    """Every relation of the workspace that leads to a data source, and the table it stands in."""
    return [
        (table, prop)
        for table, prop in of_type(call, "relation")
        if prop.config["data_source_id"] == data_source.id
    ]


def of_type(call: Call, kind: str) -> Iterator[tuple[Table, Property]]:
    """Every property of that type in the workspace, and the table it stands in."""
    rows = call.db.execute(
        "SELECT n.number FROM nodes n JOIN documents d ON d.node = n.number"
        " WHERE n.kind = 'data_source' AND instr(d.document, ?) > 0",
        (f'"type":"{kind}"',),
    )
    for node, document in nodes.load(call.db, [row[0] for row in rows]):
        table = Table(node, document)
        yield from ((table, prop) for prop in table.properties if prop.type == kind)


def new_column(db: sqlite3.Connection, data_source: int) -> int:
    """A column number that was never used."""
    added = db.execute(
        "INSERT INTO columns (data_source, last_unique) VALUES (?, 0)", (data_source,)
    )
    return added.lastrowid or 0


def drop_column(db: sqlite3.Connection, column: int) -> None:
    """Forget every cell of a column."""
    db.execute("DELETE FROM cells WHERE column = ?", (column,))


def write_cells(
    db: sqlite3.Connection, node: int, column: int, cells: Sequence[tuple[str | None, float | None]]
) -> None:
    """Let the index hold these (text, number) pairs of a row, and no others."""
    db.execute("DELETE FROM cells WHERE node = ? AND column = ?", (node, column))
    db.executemany(
        "INSERT INTO cells (node, column, position, text, number) VALUES (?, ?, ?, ?, ?)",
        [(node, column, position, *cell) for position, cell in enumerate(cells)],
    )


def with_option(call: Call, prop: Property, name: str, color: str | None = None) -> Property:
    """The property with one more option of that name."""
    option = new_option(call.ids, name, color=color or next_color(len(prop.options)))
    return replace(prop, config=prop.config | {"options": [*prop.options, option]})


def new_option(source: IdSource, name: str, *, color: str) -> dict[str, Any]:
    """An option in the order of its members."""
    return {"id": ids.database_id(source), "name": name, "color": color, "description": None}


def next_color(count: int) -> str:
    """A colour for the next option, so that neighbours differ."""
    return COLORS[1:][count % len(COLORS[1:])]


def _kept(prop: Property) -> dict[str, Any]:
    return {
        "id": prop.id,
        "name": prop.name,
        "type": prop.type,
        "column": prop.column,
        "config": prop.config,
        "description": prop.description,
    }

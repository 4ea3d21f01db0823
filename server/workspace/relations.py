"""Relations: both sides of a dual one in step, in the schema and in the rows.

The cells hold the truth: a cell of column C on page P with number T says that P refers to T.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from server.workspace import ids, nodes, tables
from server.workspace.call import Call
from server.workspace.inputs import Input
from server.workspace.tables import Property, Table

Related = Mapping[int, Mapping[int, Sequence[str]]]
"""Ids of related pages by page row and column."""


def write(
    db: sqlite3.Connection, node: int, prop: Property, targets: Sequence[int], partner: int | None
) -> None:
    """Let the page refer to exactly these pages; `partner` is the column of the other side."""
    before = {
        row[0]
        for row in db.execute(
            "SELECT number FROM cells WHERE node = ? AND column = ?", (node, prop.column)
        )
    }
    db.execute("DELETE FROM cells WHERE node = ? AND column = ?", (node, prop.column))
    db.executemany(
        "INSERT INTO cells (node, column, position, number) VALUES (?, ?, ?, ?)",
        [(node, prop.column, position, target) for position, target in enumerate(targets)],
    )
    if partner is not None:
        _forget(db, partner, node, before - set(targets))
        _refer_back(db, partner, node, [each for each in targets if each not in before])


def partner_column(call: Call, prop: Property) -> int | None:
    """The column of the other side of a dual relation."""
    found = _other_side(call, prop)
    return found[1].column if found else None


def is_shared(call: Call, prop: Property) -> bool:
    """Whether the caller sees the data source that a relation leads to."""
    home = nodes.known(call.db, prop.config["data_source_id"])
    return nodes.is_visible(call, home.number)


def read(
    call: Call, pages: Sequence[int], props: Iterable[Property], *, at_most: int | None
) -> Related:
    """The first references of these pages, in order, in those of the properties that have any.

    No more than `at_most` of each page and property are read, however many there are. There are
    none to a data source that is not shared with the caller.
    """
    related: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    wanted = [each for each in props if each.type == "relation" and is_shared(call, each)]
    rows = call.db.execute(
        "SELECT p.value, w.value, n.id FROM json_each(?) p CROSS JOIN json_each(?) w"
        " CROSS JOIN cells c ON c.node = p.value AND c.column = w.value AND c.position IN ("
        "SELECT position FROM cells WHERE node = p.value AND column = w.value"
        " ORDER BY position LIMIT ?)"
        " CROSS JOIN nodes n ON n.number = c.number ORDER BY p.value, w.value, c.position",
        (
            json.dumps(list(pages)),
            json.dumps([each.column for each in wanted]),
            -1 if at_most is None else at_most,
        ),
    )
    for page, column, target_id in rows:
        related[page][column].append(target_id)
    return related


def join(call: Call, table: Table, prop: Property, sent: Input) -> None:
    """Give a new dual relation its other side."""
    if prop.config["type"] != "dual_property":
        return
    other = tables.related(call, prop, table)
    back = Property(
        id=ids.property_id(call.ids, {each.id for each in other.properties}),
        name=_back_name(table, other, prop, sent.get("dual_property").get("synced_property_name")),
        type="relation",
        column=tables.new_column(call.db, other.node.number),
        config=_dual(table, prop, database_id=nodes.by_number(call.db, table.node.parent or 0).id),
    )
    other.add(back)
    table.put(replace(prop, config=prop.config | {"dual_property": _synced(back)}))
    other.save(call.db)
    _mirror(call.db, prop.column, back.column)


def change(
    call: Call, table: Table, prop: Property, config: dict[str, Any], sent: Input
) -> Property:
    """A relation under a changed configuration.

    A second side shows what the first one holds; a side that is given up is removed. A relation
    to another data source starts empty, and its old other side stays as a single one.
    """
    if config == prop.config:
        _rename_other_side(call, table, prop, sent)
        return table.by_id(prop.id) or prop
    if config["data_source_id"] != prop.config["data_source_id"]:
        part(call, table, prop)
        tables.drop_column(call.db, prop.column)
        prop = replace(prop, column=tables.new_column(call.db, table.node.number))
    else:
        _remove_other_side(call, table, prop)
    changed = replace(prop, config=config)
    table.put(changed)
    join(call, table, changed, sent)
    return table.by_id(prop.id) or changed


def rename(call: Call, table: Table, prop: Property) -> None:
    """Tell the other side of a dual relation its new name."""
    _change_partner(call, table, prop, {"dual_property": _synced(prop)})


def part(call: Call, table: Table, prop: Property) -> None:
    """Leave the other side of a removed dual relation as a single one."""
    _change_partner(call, table, prop, {"type": "single_property", "single_property": {}})


def _back_name(table: Table, other: Table, prop: Property, sent: Input) -> str:
    name = f"Related to {table.node.title} ({prop.name})" if sent.absent else sent.text()
    taken = {each.name for each in other.properties}
    if not sent.absent and name in taken:
        raise sent.refusal("a name that no other property has")
    numbered = (f"{name} {i}" for i in range(1, len(taken) + 2))
    return next(each for each in (name, *numbered) if each not in taken)


def _mirror(db: sqlite3.Connection, column: int, back: int) -> None:
    db.execute(
        "INSERT INTO cells (node, column, position, number) SELECT number, ?,"
        " row_number() OVER (PARTITION BY number ORDER BY node) - 1, node"
        " FROM cells WHERE column = ?",
        (back, column),
    )


def _rename_other_side(call: Call, table: Table, prop: Property, sent: Input) -> None:
    found = _other_side(call, prop, table)
    name = sent.get("dual_property").get("synced_property_name") if found else None
    if found is None or name is None or name.absent or name.text() == found[1].name:
        return
    other, back = found
    renamed = replace(back, name=_back_name(table, other, prop, name))
    other.put(renamed)
    other.save(call.db)
    table.put(replace(prop, config=prop.config | {"dual_property": _synced(renamed)}))


def _remove_other_side(call: Call, table: Table, prop: Property) -> None:
    found = _other_side(call, prop, table)
    if found is not None:
        other, back = found
        tables.drop_column(call.db, back.column)
        other.remove(back)
        other.save(call.db)


def _change_partner(call: Call, table: Table, prop: Property, change: dict[str, Any]) -> None:
    found = _other_side(call, prop, table)
    if found is not None:
        other, back = found
        kept = {key: value for key, value in back.config.items() if key != "dual_property"}
        other.put(replace(back, config=kept | change))
        other.save(call.db)


def _other_side(
    call: Call, prop: Property, table: Table | None = None
) -> tuple[Table, Property] | None:
    if prop.type != "relation" or prop.config["type"] != "dual_property":
        return None
    other = tables.related(call, prop, table)
    back = other.by_id(ids.unescaped(prop.config["dual_property"]["synced_property_id"]))
    return (other, back) if back else None


def _dual(table: Table, prop: Property, *, database_id: str) -> dict[str, Any]:
    return {
        "database_id": database_id,
        "data_source_id": table.node.id,
        "type": "dual_property",
        "dual_property": _synced(prop),
    }


def _synced(prop: Property) -> dict[str, Any]:
    return {"synced_property_name": prop.name, "synced_property_id": prop.shown_id}


def _forget(db: sqlite3.Connection, column: int, node: int, pages: Iterable[int]) -> None:
    db.executemany(
        "DELETE FROM cells WHERE node = ? AND column = ? AND number = ?",
        [(page, column, node) for page in pages],
    )


def _refer_back(db: sqlite3.Connection, column: int, node: int, pages: Iterable[int]) -> None:
    db.executemany(
        "INSERT INTO cells (node, column, position, number) SELECT ?, ?,"
        " (SELECT ifnull(max(position), -1) + 1 FROM cells WHERE node = ? AND column = ?), ?",
        [(page, column, page, column, node) for page in pages],
    )


def marks(values: Sequence[Any]) -> str:
    """A question mark for each."""
    return ",".join("?" * len(values))

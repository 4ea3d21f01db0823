"""Schemas as requests make and change them: properties added, renamed, retyped and removed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from server.workspace import conversions, formulas, ids, knowing, relations, schema, tables
from server.workspace.call import Call
from server.workspace.errors import invalid
from server.workspace.inputs import Input
from server.workspace.properties import CODECS
from server.workspace.tables import Property, Table


def add_all(call: Call, table: Table, sent: Input) -> None:
    """The properties of a new table; a title named Name when none was sent."""
    members = list(sent.members()) if sent.given else []
    for name, config in _in_turn(members):
        _add(call, table, name, config)
    titles = [prop for prop in table.properties if prop.type == "title"]
    if len(titles) > 1:
        raise invalid("Title is not provided. Exactly one property must be of type title.")
    if not titles:
        _add(call, table, "Name", Input({"title": {}}, "body.properties.Name"))
    _settle(call, table, before=[], sent=[name for name, _ in members])


def change(call: Call, table: Table, sent: Input) -> None:
    """Change properties by name or id: null removes one, an unknown name adds one."""
    if not sent.given:
        return
    before, members = list(table.properties), list(sent.members())
    for name, config in _in_turn(members):
        prop = knowing.find(call, table, name)
        if prop is None:
            _refuse_kind(schema.kind_of(config), schema.ONLY_FROM_THE_START)
            _add(call, table, name, config)
        elif config.value is None:
            _remove(call, table, prop)
        else:
            _change(call, table, prop, config)
    _settle(call, table, before=before, sent=[name for name, _ in members])


def _in_turn(members: Iterable[tuple[str, Input]]) -> list[tuple[str, Input]]:
    """Rollups last, for they name other properties that may be sent with them."""
    return sorted(members, key=lambda each: not each[1].absent and each[1].get("rollup").given)


def _settle(call: Call, table: Table, *, before: Sequence[Property], sent: Sequence[str]) -> None:
    """Let formulas know the ids of what they name, and new properties stand as they were sent."""
    formulas.settle(call, table)
    known = {each.id for each in before}
    order = {name: i for i, name in enumerate(sent)}
    table.properties.sort(
        key=lambda each: -1 if each.id in known else order.get(each.name, len(order))
    )


def _add(call: Call, table: Table, name: str, sent: Input) -> None:
    kind = schema.kind_of(sent)
    _refuse_name(table, Input(name, sent.path))
    _refuse_second(table, kind)
    prop = Property(
        id=_fresh_id(call, table, kind),
        name=name,
        type=kind,
        column=tables.new_column(call.db, table.node.number),
        config=schema.parse_config(call, table, None, sent.get(kind)),
        description=schema.parse_description(sent.get("description")),
    )
    table.add(prop)
    if kind == "relation":
        relations.join(call, table, prop, sent.get(kind))
    if kind == "unique_id":
        _number_rows(call, table, prop)


def _refuse_kind(kind: str, refused: Sequence[str]) -> None:
    if kind in refused:
        raise invalid(f"Properties of type {kind} cannot be added to a data source by the API.")


def _refuse_second(table: Table, kind: str) -> None:
    if kind in ("title", "unique_id") and any(each.type == kind for each in table.properties):
        raise invalid(f"Cannot create more than one {kind} property.")


def _fresh_id(call: Call, table: Table, kind: str) -> str:
    if kind in schema.FIXED_IDS:
        return kind
    return ids.property_id(call.ids, {each.id for each in table.properties})


def _number_rows(call: Call, table: Table, prop: Property) -> None:
    """Give the rows that are already there their numbers, in the order of their creation."""
    numbered = call.db.execute(
        "INSERT INTO cells (node, column, position, number)"
        " SELECT number, ?, 0, row_number() OVER (ORDER BY number) FROM nodes WHERE parent = ?",
        (prop.column, table.node.number),
    )
    call.db.execute(
        "UPDATE columns SET last_unique = ? WHERE number = ?", (numbered.rowcount, prop.column)
    )
    call.db.execute(
        "UPDATE documents SET document = json_set(document, ?, CAST(c.number AS INTEGER))"
        " FROM cells c WHERE c.node = documents.node AND c.column = ?",
        (f'$.properties."{prop.column}"', prop.column),
    )


def _remove(call: Call, table: Table, prop: Property) -> None:
    if prop.type == "title":
        raise invalid("Cannot delete the title property.")
    tables.drop_column(call.db, prop.column)
    table.remove(prop)
    relations.part(call, table, prop)


def _change(call: Call, table: Table, prop: Property, sent: Input) -> None:
    kinds = [key for key in CODECS if sent.get(key).given]
    if kinds:
        prop = _configured(call, table, prop, sent.get(kinds[0]))
    if sent.get("description").given:
        prop = replace(prop, description=schema.parse_description(sent.get("description")))
    renamed = sent.get("name")
    if not renamed.absent and renamed.text() != prop.name:
        _refuse_name(table, renamed)
        prop = replace(prop, name=renamed.text())
        relations.rename(call, table, prop)
    table.put(prop)


def _configured(call: Call, table: Table, prop: Property, sent: Input) -> Property:
    kind = sent.path.rpartition(".")[2]
    if kind != prop.type:
        return _retyped(call, table, prop, sent)
    config = schema.parse_config(call, table, prop, sent)
    if kind == "relation":
        return relations.change(call, table, prop, config, sent)
    changed = replace(prop, config=config)
    _rank_again(call, prop, changed)
    return changed


def _retyped(call: Call, table: Table, prop: Property, sent: Input) -> Property:
    """The property under its new type, its values under a column of their own."""
    kind = sent.path.rpartition(".")[2]
    _refuse_kind(kind, schema.ONLY_FROM_THE_START)
    if {kind, prop.type} & {"title", "relation"}:
        raise sent.refusal(f"of type {prop.type}, which cannot become {kind}")
    _refuse_second(table, kind)
    has_same_options = {kind, prop.type} <= conversions.OPTIONS and kind != "status"
    config = schema.parse_config(call, table, prop if has_same_options else None, sent)
    column = tables.new_column(call.db, table.node.number)
    changed = replace(prop, type=kind, column=column, config=config)
    conversions.carry_over(call, table, prop, changed)
    tables.drop_column(call.db, prop.column)
    if kind == "unique_id":
        _number_rows(call, table, changed)
    return changed


def _rank_again(call: Call, before: Property, after: Property) -> None:
    if before.options == after.options:
        return
    for option in before.options:
        rank = after.rank(option["id"])
        if rank < 0:
            _forget_option(call, before.column, option["id"])
        else:
            call.db.execute(
                "UPDATE cells SET number = ? WHERE column = ? AND text = ?",
                (rank, before.column, option["id"]),
            )


def _forget_option(call: Call, column: int, option_id: str) -> None:
    """Take the option from all rows; those chosen after it move up, for the first one sorts."""
    forgotten = "column = ? AND text = ?"
    # By way of negative positions, so that no two ever share one.
    call.db.execute(
        "UPDATE cells SET position = -position WHERE column = ?"  # noqa: S608 - our own words
        f" AND node IN (SELECT node FROM cells WHERE {forgotten}) AND position >"
        f" (SELECT position FROM cells f WHERE f.node = cells.node AND {forgotten})",
        (column, column, option_id, column, option_id),
    )
    call.db.execute(f"DELETE FROM cells WHERE {forgotten}", (column, option_id))  # noqa: S608 - our own words
    call.db.execute(
        "UPDATE cells SET position = -position - 1 WHERE column = ? AND position < 0", (column,)
    )


def _refuse_name(table: Table, name: Input) -> None:
    """400 for a name that is empty, too long or taken."""
    if not name.text():
        raise name.refusal("a name of at least one character")
    if any(each.name == name.value for each in table.properties):
        raise name.refusal("a name that no other property has")

"""The filter compiler: a filter as sent becomes one SQL condition over `nodes n` and `cells`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from server.workspace import days
from server.workspace.call import Call
from server.workspace.days import Span
from server.workspace.errors import invalid
from server.workspace.inputs import Input
from server.workspace.sql import FALSE, TRUE, Sql, having_cell, joined
from server.workspace.tables import Property, Table

MAX_LEVELS = 2
"""How deep `and` and `or` may stand within each other."""

_COMPARISONS: Final = {
    "equals": "=",
    "greater_than": ">",
    "less_than": "<",
    "greater_than_or_equal_to": ">=",
    "less_than_or_equal_to": "<=",
}
_FAMILIES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("title", "rich_text", "url", "email", "phone_number"), "text"),
    **dict.fromkeys(("number", "unique_id"), "number"),
    **dict.fromkeys(("select", "status"), "option"),
    **dict.fromkeys(("date", "created_time", "last_edited_time"), "date"),
    **dict.fromkeys(("people", "created_by", "last_edited_by"), "people"),
    "multi_select": "options",
    "checkbox": "checkbox",
    "relation": "relation",
    "files": "files",
    "formula": "formula",
    "rollup": "rollup",
}
"""A filter may name any type of its property's family."""

_NODE_FIELDS: Final = {
    "created_time": "n.created_at",
    "last_edited_time": "n.edited_at",
    "created_by": "n.created_by",
    "last_edited_by": "n.edited_by",
}


@dataclass(frozen=True, slots=True)
class Operand:
    """One condition: which property, which operator, what value was sent."""

    call: Call
    prop: Property
    operator: str
    value: Input


def compile_filter(call: Call, table: Table, source: Input, level: int = 0) -> Sql:
    """The condition of a filter; 400 in Notion's words when it does not fit the table."""
    for word in ("and", "or"):
        group = source.get(word)
        if group.given:
            if level >= MAX_LEVELS:
                raise group.refusal("not present")
            parts = [compile_filter(call, table, each, level + 1) for each in group.items()]
            return joined(word.upper(), parts) if parts else TRUE
    if source.get("timestamp").given:
        return _timestamp(call, source)
    return _property(call, table, source)


def _timestamp(call: Call, source: Input) -> Sql:
    name = source.get("timestamp").choice(("created_time", "last_edited_time"))
    source.only("timestamp", name)
    return _condition(call, Property(name, name, name, 0, {}), source.need(name))


def _property(call: Call, table: Table, source: Input) -> Sql:
    name = source.need("property").text()
    prop = table.find(name)
    if prop is None:
        raise invalid(f"Could not find property with name or id: {name}")
    kind = source.key(tuple(_FAMILIES))
    source.only("property", "type", kind)
    if _FAMILIES[kind] != _FAMILIES[prop.type]:
        raise invalid(
            "The property type in the database does not match the property type of the filter"
            f" provided: database property {prop.type} does not match filter {kind}"
        )
    return _condition(call, prop, source.get(kind))


def _condition(call: Call, prop: Property, source: Input) -> Sql:
    family = _FAMILIES[prop.type]
    if family == "formula":
        raise invalid("Unable to filter based on a formula of unknown type")
    if family == "rollup":
        raise invalid("The embedded workspace does not serve filters on rollups yet.")
    compiler, operators = _COMPILERS[family]
    allowed = (*operators, "is_empty", "is_not_empty") if family != "checkbox" else operators
    operator = source.key(allowed)
    source.only(operator)
    value = source.get(operator)
    if operator in ("is_empty", "is_not_empty"):
        if value.value is not True:
            raise value.refusal("`true`")
        empty = _empty(prop)
        return empty if operator == "is_empty" else empty.negated()
    return compiler(Operand(call, prop, operator, value))


def _empty(prop: Property) -> Sql:
    if prop.type in _NODE_FIELDS:
        return FALSE
    return _cells(prop, TRUE).negated()


def _cells(prop: Property, condition: Sql) -> Sql:
    """Rows with a cell of that property for which the condition holds."""
    return having_cell(prop.column, condition)


def _text(operand: Operand) -> Sql:
    wanted = operand.value.text().casefold()
    match operand.operator:
        case "equals" | "does_not_equal":
            condition = Sql("text = ?", (wanted,))
        case "contains" | "does_not_contain":
            condition = Sql("instr(text, ?) > 0", (wanted,))
        case "starts_with":
            condition = Sql("substr(text, 1, ?) = ?", (len(wanted), wanted))
        case _:
            condition = Sql("substr(text, -?) = ?", (len(wanted), wanted)) if wanted else TRUE
    return _signed(operand, _cells(operand.prop, condition))


def _number(operand: Operand) -> Sql:
    comparison = _COMPARISONS.get(operand.operator, "=")
    condition = Sql(f"number {comparison} ?", (float(operand.value.number()),))
    return _signed(operand, _cells(operand.prop, condition))


def _checkbox(operand: Operand) -> Sql:
    ticked = _cells(operand.prop, Sql("number = 1"))
    return _signed(operand, ticked if operand.value.boolean() else ticked.negated())


def _option(operand: Operand) -> Sql:
    sent = operand.value
    wanted = sent.items() if isinstance(sent.value, list) else [sent]
    chosen = [_option_id(operand.prop, each) for each in wanted]
    marks = ", ".join("?" * len(chosen))
    return _signed(operand, _cells(operand.prop, Sql(f"text IN ({marks})", tuple(chosen))))


def _option_id(prop: Property, source: Input) -> str:
    name = source.text()
    option = prop.option(name)
    if option is None:
        known = ", ".join(f'"{each["name"]}"' for each in prop.options)
        raise invalid(
            f'{prop.type} option "{name}" not found for property "{prop.name}".'
            f" Available options: {known}."
        )
    found: str = option["id"]
    return found


def _people(operand: Operand) -> Sql:
    is_me = operand.value.value == "me"
    user_id = operand.call.actor_id if is_me else operand.value.id()
    field = _NODE_FIELDS.get(operand.prop.type)
    if field:
        return _signed(operand, Sql(f"{field} = ?", (user_id,)))
    return _signed(operand, _cells(operand.prop, Sql("text = ?", (user_id,))))


def _relation(operand: Operand) -> Sql:
    target = Sql("number = (SELECT number FROM nodes WHERE id = ?)", (operand.value.id(),))
    return _signed(operand, _cells(operand.prop, target))


def _date(operand: Operand) -> Sql:
    span = _span(operand)
    field = _NODE_FIELDS.get(operand.prop.type)
    bounds = _bounds(operand.operator, field or "number", span)
    return bounds if field else _cells(operand.prop, bounds)


def _bounds(operator: str, field: str, span: Span) -> Sql:
    match operator:
        case "before":
            return Sql(f"{field} < ?", (span.start_ms,))
        case "after":
            return Sql(f"{field} >= ?", (span.end_ms,))
        case "on_or_before":
            return Sql(f"{field} < ?", (span.end_ms,))
        case "on_or_after":
            return Sql(f"{field} >= ?", (span.start_ms,))
        case _:
            return Sql(f"{field} >= ? AND {field} < ?", (span.start_ms, span.end_ms))


def _span(operand: Operand) -> Span:
    value, now_ms = operand.value, operand.call.now_ms
    if operand.operator in days.SPANS:
        value.only()
        return days.named_span(operand.operator, now_ms)
    if isinstance(value.value, str) and value.value in days.DAYS:
        return days.named_day(value.text(), now_ms)
    return days.of_moment(value.moment())


def _signed(operand: Operand, condition: Sql) -> Sql:
    return condition.negated() if operand.operator.startswith("does_not_") else condition


_EQUAL: Final = ("equals", "does_not_equal")
_CONTAIN: Final = ("contains", "does_not_contain")
_COMPILERS: Final[Mapping[str, tuple[Callable[[Operand], Sql], tuple[str, ...]]]] = {
    "text": (_text, (*_EQUAL, *_CONTAIN, "starts_with", "ends_with")),
    "number": (_number, (*_COMPARISONS, "does_not_equal")),
    "checkbox": (_checkbox, _EQUAL),
    "option": (_option, _EQUAL),
    "options": (_option, _CONTAIN),
    "people": (_people, _CONTAIN),
    "relation": (_relation, _CONTAIN),
    "files": (_text, ()),
    "date": (
        _date, ("equals", "before", "after", "on_or_before", "on_or_after", *days.SPANS)
    ),
}  # fmt: skip
"""How each family's conditions are compiled, and its operators beside is_empty."""

"""The filter compiler: a filter as sent becomes one SQL condition over `nodes n` and `cells`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from server.workspace import days, knowing, rollups
from server.workspace.call import Call
from server.workspace.days import Span
from server.workspace.errors import invalid
from server.workspace.inputs import Input
from server.workspace.rollups import Rollup
from server.workspace.sql import FALSE, TRUE, Sql, having_cell, joined
from server.workspace.tables import NODE_FIELDS, Property, Table

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
    "verification": "verification",
}
"""A filter may name any type of its property's family."""

_KEYS: Final = (
    "or", "and", "title", "rich_text", "number", "checkbox", "select", "multi_select", "status",
    "date", "people", "files", "url", "email", "phone_number", "relation", "created_by",
    "created_time", "last_edited_by", "last_edited_time", "formula", "unique_id", "rollup",
    "verification",
)  # fmt: skip
"""What a filter may be, in the order in which refusals tell it."""

_ROLLED_KINDS: Final = (
    "rich_text", "number", "checkbox", "select", "multi_select", "relation", "date", "people",
    "files", "status",
)  # fmt: skip
"""What a condition on each of the rolled values may be about."""


@dataclass(frozen=True, slots=True)
class Operand:
    """One condition: which property, which operator, what value was sent.

    `expression` gives the value of a row where it is no cell.
    """

    call: Call
    prop: Property
    operator: str
    value: Input
    expression: str | None = None

    def having(self, condition: Sql) -> Sql:
        """Rows with a value for which a condition over `text` and `number` holds."""
        if self.expression is not None:
            value = f"SELECT {self.expression} AS value"
            both = f"SELECT value AS text, value AS number FROM ({value})"  # noqa: S608 - compiled
            tested = f"SELECT {condition.text} FROM ({both})"  # noqa: S608 - compiled
            return Sql(f"ifnull(({tested}), 0)", condition.parameters)
        return having_cell(self.prop.column, condition)


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
    source.only("timestamp", "type", name)
    return _condition(call, Property(name, name, name, 0, {}), source.need(name))


def _property(call: Call, table: Table, source: Input) -> Sql:
    name = source.need("property").text()
    prop = knowing.find(call, table, name)
    if prop is None:
        raise invalid(f"Could not find property with name or id: {name}")
    kind = source.key(_KEYS)
    source.only("property", "type", kind)
    _refuse_other_family(prop, kind)
    if prop.type == "rollup":
        return _rollup(call, table, prop, source.get(kind))
    return _condition(call, prop, source.get(kind))


def _refuse_other_family(prop: Property, kind: str) -> None:
    if _FAMILIES[kind] != _FAMILIES.get(prop.type):
        raise invalid(
            "The property type in the database does not match the property type of the filter"
            f" provided: database property {prop.type} does not match filter {kind}"
        )


def _rollup(call: Call, table: Table, prop: Property, source: Input) -> Sql:
    kind = rollups.kind_of(prop.config["function"])
    rollup = rollups.resolve(call, table, prop)
    if kind == "array":
        source.only(word := source.key(("any", "every", "none")))
        return _each(call, rollup, word, source.get(word)) if rollup else FALSE
    source.only(source.key((kind,)))
    value = Property(prop.id, prop.name, kind, prop.column, {})
    expression = rollup.value() if rollup else "NULL"
    return _condition(call, value, source.get(kind), expression)


def _each(call: Call, rollup: Rollup, word: str, source: Input) -> Sql:
    """Of the related pages, any, every one or none has such a value: of none, every and none."""
    kind = source.key(_ROLLED_KINDS)
    source.only(kind)
    _refuse_other_family(rollup.rolled, kind)
    condition = _condition(call, rollup.rolled, source.get(kind))
    sought = condition.negated() if word == "every" else condition
    found = Sql(
        f"n.number IN (SELECT r.node {rollup.rows('n')} AND ({sought.text}))", sought.parameters
    )
    return found if word == "any" else found.negated()


def _condition(call: Call, prop: Property, source: Input, expression: str | None = None) -> Sql:
    family = _FAMILIES[prop.type]
    if family == "formula":
        raise invalid("Unable to filter based on a formula of unknown type")
    compiler, operators = _COMPILERS[family]
    can_be_empty = family not in ("checkbox", "verification")
    allowed = (*operators, "is_empty", "is_not_empty") if can_be_empty else operators
    operator = source.key(allowed)
    source.only(operator)
    if prop.type in NODE_FIELDS:
        expression = f"n.{NODE_FIELDS[prop.type]}"
    operand = Operand(call, prop, operator, source.get(operator), expression)
    return _empty(operand) if operator in ("is_empty", "is_not_empty") else compiler(operand)


def _empty(operand: Operand) -> Sql:
    if operand.value.value is not True:
        raise operand.value.refusal("`true`")
    if operand.expression is not None:
        empty = Sql(f"({operand.expression}) IS NULL")
    else:
        empty = operand.having(TRUE).negated()
    return empty if operand.operator == "is_empty" else empty.negated()


def _text(operand: Operand) -> Sql:
    wanted = operand.value.text().casefold()
    # As bytes, for SQLite takes U+0000 for the end of a text.
    part = wanted.encode("utf-8", "surrogatepass")
    match operand.operator:
        case "equals" | "does_not_equal":
            condition = Sql("text = ?", (wanted,))
        case "contains" | "does_not_contain":
            condition = Sql("instr(text, ?) > 0", (wanted,))
        case "starts_with":
            condition = Sql("substr(CAST(text AS BLOB), 1, ?) = ?", (len(part), part))
        case _:
            ending = Sql("substr(CAST(text AS BLOB), -?) = ?", (len(part), part))
            condition = ending if part else TRUE
    return _signed(operand, operand.having(condition))


def _number(operand: Operand) -> Sql:
    comparison = _COMPARISONS.get(operand.operator, "=")
    condition = Sql(f"number {comparison} ?", (float(operand.value.number()),))
    return _signed(operand, operand.having(condition))


def _checkbox(operand: Operand) -> Sql:
    ticked = operand.having(Sql("number = 1"))
    return _signed(operand, ticked if operand.value.boolean() else ticked.negated())


def _option(operand: Operand) -> Sql:
    sent = operand.value
    wanted = sent.items() if isinstance(sent.value, list) else [sent]
    chosen = [_option_id(operand.prop, each) for each in wanted]
    if len(chosen) == 1:
        return _signed(operand, operand.having(Sql("text = ?", (chosen[0],))))
    any_of = Sql("text IN (SELECT value FROM json_each(?))", (json.dumps(chosen),))
    return _signed(operand, operand.having(any_of))


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
    return _signed(operand, operand.having(Sql("text = ?", (user_id,))))


def _relation(operand: Operand) -> Sql:
    target = Sql("number = (SELECT number FROM nodes WHERE id = ?)", (operand.value.id(),))
    return _signed(operand, operand.having(target))


def _verification(operand: Operand) -> Sql:
    now_ms = operand.call.now_ms
    match operand.value.choice(("verified", "expired", "none")):
        case "verified":
            found = operand.having(Sql("number > ?", (now_ms,)))
        case "expired":
            found = operand.having(Sql("number <= ?", (now_ms,)))
        case _:
            found = operand.having(TRUE).negated()
    return _signed(operand, found)


def _date(operand: Operand) -> Sql:
    span = _span(operand)
    if operand.prop.type in NODE_FIELDS:
        return _bounds(operand.operator, operand.expression or "", span)
    return operand.having(_bounds(operand.operator, "number", span))


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
    "verification": (_verification, ("status", "does_not_equal")),
    "date": (
        _date, ("equals", "before", "after", "on_or_before", "on_or_after", *days.SPANS)
    ),
}  # fmt: skip
"""How each family's conditions are compiled, and its operators beside is_empty."""

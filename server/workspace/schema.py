"""The schema codec: property configurations as sent, as kept, and as answered."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from server.workspace import ids, nodes, tables
from server.workspace.call import Call
from server.workspace.errors import invalid
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.properties import CODECS, MAX_OPTION_CHARS
from server.workspace.richtext import COLORS
from server.workspace.tables import Property, Table

ROLLUP_FUNCTIONS: Final = (
    "count", "count_values", "empty", "not_empty", "unique", "show_unique", "percent_empty",
    "percent_not_empty", "sum", "average", "median", "min", "max", "range", "earliest_date",
    "latest_date", "date_range", "checked", "unchecked", "percent_checked", "percent_unchecked",
    "count_per_group", "percent_per_group", "show_original",
)  # fmt: skip
MAX_DESCRIPTION_CHARS = 280
MAX_EXPRESSION_CHARS = 2000

_STATUS_OPTIONS = (("Not started", "default"), ("In progress", "blue"), ("Done", "green"))
_STATUS_GROUPS = (("To-do", "gray"), ("In progress", "blue"), ("Complete", "green"))

Parser = Callable[[Call, Table, Property | None, Input], dict[str, Any]]
"""From call, table, the property as it was (if it is of the same type) and what was sent."""


def kind_of(source: Input) -> str:
    """The type of the configuration."""
    return source.key(tuple(CODECS))


def parse_config(
    call: Call, table: Table, before: Property | None, source: Input
) -> dict[str, Any]:
    """The configuration to keep for what stands under the type's name."""
    parser = _PARSERS.get(source.path.rpartition(".")[2])
    if parser is None:
        source.object()
        return {}
    return parser(call, table, before, source)


def parse_description(source: Input) -> str | None:
    """The description of a property."""
    return None if source.absent else source.text(MAX_DESCRIPTION_CHARS)


def answer(table: Table) -> dict[str, Any]:
    """Every property of a data source by name, as the API shows it."""
    return {prop.name: _property_answer(table, prop) for prop in table.properties}


def _property_answer(table: Table, prop: Property) -> dict[str, Any]:
    return {
        "id": prop.shown_id,
        "name": prop.name,
        "description": prop.description,
        "type": prop.type,
        prop.type: _rollup_answer(table, prop) if prop.type == "rollup" else prop.config,
    }


def _rollup_answer(table: Table, prop: Property) -> dict[str, Any]:
    relation = table.by_id(prop.config["relation_property_id"])
    return {
        "rollup_property_name": prop.config["rollup_property_name"],
        "relation_property_name": relation.name if relation else "",
        "rollup_property_id": prop.config["rollup_property_id"],
        "relation_property_id": prop.config["relation_property_id"],
        "function": prop.config["function"],
    }


def _number(_call: Call, _table: Table, before: Property | None, source: Input) -> dict[str, Any]:
    sent = source.get("format")
    if not sent.absent:
        return {"format": sent.text(MAX_OPTION_CHARS)}
    return before.config if before else {"format": "number"}


def _options(call: Call, _table: Table, before: Property | None, source: Input) -> dict[str, Any]:
    sent = source.get("options")
    if sent.absent:
        return before.config if before else {"options": []}
    return {"options": _option_list(call, before, sent)}


def _option_list(call: Call, before: Property | None, sent: Input) -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = []
    for each in sent.items():
        option = _option(call, before, each, len(options))
        if any(option["name"] == known["name"] for known in options):
            raise invalid(f'Duplicate select option name: "{option["name"]}".')
        options.append(option)
    return options


def _option(call: Call, before: Property | None, source: Input, at: int) -> dict[str, Any]:
    key = source.key(("id", "name"))
    known = before.option(source.get(key).text(MAX_OPTION_CHARS)) if before else None
    name, color = source.get("name"), source.get("color")
    if known is None and name.absent:
        raise name.refusal("defined")
    option = known or tables.new_option(
        call.ids, name.text(MAX_OPTION_CHARS), color=tables.next_color(at)
    )
    changes: dict[str, Any] = {}
    if not name.absent:
        changes["name"] = _option_name(name)
    if not color.absent:
        changes["color"] = color.choice(COLORS)
    if source.get("description").given:
        changes["description"] = parse_description(source.get("description"))
    return option | changes


def _option_name(source: Input) -> str:
    name = source.text(MAX_OPTION_CHARS)
    if "," in name:
        raise invalid(f"Invalid select option, commas not allowed: {name}")
    return name


def _status(call: Call, _table: Table, before: Property | None, source: Input) -> dict[str, Any]:
    sent = source.get("options")
    if before is None:
        return _new_status(call, sent)
    if sent.absent:
        return before.config
    return _regrouped(_option_list(call, before, sent), before.config["groups"])


def _new_status(call: Call, sent: Input) -> dict[str, Any]:
    options = (
        [tables.new_option(call.ids, name, color=color) for name, color in _STATUS_OPTIONS]
        if sent.absent
        else _option_list(call, None, sent)
    )
    groups = [
        {
            "id": ids.database_id(call.ids),
            "name": name,
            "color": color,
            "option_ids": [each["id"] for each in options if each["name"] == home],
        }
        for (name, color), (home, _) in zip(_STATUS_GROUPS, _STATUS_OPTIONS, strict=True)
    ]
    return _regrouped(options, groups)


def _regrouped(options: list[dict[str, Any]], groups: list[dict[str, Any]]) -> dict[str, Any]:
    """The groups over these options: whatever the API adds lands in the first, To-do."""
    present = [each["id"] for each in options]
    settled = {option_id for group in groups for option_id in group["option_ids"]}
    added = [option_id for option_id in present if option_id not in settled]
    kept = [
        group | {"option_ids": [each for each in group["option_ids"] if each in present]}
        for group in groups
    ]
    kept[0] = kept[0] | {"option_ids": [*kept[0]["option_ids"], *added]}
    return {"options": options, "groups": kept}


def _unique_id(
    _call: Call, _table: Table, _before: Property | None, source: Input
) -> dict[str, Any]:
    prefix = source.get("prefix")
    return {"prefix": None if prefix.absent else prefix.text(MAX_OPTION_CHARS)}


def _formula(_call: Call, _table: Table, _before: Property | None, source: Input) -> dict[str, Any]:
    expression = source.get("expression")
    return {"expression": "" if expression.absent else expression.text(MAX_EXPRESSION_CHARS)}


def _rollup(call: Call, table: Table, _before: Property | None, source: Input) -> dict[str, Any]:
    relation = _referred(table, source, "relation_property")
    if relation.type != "relation":
        raise source.refusal("a rollup over a relation property")
    other = tables.load(call, nodes.find(call, relation.config["data_source_id"], "data_source"))
    rolled = _referred(other, source, "rollup_property")
    return {
        "rollup_property_name": rolled.name,
        "relation_property_id": relation.id,
        "rollup_property_id": rolled.id,
        "function": source.need("function").choice(ROLLUP_FUNCTIONS),
    }


def _referred(table: Table, source: Input, what: str) -> Property:
    name = source.get(source.key((f"{what}_name", f"{what}_id"))).text()
    found = table.find(name)
    if found is None:
        raise invalid(f"Could not find property with name or id: {name}")
    return found


def _relation(call: Call, _table: Table, before: Property | None, source: Input) -> dict[str, Any]:
    if before is not None:
        return before.config
    target = nodes.find(call, source.need("data_source_id").id(), "data_source")
    side = source.key(("dual_property", "single_property"))
    source.get(side).object()
    return {
        "database_id": database_of(call, target).id,
        "data_source_id": target.id,
        "type": side,
        side: {},
    }


def database_of(call: Call, data_source: Node) -> Node:
    """The database that holds a data source."""
    return nodes.by_number(call.db, data_source.parent or 0)


_PARSERS: Final[Mapping[str, Parser]] = {
    "number": _number,
    "select": _options,
    "multi_select": _options,
    "status": _status,
    "unique_id": _unique_id,
    "formula": _formula,
    "rollup": _rollup,
    "relation": _relation,
}

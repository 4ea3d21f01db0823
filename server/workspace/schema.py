"""The schema codec: property configurations as sent, as kept, and as answered."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from server.workspace import ids, knowing, nodes, rollups, tables
from server.workspace.call import Call
from server.workspace.errors import invalid
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.properties import CODECS, MAX_OPTION_CHARS
from server.workspace.richtext import COLORS
from server.workspace.tables import Property, Table

MAX_DESCRIPTION_CHARS = 280
MAX_EXPRESSION_CHARS = 2000

NUMBER_FORMATS: Final = (
    "number", "number_with_commas", "percent", "dollar", "australian_dollar", "canadian_dollar",
    "singapore_dollar", "euro", "pound", "yen", "ruble", "rupee", "won", "yuan", "real", "lira",
    "rupiah", "franc", "hong_kong_dollar", "new_zealand_dollar", "krona", "norwegian_krone",
    "mexican_peso", "rand", "new_taiwan_dollar", "danish_krone", "zloty", "baht", "forint",
    "koruna", "shekel", "chilean_peso", "philippine_peso", "dirham", "colombian_peso", "riyal",
    "ringgit", "leu", "argentine_peso", "uruguayan_peso", "peruvian_sol",
)  # fmt: skip
ONLY_FROM_THE_START: Final = ("button", "verification")
"""Types that a new table can have, and that cannot be added to one that is there."""

UNSHOWN: Final = ("location", "last_visited_time")
"""Types that requests name and no answer does, so that nobody could read what was made."""

FIXED_IDS: Final = ("title", "verification")
"""Types of which a table has one property, whose id is the name of the type."""

_STATUS_OPTIONS = (("Not started", "default"), ("In progress", "blue"), ("Done", "green"))
_STATUS_GROUPS = (("To-do", "gray"), ("In progress", "blue"), ("Complete", "green"))

Parser = Callable[[Call, Table, Property | None, Input], dict[str, Any]]
"""From call, table, the property as it was (if it is of the same type) and what was sent."""


def kind_of(source: Input) -> str:
    """The type of the configuration; 400 for one that the API does not let a client make."""
    kind = source.key((*CODECS, *UNSHOWN))
    if kind in UNSHOWN:
        raise invalid(f"Properties of type {kind} cannot be added to a data source by the API.")
    return kind


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


def answer(call: Call, table: Table) -> dict[str, Any]:
    """Every property of a data source that the caller may know, by name, as the API shows it."""
    return {
        prop.name: _property_answer(call, table, prop)
        for prop in table.properties
        if knowing.is_shown(call, table, prop)
    }


def _property_answer(call: Call, table: Table, prop: Property) -> dict[str, Any]:
    return {
        "id": prop.shown_id,
        "name": prop.name,
        "description": prop.description,
        "type": prop.type,
        prop.type: _rollup_answer(call, table, prop) if prop.type == "rollup" else prop.config,
    }


def _rollup_answer(call: Call, table: Table, prop: Property) -> dict[str, Any]:
    known = rollups.resolve(call, table, prop)
    return {
        "rollup_property_name": known.rolled.name if known else "",
        "relation_property_name": known.relation.name if known else "",
        "rollup_property_id": prop.config["rollup_property_id"],
        "relation_property_id": prop.config["relation_property_id"],
        "function": prop.config["function"],
    }


def _number(_call: Call, _table: Table, before: Property | None, source: Input) -> dict[str, Any]:
    sent = source.get("format")
    if not sent.absent:
        return {"format": sent.choice(NUMBER_FORMATS)}
    return before.config if before else {"format": "number"}


def _options(call: Call, _table: Table, before: Property | None, source: Input) -> dict[str, Any]:
    sent = source.get("options")
    if sent.absent:
        return {"options": before.options if before else []}
    return {"options": _option_list(call, before, sent)}


def _option_list(call: Call, before: Property | None, sent: Input) -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = []
    for each in sent.items():
        option = _option(call, before, each, len(options))
        if any(option["name"] == known["name"] for known in options):
            raise invalid(f'Duplicate select option name: "{option["name"]}".')
        if any(option["id"] == known["id"] for known in options):
            raise invalid(f'Duplicate select option id: "{option["id"]}".')
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
        if known and changes["color"] != known["color"]:
            raise invalid(f"Cannot update color of select with {key}: {known[key]}.")
    if source.get("description").given:
        changes["description"] = parse_description(source.get("description"))
    return option | changes


def _option_name(source: Input) -> str:
    name = source.text(MAX_OPTION_CHARS)
    if "," in name:
        raise invalid(f"Invalid select option, commas not allowed: {name}")
    return name


def _status(call: Call, _table: Table, before: Property | None, source: Input) -> dict[str, Any]:
    # Groups may be sent and change nothing: they are settled in the app alone.
    sent = source.only("options", "groups").get("options")
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
            "option_ids": [each["id"] for each in options if sent.absent and each["name"] == home],
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


def _unique_id(call: Call, table: Table, before: Property | None, source: Input) -> dict[str, Any]:
    sent = source.get("prefix")
    if not sent.given and before is not None:
        return before.config
    prefix = None if sent.absent else sent.text(MAX_OPTION_CHARS)
    if prefix is not None and prefix in _taken_prefixes(call, table):
        raise sent.refusal("a prefix that no other data source of the workspace has")
    return {"prefix": prefix}


def _taken_prefixes(call: Call, table: Table) -> set[str]:
    return {
        prop.config["prefix"]
        for other, prop in tables.of_type(call, "unique_id")
        if not other.node.in_trash and other.node.number != table.node.number
    }


def _formula(_call: Call, _table: Table, _before: Property | None, source: Input) -> dict[str, Any]:
    expression = source.get("expression")
    return {"expression": "" if expression.absent else expression.text(MAX_EXPRESSION_CHARS)}


def _rollup(call: Call, table: Table, _before: Property | None, source: Input) -> dict[str, Any]:
    relation = _referred(call, table, source, "relation_property")
    if relation.type != "relation":
        raise source.refusal("a rollup over a relation property")
    nodes.find(call, relation.config["data_source_id"], "data_source")
    other = tables.related(call, relation, table)
    rolled = _referred(call, other, source, "rollup_property")
    if rolled.type == "rollup":
        raise source.refusal("over a property that is no rollup itself")
    return {
        "relation_property_id": relation.id,
        "rollup_property_id": rolled.id,
        "function": source.need("function").choice(rollups.FUNCTIONS),
    }


def _referred(call: Call, table: Table, source: Input, what: str) -> Property:
    name = source.get(source.key((f"{what}_name", f"{what}_id"))).text()
    found = knowing.find(call, table, name)
    if found is None:
        raise invalid(f"Could not find property with name or id: {name}")
    return found


def _relation(call: Call, _table: Table, before: Property | None, source: Input) -> dict[str, Any]:
    side = source.key(("dual_property", "single_property"))
    source.get(side).object()
    named = source.get("data_source_id")
    if before is not None and not named.given:
        named = Input(before.config["data_source_id"], named.path)
    target_id = named.id()
    if before is not None and (target_id, side) == (
        before.config["data_source_id"], before.config["type"],
    ):  # fmt: skip
        return before.config
    target = nodes.find(call, target_id, "data_source")
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

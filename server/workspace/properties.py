"""The property codec: each type's value as sent, as kept, as found in cells, and as answered.

A kept value is JSON under the column's number in the page's document. Cells are (text, number)
pairs in order: text folded for comparing, option ids, user ids; numbers, instants in milliseconds,
ranks of options, rows of related pages. Relations are kept in cells alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from server.workspace import richtext, times
from server.workspace.call import Call
from server.workspace.errors import invalid, user_not_found
from server.workspace.inputs import MISSING, Input
from server.workspace.nodes import Node, find, known
from server.workspace.tables import Property, Table, with_option

Cell: TypeAlias = tuple[str | None, float | None]

CUT = 25
"""A page answer shows no more than this of a title, rich_text, people or relation."""

MAX_OPTION_CHARS = 100

FOREVER_MS = 253_402_300_800_000
"""An instant after all that can be written as a date: what is verified without an end."""

_PLACE_TEXTS = ("name", "address", "aws_place_id", "google_place_id")


@dataclass(frozen=True, slots=True)
class Row:
    """What answers need to show one page's values."""

    call: Call
    node: Node
    values: Mapping[str, Any]
    related: Mapping[int, Sequence[str]]
    rolled: Mapping[int, Any] = field(default_factory=dict[int, Any])

    def value(self, prop: Property) -> Any:
        """The kept value, or None."""
        return self.values.get(str(prop.column))


@dataclass(frozen=True, slots=True)
class Writer:
    """What parsing needs: new options go into the table."""

    call: Call
    table: Table | None


@dataclass(frozen=True, slots=True)
class Codec:
    """One type. `parse` is None where nothing can be written; `listed` answers in arrays."""

    show: Callable[[Row, Property], Any]
    parse: Callable[[Writer, Property, Input], Any] | None = None
    cells: Callable[[Property, Any], list[Cell]] = lambda _prop, _value: []
    listed: bool = False


def parse(writer: Writer, prop: Property, source: Input) -> Any:
    """The value to keep; 400 in Notion's words when it does not fit the type."""
    if source.value is None:
        problem = f'Invalid property value for: "{prop.name}".'
        raise invalid(f"Body Validation Failed. Fix the following:\n{problem}")
    reader = CODECS[prop.type].parse
    value = source
    if prop.type != "title" or not isinstance(source.value, list):
        value = source.get(prop.type)
    if reader is None or not value.given:
        raise invalid(f"{prop.name} is expected to be {prop.type}.")
    return reader(writer, prop, value)


def refuse_shapeless(values: Input) -> None:
    """400 where a value names no type that can be written; every one of them is then told.

    Notion tells of the first such value, and of the first of all as the short form it might be.
    """
    first = next((member for _, member in values.members()), values)
    for _, value in values.members():
        if isinstance(value.value, dict) and not any(value.get(kind).given for kind in WRITABLE):
            types = [value.get(kind).complaint("defined") for kind in WRITABLE]
            short = [Input(MISSING, f"{first.path}.{key}") for key in ("id", "name", "start")]
            raise values.failure(*types, *(each.complaint("defined") for each in short))


def cells(prop: Property, value: Any) -> list[Cell]:
    """What the index holds of a kept value; nothing of an empty one."""
    return [] if value is None else CODECS[prop.type].cells(prop, value)


def answer(row: Row, prop: Property) -> dict[str, Any]:
    """The value as a page shows it, cut at 25 references."""
    codec = CODECS[prop.type]
    value = codec.show(row, prop)
    shown = {"id": prop.shown_id, "type": prop.type, prop.type: value}
    if codec.listed:
        shown[prop.type] = value[:CUT]
    if prop.type == "relation":
        shown["has_more"] = len(value) > CUT
    return shown


def whole(row: Row, prop: Property) -> Any:
    """The value uncut, as the property endpoint reads it."""
    return CODECS[prop.type].show(row, prop)


def is_paged(prop: Property) -> bool:
    """Whether the property endpoint answers a list."""
    return CODECS[prop.type].listed


def items(row: Row, prop: Property) -> list[dict[str, Any]]:
    """The whole value as property items: one for each element of a list, or a single one."""
    value = whole(row, prop)
    return [item(prop, each) for each in (value if is_paged(prop) else [value])]


def item(prop: Property, value: Any) -> dict[str, Any]:
    """One property item."""
    return {"object": "property_item", "type": prop.type, "id": prop.shown_id, prop.type: value}


def _parse_rich_text(writer: Writer, _prop: Property, source: Input) -> Any:
    return richtext.parse(writer.call, source) or None


def _text_cells(_prop: Property, value: Any) -> list[Cell]:
    text = richtext.plain(value)
    return [(text.casefold(), None)] if text else []


def _parse_number(_writer: Writer, _prop: Property, source: Input) -> Any:
    return None if source.absent else source.number()


def _parse_checkbox(_writer: Writer, _prop: Property, source: Input) -> Any:
    return source.boolean()


def _string_of(at_most: int) -> Callable[[Writer, Property, Input], Any]:
    return lambda _writer, _prop, source: None if source.absent else source.text(at_most) or None


def _string_cells(_prop: Property, value: Any) -> list[Cell]:
    return [(value.casefold(), None)]


def _option_id(writer: Writer, prop: Property, source: Input) -> str:
    key = source.key(("id", "name"))
    name = source.get(key).text(MAX_OPTION_CHARS)
    current = (writer.table and writer.table.by_id(prop.id)) or prop
    option = current.option(name)
    if option is None:
        option = _added_option(writer, current, name, source.get("color"))
    found: str = option["id"]
    return found


def _added_option(writer: Writer, prop: Property, name: str, color: Input) -> dict[str, Any]:
    if prop.type == "status":
        raise invalid(f'Invalid status option. Status option "{name}" does not exist".')
    if "," in name:
        raise invalid(f"Invalid select option, commas not allowed: {name}")
    chosen = None if color.absent else color.choice(richtext.COLORS)
    grown = with_option(writer.call, prop, name, chosen)
    if writer.table is not None:
        writer.table.put(grown)
    return grown.options[-1]


def _parse_option(writer: Writer, prop: Property, source: Input) -> Any:
    return None if source.absent else _option_id(writer, prop, source)


def _parse_options(writer: Writer, prop: Property, source: Input) -> Any:
    chosen = [_option_id(writer, prop, each) for each in source.items()]
    return list(dict.fromkeys(chosen)) or None


def _option_cells(prop: Property, value: Any) -> list[Cell]:
    return [(value, prop.rank(value))]


def _options_cells(prop: Property, value: Any) -> list[Cell]:
    return [(option_id, prop.rank(option_id)) for option_id in value]


def _option_answer(prop: Property, option_id: str) -> dict[str, Any] | None:
    option = prop.option(option_id)
    if option is None:
        return None
    return {"id": option["id"], "name": option["name"], "color": option["color"]}


def _show_option(row: Row, prop: Property) -> Any:
    chosen = row.value(prop)
    return None if chosen is None else _option_answer(prop, chosen)


def _show_options(row: Row, prop: Property) -> Any:
    shown = (_option_answer(prop, option_id) for option_id in _kept_list(row, prop))
    return [option for option in shown if option is not None]


def _parse_date(_writer: Writer, _prop: Property, source: Input) -> Any:
    return None if source.absent else richtext.parse_date(source)


def _date_cells(_prop: Property, value: Any) -> list[Cell]:
    """The start; and the end as a text, for filters and sorts do not look at it."""
    start: Cell = (None, _instant_ms(value["start"]))
    return [start] if value["end"] is None else [start, (str(_instant_ms(value["end"])), None)]


def _instant_ms(written: str) -> int:
    return times.to_ms(
        datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)
    )


def _parse_people(writer: Writer, _prop: Property, source: Input) -> Any:
    chosen = [each.need("id").id() for each in source.items()]
    for user_id in chosen:
        if user_id not in writer.call.users:
            raise user_not_found(user_id, bot_id=writer.call.caller.bot_id)
    return list(dict.fromkeys(chosen)) or None


def _people_cells(_prop: Property, value: Any) -> list[Cell]:
    return [(user_id, None) for user_id in value]


def _show_people(row: Row, prop: Property) -> Any:
    return [row.call.show_user(user_id) for user_id in _kept_list(row, prop)]


def _parse_relation(writer: Writer, prop: Property, source: Input) -> Any:
    home = known(writer.call.db, prop.config["data_source_id"])
    targets = [_related_row(writer.call, home, each.need("id").id()) for each in source.items()]
    return list(dict.fromkeys(targets))


def _related_row(call: Call, home: Node, page_id: str) -> int:
    page = find(call, page_id, "page")
    if page.parent != home.number:
        raise invalid(f"Page {page_id} is not a row of the related data source {home.id}.")
    return page.number


def _show_relation(row: Row, prop: Property) -> Any:
    return [{"id": page_id} for page_id in row.related.get(prop.column, ())]


def _parse_files(_writer: Writer, _prop: Property, source: Input) -> Any:
    return [_file(each) for each in source.items()] or None


def _file(source: Input) -> dict[str, Any]:
    url = source.need("external").need("url").text()
    name = source.get("name")
    shown = url if name.absent else name.text(MAX_OPTION_CHARS)
    return {"name": shown, "type": "external", "external": {"url": url}}


def _file_cells(_prop: Property, value: Any) -> list[Cell]:
    return [(each["name"].casefold(), None) for each in value]


def _show_unique_id(row: Row, prop: Property) -> Any:
    return {"prefix": prop.config.get("prefix"), "number": row.value(prop)}


def _show_formula(_row: Row, _prop: Property) -> Any:
    return {"type": "string", "string": None}


def _show_rollup(row: Row, prop: Property) -> Any:
    return row.rolled[prop.column]


def _parse_place(_writer: Writer, _prop: Property, source: Input) -> Any:
    if source.absent:
        return None
    source.only("lat", "lon", *_PLACE_TEXTS)
    texts = {key: source.get(key) for key in _PLACE_TEXTS}
    return {
        "lat": source.need("lat").number(),
        "lon": source.need("lon").number(),
        **{key: None if text.absent else text.text() for key, text in texts.items()},
    }


def _place_cells(_prop: Property, value: Any) -> list[Cell]:
    named = value["name"] or value["address"] or f"{value['lat']}, {value['lon']}"
    return [(named.casefold(), None)]


def _parse_verification(writer: Writer, _prop: Property, source: Input) -> Any:
    source.only("state", "date")
    if source.need("state").choice(("verified", "unverified")) == "unverified":
        return None
    sent = source.get("date")
    return {
        "verified_by": writer.call.actor_id,
        "date": None if sent.absent else richtext.parse_date(sent),
    }


def _verified_until_ms(value: Any) -> int:
    end = value["date"] and value["date"]["end"]
    return _instant_ms(end) if end else FOREVER_MS


def _verification_cells(_prop: Property, value: Any) -> list[Cell]:
    return [(None, _verified_until_ms(value))]


def _show_verification(row: Row, prop: Property) -> Any:
    kept = row.value(prop)
    if kept is None:
        return {"state": "unverified", "verified_by": None, "date": None}
    is_valid = _verified_until_ms(kept) > row.call.now_ms
    return {
        "state": "verified" if is_valid else "expired",
        "verified_by": row.call.show_user(kept["verified_by"]),
        "date": kept["date"],
    }


def _kept(row: Row, prop: Property) -> Any:
    return row.value(prop)


def _kept_list(row: Row, prop: Property) -> list[Any]:
    kept: list[Any] | None = row.value(prop)
    return kept or []


def _number_cells(_prop: Property, value: Any) -> list[Cell]:
    return [(None, float(value))]


def _true_cells(_prop: Property, value: Any) -> list[Cell]:
    return [(None, 1)] if value else []


CODECS: Final[Mapping[str, Codec]] = {
    "title": Codec(_kept_list, _parse_rich_text, _text_cells, listed=True),
    "rich_text": Codec(_kept_list, _parse_rich_text, _text_cells, listed=True),
    "number": Codec(_kept, _parse_number, _number_cells),
    "select": Codec(_show_option, _parse_option, _option_cells),
    "multi_select": Codec(_show_options, _parse_options, _options_cells),
    "status": Codec(_show_option, _parse_option, _option_cells),
    "date": Codec(_kept, _parse_date, _date_cells),
    "people": Codec(_show_people, _parse_people, _people_cells, listed=True),
    "checkbox": Codec(lambda row, prop: bool(row.value(prop)), _parse_checkbox, _true_cells),
    "url": Codec(_kept, _string_of(2000), _string_cells),
    "email": Codec(_kept, _string_of(200), _string_cells),
    "phone_number": Codec(_kept, _string_of(200), _string_cells),
    "files": Codec(_kept_list, _parse_files, _file_cells),
    "relation": Codec(_show_relation, _parse_relation, listed=True),
    "unique_id": Codec(_show_unique_id, cells=_number_cells),
    "created_time": Codec(lambda row, _prop: times.minute(row.node.created_at)),
    "created_by": Codec(lambda row, _prop: row.call.show_user(row.node.created_by)),
    "last_edited_time": Codec(lambda row, _prop: times.minute(row.node.edited_at)),
    "last_edited_by": Codec(lambda row, _prop: row.call.show_user(row.node.edited_by)),
    "formula": Codec(_show_formula),
    "rollup": Codec(_show_rollup),
    "button": Codec(lambda _row, _prop: {}),
    "place": Codec(_kept, _parse_place, _place_cells),
    "verification": Codec(_show_verification, _parse_verification, _verification_cells),
}
"""Every type there is; the schema knows no other."""

WRITABLE: Final = (
    "title", "rich_text", "number", "url", "select", "multi_select", "people", "email",
    "phone_number", "date", "checkbox", "relation", "files", "status", "place", "verification",
)  # fmt: skip
"""The types that a page may be sent values of, in the order in which refusals tell them."""

"""Schemas as Notion takes them, made from those that it shows."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote

from server.notion.answers import JSON

_REFERENCE: Final = re.compile(r"\{\{notion:block_property:([^:}]+):([^:}]+):[^}]*\}\}")
"""The id of a property, percent-encoded, and that of its data source."""


def writable_schema(properties: Mapping[str, JSON]) -> dict[str, JSON]:
    """The properties of a data source by name, as POST and PATCH take them, ids left out.

    Relations name the data source that they lead to, and rollups names of properties, which have
    to be there before them; of the two sides of a dual relation one makes the other.
    Formulas have to be `formulas_by_names`. What stays behind: ids of options, groups of a status.
    """
    return {
        name: {**_described(raw), raw["type"]: _config(raw)} for name, raw in properties.items()
    }


def formulas_by_names(table: JSON) -> dict[str, JSON]:
    """The properties of a data source, formulas with `prop("Name")` where Notion shows an id.

    A property of another table is left as Notion shows it.
    """
    properties: dict[str, JSON] = table["properties"]
    names = {(table["id"], unquote(raw["id"])): name for name, raw in properties.items()}
    return {
        name: {**raw, "formula": _by_names(raw["formula"], names)}
        if raw["type"] == "formula" and raw.get("formula")
        else raw
        for name, raw in properties.items()
    }


def writable_column(name: str, properties: Mapping[str, JSON]) -> JSON:
    """One of the properties, with its name: what an Editor reads and writes."""
    return {"name": name, **writable_schema(properties)[name]}


def type_of(column: JSON) -> str:
    """The type of a writable column."""
    return next(key for key in column if key not in ("name", "description"))


def _described(raw: JSON) -> JSON:
    description = raw.get("description")
    return {"description": description} if description else {}


def _by_names(formula: JSON, names: Mapping[tuple[str, str], str]) -> JSON:
    def named(reference: re.Match[str]) -> str:
        name = names.get((reference[2], unquote(reference[1])))
        return reference[0] if name is None else f'prop("{_escaped(name)}")'

    return {**formula, "expression": _REFERENCE.sub(named, formula["expression"])}


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _config(raw: JSON) -> JSON:
    kind: str = raw["type"]
    config: JSON = raw.get(kind) or {}
    match kind:
        case "select" | "multi_select" | "status":
            return {"options": _options(config.get("options", ()))}
        case "relation":
            return _relation(config)
        case "rollup":
            return _rollup(config)
        case "number" | "formula" | "unique_id":
            return dict(config)
        case _:
            return {}


def _options(shown: Sequence[JSON]) -> list[JSON]:
    return [
        {"name": each["name"], "color": each.get("color", "default"), **_described(each)}
        for each in shown
    ]


def _relation(config: JSON) -> JSON:
    if config.get("type") != "dual_property":
        return {"data_source_id": config["data_source_id"], "single_property": {}}
    back = config["dual_property"].get("synced_property_name")
    side = {"synced_property_name": back} if back else {}
    return {"data_source_id": config["data_source_id"], "dual_property": side}


def _rollup(config: JSON) -> JSON:
    """By names; one of which Notion tells no name is known by its id."""
    pairs = {
        f"{what}_property_{by}": config.get(f"{what}_property_{by}")
        for what in ("relation", "rollup")
        for by in (("name",) if config.get(f"{what}_property_name") else ("id",))
    }
    return {**pairs, "function": config["function"]}

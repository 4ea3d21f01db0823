"""The map: which column of the file plays which role, and how its cells are written."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn, cast, get_args

from server.importing.dates import ISO, ReadDate, date_reader, read_iso
from server.importing.errors import MapInvalid
from server.importing.fields import REQUIRED, ROLES, FieldType

_SHAPE: Final[Mapping[str, type]] = {
    "encoding": str,
    "nulls": list,
    "date_format": str,
    "join_on": str,
    "columns": dict,
    "types": dict,
    "statuses": dict,
}


@dataclass(frozen=True, slots=True)
class TaskMap:
    """How a line of a file becomes a task.

    `columns` is role → column and `types` role → type of its property, both with the same roles.
    `statuses` renames the file's own words; those that it does not name are kept. `nulls` stand
    for nothing, as a blank cell does. `join_on` is the column by which a second file is joined.
    """

    columns: Mapping[str, str]
    types: Mapping[str, FieldType]
    statuses: Mapping[str, str] = field(default_factory=dict[str, str])
    nulls: frozenset[str] = frozenset({"NA"})
    encoding: str = "utf-8"
    join_on: str | None = None
    read_date: ReadDate = read_iso


def parse_map(args: Sequence[str]) -> TaskMap:
    """The map from the path of a TOML file, or from `role=Column` pairs. Raises MapInvalid."""
    if len(args) == 1 and (args[0].endswith(".toml") or "=" not in args[0]):
        return _of_file(Path(args[0]))
    return _of_pairs(args)


def _of_pairs(args: Sequence[str]) -> TaskMap:
    columns: dict[str, str] = {}
    for pair in args:
        role, equals, column = pair.partition("=")
        if not (equals and column):
            _refuse(f"{pair!r} is no pair.", "Write role=Column, for instance title=Summary.")
        if role in columns:
            _refuse(f"The role {role} is given twice.", "Name one column for it.")
        columns[role] = column
    return TaskMap(columns, _types(columns, {}))


def _of_file(path: Path) -> TaskMap:
    content = _content(path)
    for name, value in content.items():
        _check_shape(name, value)
    columns: dict[str, str] = content.get("columns", {})
    return TaskMap(
        columns,
        _types(columns, content.get("types", {})),
        statuses=content.get("statuses", {}),
        nulls=frozenset(content.get("nulls", ["NA"])),
        encoding=content.get("encoding", "utf-8"),
        join_on=content.get("join_on"),
        read_date=_dates(content.get("date_format", ISO)),
    )


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError:
        _refuse(
            f"There is no map file {str(path)!r} that can be read.",
            "Name a TOML file, or pairs: --map title=Summary --map external_id=Key.",
        )
    except ValueError as mistake:
        _refuse(f"The map file {str(path)!r} is not TOML: {mistake}.", "Correct it there.")


def _check_shape(name: str, value: object) -> None:
    if name not in _SHAPE:
        _refuse(f"The map file has an unknown key {name!r}.", f"Valid ones: {_all_of(_SHAPE)}.")
    inside: Sequence[object] = ()
    if isinstance(value, dict):
        inside = list(cast("dict[str, object]", value).values())
    elif isinstance(value, list):
        inside = cast("list[object]", value)
    if not isinstance(value, _SHAPE[name]) or not all(isinstance(each, str) for each in inside):
        _refuse(f"The map file's {name!r} has another shape.", "docs/maps/sip.toml shows each key.")


def _types(columns: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, FieldType]:
    for role in (*columns, *chosen):
        if role not in ROLES:
            _refuse(f"{role!r} is no role of a task.", f"Valid roles: {_all_of(ROLES)}.")
    for role in (*REQUIRED, *chosen):
        if role not in columns:
            _refuse(f"The map names no column for {role}.", f"Add {role} with its column.")
    return {role: _type(role, chosen.get(role)) for role in columns}


def _type(role: str, chosen: str | None) -> FieldType:
    types = ROLES[role].types
    if chosen is not None and chosen not in types:
        _refuse(f"{role} cannot be of type {chosen!r}.", f"Valid types: {_all_of(types)}.")
    return next(known for known in get_args(FieldType) if known == (chosen or types[0]))


def _dates(form: str) -> ReadDate:
    try:
        return date_reader(form)
    except ValueError:
        _refuse(
            f"The date format {form!r} does not name day, month and year once each.",
            f"Compose it of DD, MM or Mon, YY or YYYY, or write {ISO}.",
        )


def _all_of(words: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(words)


def _refuse(problem: str, remedy: str) -> NoReturn:
    raise MapInvalid(problem, remedy=remedy) from None

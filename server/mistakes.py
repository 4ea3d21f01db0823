"""Mistakes in the configuration, each with its place and what is valid there."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True)
class Origin:
    """Where settings were read from, to say of each mistake where it stands."""

    file: Path | None
    text: str
    variables: Mapping[str, str]
    model: type[BaseModel]

    def order(self, mistake: "tuple[tuple[str, ...], ErrorDetails]") -> int:
        """Mistakes are told in the order of the file."""
        return line_of(self.text, mistake[0]) or 0

    def of(self, path: tuple[str, ...]) -> str:
        """The variable or the line that gave the value at `path`."""
        variable = "PLAYBOOKS_" + "__".join(path).upper()
        if variable in self.variables:
            return f"environment variable {variable}"
        line = line_of(self.text, path)
        place = f", line {line}" if line else ""
        return f"{self.file or 'configuration'}{place}"


def describe(error: ValidationError, origin: Origin) -> Iterator[str]:
    """Every mistake as one sentence: place, key, what is wrong, what is valid."""
    details = error.errors(include_url=False, include_input=False)
    for path, detail in sorted(((_path(d), d) for d in details), key=origin.order):
        yield f"{origin.of(path)}: {'.'.join(path)}: {_wrong(detail, path, origin.model)}"


def _path(detail: ErrorDetails) -> tuple[str, ...]:
    return tuple(str(part) for part in detail["loc"])


def line_of(text: str, path: tuple[str, ...]) -> int | None:
    """The line (from 1) where TOML sets the key at `path`, or its nearest table."""
    table: tuple[str, ...] = ()
    nearest: int | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = _keys(stripped.strip("[]").split("]")[0])
            here = table
        else:
            here = (*table, *_keys(stripped.split("=")[0]))
        if here == path:
            return number
        if here and here == path[: len(here)]:
            nearest = number
    return nearest


def _keys(dotted: str) -> tuple[str, ...]:
    bare = (part.strip().strip("\"'") for part in dotted.split("."))
    return tuple(part for part in bare if part)


def _wrong(detail: ErrorDetails, path: tuple[str, ...], model: type[BaseModel]) -> str:
    if detail["type"] == "extra_forbidden":
        return _unknown_key(path, model)
    message = detail["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _unknown_key(path: tuple[str, ...], model: type[BaseModel]) -> str:
    valid = sorted(_fields(model, path[:-1]))
    close = difflib.get_close_matches(path[-1], valid, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"there is no such key{hint}; valid: {', '.join(valid)}"


def _fields(model: type[BaseModel], path: tuple[str, ...]) -> list[str]:
    """The keys that the table at `path` may hold."""
    here: Any = model
    for part in path:
        if get_origin(here) is dict:
            here = get_args(here)[1]
            continue
        field = here.model_fields.get(part)
        if field is None or not isinstance(get_origin(field.annotation) or field.annotation, type):
            return []
        here = field.annotation
    return [name for name, field in here.model_fields.items() if field.validation_alias is None]

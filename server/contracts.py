"""A team's contracts: one file for each database, `<key>.toml`, in a directory of their own."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import ValidationError

from playbooks.databases import KINDS, DatabaseKey, kind_of
from playbooks.lazy import LazyModule
from server.mistakes import Origin, describe, line_of

# Most homes have no contract of their own: what reads one comes with the first file.
if TYPE_CHECKING:
    from playbooks import contract
    from playbooks.contract import Contract
else:
    contract = LazyModule("playbooks.contract")

DIRECTORY: Final = "contracts"
"""Where they are looked for, beside playbooks.toml, unless the configuration says otherwise."""

_KEYS: Final[Mapping[str, DatabaseKey]] = {kind.key: kind.key for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Contracts:
    """The contracts that hold, and every mistake of the others, with file and line."""

    found: "Mapping[DatabaseKey, Contract]" = field(default_factory=dict[DatabaseKey, "Contract"])
    mistakes: tuple[str, ...] = ()


def directory_of(file: Path | None, configured: str | None) -> Path:
    """Where contracts lie: as configured, relative to playbooks.toml."""
    beside = Path() if file is None else file.parent
    return beside / (configured or DIRECTORY)


def read_contracts(directory: Path, *, configured: bool) -> Contracts:
    """Read all of them; a directory that nobody configured may be absent."""
    if not directory.is_dir():
        missing = (f"{directory}: there is no such directory",) if configured else ()
        return Contracts(mistakes=missing)
    found: dict[DatabaseKey, Contract] = {}
    mistakes: list[str] = []
    for path in sorted(directory.glob("*.toml")):
        key = _KEYS.get(path.stem)
        if key is None:
            valid = ", ".join(f"{name}.toml" for name in _KEYS)
            mistakes.append(f"{path}: no database of that name; valid: {valid}")
            continue
        read, wrong = _read(path, key)
        mistakes += wrong
        if read is not None:
            found[key] = read
    return Contracts(found, tuple(mistakes))


def _read(path: Path, key: DatabaseKey) -> "tuple[Contract | None, list[str]]":
    try:
        text = path.read_text("utf-8")
        content: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [f"{path}: not valid TOML: {error}"]
    except (OSError, UnicodeDecodeError) as error:
        return None, [f"{path}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}"]
    strange = list(_strange_roles(path, text, content, key))
    try:
        read = contract.Contract.model_validate(content)
    except ValidationError as error:
        return None, [*strange, *describe(error, Origin(path, text, {}, model=contract.Contract))]
    return (None, strange) if strange else (read, [])


def _strange_roles(path: Path, text: str, content: dict[str, Any], key: DatabaseKey) -> list[str]:
    """Properties are named by role; a property without a role stands under `others`."""
    roles = [role.name for role in kind_of(key).roles]
    properties = content.get("properties")
    named = cast("dict[str, Any]", properties) if isinstance(properties, dict) else {}
    return [
        f"{path}, line {line_of(text, ('properties', name)) or 1}: properties.{name}:"
        f" there is no such role; valid: {', '.join(roles)}; others go under [others]"
        for name in named
        if name not in roles
    ]

"""A contract as the TOML that a team keeps, with a comment on what was seen."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from playbooks.contract import Contract, PropertyContract
from playbooks.text import visible

Comments = Mapping[str, Sequence[str]]
"""What is said of each property, by role or name; foreign text is shown on one line."""


def toml_of(contract: Contract, comments: Comments, head: Sequence[str] = ()) -> str:
    """The file; what stands in it reads as the same contract."""
    lines = [*(f"# {visible(line)}" for line in head), f"version = {contract.version}"]
    for role, wanted in contract.properties.items():
        lines += _table(f"properties.{role}", wanted, comments.get(role, ()))
    for name, wanted in contract.others.items():
        lines += _table(f"others.{_written(name)}", wanted, comments.get(name, ()))
    for name, rule in contract.rules.items():
        lines += ["", f"[rules.{_written(name)}]"]
        told = rule.model_dump(exclude_defaults=True)
        lines += [f"{key} = {_written(value)}" for key, value in told.items()]
    return "\n".join(lines) + "\n"


def _table(title: str, wanted: PropertyContract, comments: Sequence[str]) -> Iterator[str]:
    yield ""
    yield from (f"# {visible(line)}" for line in comments)
    yield f"[{title}]"
    told = wanted.model_dump(exclude_defaults=True)
    yield from (f"{key} = {_written(value)}" for key, value in told.items())


def _written(value: Any) -> str:
    """A value in TOML, whose basic strings are JSON's but for one character."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, cast('list[object]', value)))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", _DELETE)


_DELETE: Final = "\\u007f"

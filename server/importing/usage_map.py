"""Which column or key of a plain file of calls plays which role."""

from collections.abc import Mapping, Sequence
from typing import Final

from playbooks.databases import kind_of, normal
from server.importing.errors import MapInvalid

_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    role.name: (*role.names, normal(role.name)) for role in kind_of("ai_tool_metrics").roles
}

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "tool": _USUAL["tool"],
    "at": (*_USUAL["date"], "at", "timestamp", "created at"),
    "response_time_ms": (*_USUAL["response_time_ms"], "duration ms", "ms"),
    "success": _USUAL["success"],
    "tokens": _USUAL["tokens"],
    "cost": _USUAL["cost"],
    "count": _USUAL["count"],
    "task": _USUAL["task"],
    "error": ("error", "error class"),
    "id": ("id", "call id", "request id"),
}
"""Each role with the usual names of its column, as `normal` writes them."""


def parse_usage_map(pairs: Sequence[str]) -> dict[str, str]:
    """Role → column from `role=Column` pairs. Raises MapInvalid."""
    columns: dict[str, str] = {}
    for pair in pairs:
        role, equals, column = pair.partition("=")
        if not (equals and column):
            raise MapInvalid(f"{pair!r} is no pair.", remedy="Write role=Column, as at=When.")
        if role not in ROLES:
            raise MapInvalid(
                f"{role!r} is no role of a call.", remedy=f"Valid roles: {', '.join(ROLES)}."
            )
        columns[role] = column
    return columns


def columns_of(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Role → column of a file with these columns: as given, else by usual names."""
    missing = [column for column in given.values() if column not in names]
    if missing:
        raise MapInvalid(
            f"There is no column {missing[0]!r}.", remedy=f"The columns are: {', '.join(names)}."
        )
    by_name = {normal(name): name for name in reversed(names)}
    guessed = {
        role: by_name[usual[0]]
        for role, known in ROLES.items()
        if (usual := [name for name in known if name in by_name])
    }
    return {**guessed, **given}

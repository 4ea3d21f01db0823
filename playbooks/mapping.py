"""Which property of a team's database plays which role."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from playbooks.databases import USUAL_STATUSES, DatabaseKind, Role, StatusRole, normal
from playbooks.objects import Found, Option, Property


@dataclass(frozen=True, slots=True)
class RoleMap:
    """What fills each role of one database.

    `missing` are required roles that nothing fills; `mistaken` are configured names that the
    database does not have, or has with a type that does not fit, as sentences of our own.
    """

    filled: Mapping[str, Property]
    missing: tuple[str, ...]
    mistaken: tuple[str, ...]


def map_roles(
    kind: DatabaseKind, properties: Sequence[Property], configured: Mapping[str, str]
) -> RoleMap:
    """Fill the roles of `kind`: configured names first, then names people usually give."""
    filled: dict[str, Property] = {}
    mistaken: list[str] = []
    for role in kind.roles:
        name = configured.get(role.name)
        found = _guess(role, properties) if name is None else _named(name, properties)
        if found is not None and found.type in role.types:
            filled[role.name] = found
        elif name is not None:
            mistaken.append(_mistake(role, found))
    missing = tuple(role.name for role in kind.roles if role.required and role.name not in filled)
    return RoleMap(filled, missing, tuple(mistaken))


def map_statuses(
    options: Sequence[Option], configured: Mapping[StatusRole, Sequence[str]]
) -> dict[StatusRole, tuple[str, ...]]:
    """The options that mean each status role: as configured, else by their usual names."""
    return {
        role: _configured(options, configured[role])
        if role in configured
        else _usual(options, role)
        for role in get_args(StatusRole)
    }


def titled(kind: DatabaseKind, found: Sequence[Found]) -> tuple[Found, ...]:
    """The data sources whose title is one that people give this database, best title first."""
    ranked = [
        (kind.titles.index(title), candidate)
        for candidate in found
        if (title := normal(candidate.title)) in kind.titles
    ]
    best = min((rank for rank, _ in ranked), default=None)
    return tuple(candidate for rank, candidate in ranked if rank == best)


def _named(name: str, properties: Sequence[Property]) -> Property | None:
    return next((p for p in properties if name in {p.name, p.id}), None)


def _guess(role: Role, properties: Sequence[Property]) -> Property | None:
    """By usual name among fitting types; else the only property of a required role's first type."""
    fitting = [p for p in properties if p.type in role.types]
    for name in role.names:
        for candidate in fitting:
            if normal(candidate.name) == name:
                return candidate
    exact = [p for p in fitting if p.type == role.types[0]]
    return exact[0] if role.required and len(exact) == 1 else None


def _mistake(role: Role, found: Property | None) -> str:
    if found is None:
        return f"{role.name}: the database has no property of the configured name"
    return (
        f"{role.name}: the property is of type {found.type}, it must be {' or '.join(role.types)}"
    )


def _configured(options: Sequence[Option], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(option.name for option in options if option.name in names)


def _usual(options: Sequence[Option], role: StatusRole) -> tuple[str, ...]:
    return tuple(o.name for o in options if normal(o.name) in USUAL_STATUSES[role])

"""What `init` proposes for a team's own databases: which one plays which part, and how it maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playbooks.databases import DatabaseKind, Role, StatusRole
from playbooks.mapping import map_roles, map_statuses, titled
from playbooks.objects import DataSource, Found, Property


@dataclass(frozen=True, slots=True)
class Proposal:
    """How one database of the playbook maps to a team's data source; names are foreign text."""

    kind: DatabaseKind
    source: DataSource
    properties: Mapping[str, str]
    statuses: Mapping[StatusRole, tuple[str, ...]]
    missing: tuple[Role, ...]

    def with_property(self, role: Role, chosen: Property) -> "Proposal":
        """The same with one more role filled; a status brings its options along."""
        named = {**self.properties, role.name: chosen.name}
        return propose(self.kind, self.source, named)


def propose(
    kind: DatabaseKind, source: DataSource, named: Mapping[str, str] | None = None
) -> Proposal:
    """Roles by the names given, else by usual names and types; statuses by their usual names."""
    roles = map_roles(kind, source.properties, named or {})
    status = roles.filled.get("status")
    statuses = map_statuses(status.options, {}) if status is not None else {}
    return Proposal(
        kind=kind,
        source=source,
        properties={role: filled.name for role, filled in roles.filled.items()},
        statuses={role: names for role, names in statuses.items() if names},
        missing=tuple(role for role in kind.roles if role.name in roles.missing),
    )


def candidates(kind: DatabaseKind, shared: Sequence[Found]) -> tuple[Found, ...]:
    """Every shared data source, those with a usual title of this database first."""
    best = titled(kind, shared)
    return (*best, *(found for found in shared if found not in best))


def fitting(role: Role, source: DataSource) -> tuple[Property, ...]:
    """The properties whose type the role accepts."""
    return tuple(p for p in source.properties if p.type in role.types)

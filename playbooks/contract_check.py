"""Does the schema keep to the contract? What is missing, retyped, or lacks an option (P16)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from playbooks.contract import Contract, Expected
from playbooks.mapping import RoleMap
from playbooks.objects import DataSource, Property
from playbooks.report import Severity
from playbooks.row_rules_values import property_of
from playbooks.text import listed, shown

MismatchKind = Literal["missing", "retyped", "option_missing", "target_changed", "mistaken"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing in which a schema is not as agreed.

    `property` is the one concerned, None where it is missing; `options` are those that it lacks.
    `says` is a sentence of ours, foreign names in code spans.
    """

    kind: MismatchKind
    expected: Expected
    says: str
    severity: Severity
    property: Property | None = None
    options: tuple[str, ...] = ()


def mismatches(contract: Contract, schema: DataSource, roles: RoleMap) -> list[Mismatch]:
    """All of them, in the order of the contract."""
    return [
        mismatch
        for expected in contract.expected()
        for mismatch in _of_one(expected, schema, roles)
    ]


def _of_one(expected: Expected, schema: DataSource, roles: RoleMap) -> Iterator[Mismatch]:
    wanted = expected.wanted
    severity: Severity = "critical" if wanted.required else "warning"
    prop = property_of(schema, roles.filled, expected)
    wrong = [each for each in roles.mistaken if each.startswith(f"{expected.role}: ")]
    if prop is None and wrong:
        yield Mismatch("mistaken", expected, wrong[0], severity)
    elif prop is None:
        yield from _absent(expected, schema)
    else:
        yield from _of_property(expected, prop, severity)


def _absent(expected: Expected, schema: DataSource) -> Iterator[Mismatch]:
    if not expected.wanted.required:
        return
    types = listed(expected.wanted.types) or "any type"
    named = next((each for each in schema.properties if each.name == expected.name), None)
    what = _called(expected)
    yield Mismatch("missing", expected, f"{what} is missing ({types})", "critical", named)


def _of_property(expected: Expected, prop: Property, severity: Severity) -> Iterator[Mismatch]:
    wanted, what = expected.wanted, _called(expected)
    if wanted.types and prop.type not in wanted.types:
        says = f"{what} is of type {prop.type}, not {' or '.join(wanted.types)}"
        yield Mismatch("retyped", expected, says, severity, prop)
    there = {option.name for option in prop.options}
    lacking = tuple(name for name in wanted.options if name not in there)
    if lacking and prop.type in {"select", "multi_select", "status"}:
        says = f"{what} lacks the options {listed([shown(name) for name in lacking])}"
        yield Mismatch("option_missing", expected, says, "warning", prop, lacking)
    if wanted.target is not None and prop.target_data_source_id != wanted.target:
        yield Mismatch(
            "target_changed", expected, f"{what} leads to another table", "warning", prop
        )


def _called(expected: Expected) -> str:
    return expected.role or shown(expected.name or "")


def unknown_rules(contract: Contract, known: set[str]) -> list[str]:
    """Names of rules in the contract that no rule has."""
    return sorted(set(contract.rules) - known)

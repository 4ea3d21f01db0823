"""What a team expects of one database, as code: its properties, and how strictly rows are judged.

The default is what the playbook requires. A team writes its own to `contracts/<key>.toml`, or lets
`notion-playbooks contract infer` write it from what is there.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from playbooks.databases import DatabaseKey, Role, kind_of, normal
from playbooks.report import Frozen, Severity

ResultType = Literal["text", "number", "date", "checkbox", "list"]
"""What a formula or rollup comes to."""


class PropertyContract(Frozen):
    """What is expected of one property; what is not told is not expected."""

    types: tuple[str, ...] = ()
    required: bool = Field(default=False, description="The database must have it.")
    filled: bool = Field(default=False, description="Every row must have a value.")
    unique: bool = Field(default=False, description="No two rows have the same value.")
    options: tuple[str, ...] = Field(default=(), description="No others; none given: any.")
    minimum: float | None = None
    maximum: float | None = None
    result: ResultType | None = Field(default=None, description="Of a formula or rollup.")
    target: str | None = Field(default=None, description="The data source a relation leads to.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum must not lie above maximum")
        return self


class RuleContract(Frozen):
    """How one rule is judged."""

    enabled: bool = True
    severity: Severity | None = None
    mostly: float = Field(default=1.0, ge=0, le=1, description="The share that must keep to it.")


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation with whom it is about: the property of a role, or the one of a name."""

    role: str | None
    name: str | None
    wanted: PropertyContract

    @property
    def label(self) -> str:
        """The role, or the name, which is foreign text."""
        return self.role or self.name or ""

    @property
    def word(self) -> str:
        """The label as it stands in the names of rules."""
        return normal(self.label).replace(" ", "_")


class Contract(Frozen):
    """The expectations of one database: `properties` by role, `others` by name, rules by name."""

    version: Literal[1] = 1
    properties: dict[str, PropertyContract] = Field(default_factory=dict[str, PropertyContract])
    others: dict[str, PropertyContract] = Field(default_factory=dict[str, PropertyContract])
    rules: dict[str, RuleContract] = Field(default_factory=dict[str, RuleContract])

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that tell two contracts apart."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]

    def expected(self) -> Iterator[Expected]:
        """Every expectation, roles first."""
        yield from (Expected(role, None, each) for role, each in self.properties.items())
        yield from (Expected(None, name, each) for name, each in self.others.items())

    def rule(self, name: str) -> RuleContract:
        """How that rule is judged; as it comes, where nothing is said."""
        return self.rules.get(name) or RuleContract()


def default_contract(key: DatabaseKey) -> Contract:
    """What the playbook requires of that database."""
    return Contract(properties={role.name: _of_role(role) for role in kind_of(key).roles})


def _of_role(role: Role) -> PropertyContract:
    return PropertyContract(types=role.types, required=role.required, filled=role.required)


def over_default(key: DatabaseKey, own: Contract) -> Contract:
    """A team's contract, and of roles that it does not mention what the playbook requires."""
    default = default_contract(key)
    return own.model_copy(update={"properties": {**default.properties, **own.properties}})

"""What a team expects of one database, as code: its properties, and how strictly rows are judged.

The default is what the playbook requires. A team writes its own to `contracts/<key>.toml`, or lets
`notion-playbooks contract infer` write it from what is there.
"""

import hashlib
from typing import Literal, Self

from pydantic import Field, model_validator

from playbooks.databases import DatabaseKey, Role, kind_of
from playbooks.report import Frozen, Severity

ResultType = Literal["text", "number", "date", "checkbox", "list"]
"""What a formula or rollup comes to."""


class PropertyContract(Frozen):
    """One property: named by the role it plays in the playbook, or by its own name."""

    role: str | None = None
    name: str | None = None
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
    def _named(self) -> Self:
        if (self.role is None) == (self.name is None):
            raise ValueError("name exactly one of role and name")
        if None not in (self.minimum, self.maximum) and (self.minimum or 0) > (self.maximum or 0):
            raise ValueError("minimum must not lie above maximum")
        return self

    @property
    def label(self) -> str:
        """What it is called in rules and mistakes: the role, or the name."""
        return self.role or self.name or ""


class RuleContract(Frozen):
    """How one rule is judged."""

    enabled: bool = True
    severity: Severity | None = None
    mostly: float = Field(default=1.0, ge=0, le=1, description="The share that must keep to it.")


class Contract(Frozen):
    """The expectations of one database; an unknown key is a mistake."""

    version: Literal[1] = 1
    properties: tuple[PropertyContract, ...] = ()
    rules: dict[str, RuleContract] = Field(default_factory=dict[str, RuleContract])

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        labels = [each.label for each in self.properties]
        double = sorted({label for label in labels if labels.count(label) > 1})
        if double:
            raise ValueError(f"properties: named twice: {', '.join(double)}")
        return self

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that tell two contracts apart."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]

    def of_role(self, role: str) -> PropertyContract | None:
        """What is expected of the property of that role."""
        return next((each for each in self.properties if each.role == role), None)

    def rule(self, name: str) -> RuleContract:
        """How that rule is judged; as it comes, where nothing is said."""
        return self.rules.get(name) or RuleContract()


def default_contract(key: DatabaseKey) -> Contract:
    """What the playbook requires of that database."""
    return Contract(properties=tuple(_of_role(role) for role in kind_of(key).roles))


def _of_role(role: Role) -> PropertyContract:
    return PropertyContract(
        role=role.name, types=role.types, required=role.required, filled=role.required
    )


def over_default(key: DatabaseKey, own: Contract) -> Contract:
    """A team's contract, and of roles that it does not mention what the playbook requires."""
    named = {each.role for each in own.properties}
    rest = [each for each in default_contract(key).properties if each.role not in named]
    return own.model_copy(update={"properties": (*own.properties, *rest)})

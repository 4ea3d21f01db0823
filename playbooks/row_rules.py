"""What a row must keep to: one rule each, and how a row stands to it (P16, methods.md 4).

A rule sees every row once, oldest first. What only all rows together can tell (is this row older
than most?) it answers with "later", and settles at the end. `playbooks.row_rules_check.failures`
runs them over a database; `playbooks.row_rules_all.rules_for` lists them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, Protocol, TypeAlias

from playbooks.contract import Contract
from playbooks.databases import DatabaseKey, StatusRole
from playbooks.days import WorkDays
from playbooks.objects import DataSource, Property
from playbooks.report import Severity
from playbooks.row_targets import Targets
from playbooks.rows import Plain, Row
from playbooks.task import Task
from playbooks.text import shown
from playbooks.tool_samples import Sample

RepairClass: TypeAlias = Literal["safe", "review", "never"]
"""safe: what is right follows from the row itself. review: a person chooses. never: nobody but
the team knows, and nothing is invented."""

Figure: TypeAlias = Literal[
    "estimation_accuracy_percent",
    "tasks_per_day",
    "cycle_p85_days",
    "response_p50_ms",
    "success_rate_percent",
]
"""The figures of velocity_report and query_metrics that are computed with and without rows."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The row breaks the rule; `says` tells more in our own words, where there is more.

    `other` is the row that it repeats.
    """

    says: str = ""
    other: str | None = None


FAILED: Final = Failed()

Outcome: TypeAlias = Literal["passed", "unknown", "later"] | Failed | None
"""None: the rule does not apply to the row."""


@dataclass(slots=True)
class Case:
    """One row as the rules see it; `flaws` are those that the reports know of it.

    `task` and `sample` are what velocity_report and query_metrics take the row for.
    """

    row: Row
    names: Mapping[str, str]
    task: Task | None = None
    sample: Sample | None = None
    flaws: Collection[str] = ()

    def plain(self, role: str) -> Plain:
        """What the property that plays the role holds; None when nothing plays it."""
        name = self.names.get(role)
        return None if name is None else self.row.plain(name)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rules of one database share; `roles` are the properties by role."""

    key: DatabaseKey
    schema: DataSource
    roles: Mapping[str, Property]
    contract: Contract
    meanings: Mapping[str, StatusRole]
    days: WorkDays
    today: date
    targets: Targets


class Checking(Protocol):
    """One rule while it sees the rows of one table."""

    def look(self, case: Case) -> Outcome:
        """How the row stands; "later" where that is only known at the end."""
        ...

    async def settle(self) -> Mapping[str, Outcome]:
        """How those rows stand, by their ids, that were left for later."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one database: `id` is `<database>.<what>`, `what` follows a number of rows.

    `roles` are those whose values it is about: without a property for each there is nothing to
    check. `mostly` is the share of rows that must keep to it for the gate to pass. `distorts` are
    figures that can be told with and without these rows, `spoils` those that leave them out.
    """

    id: str
    what: str
    remedy: str
    begin: Callable[[Scene], Checking]
    severity: Severity = "warning"
    repair: RepairClass = "never"
    roles: tuple[str, ...] = ()
    distorts: tuple[Figure, ...] = ()
    spoils: tuple[str, ...] = ()
    mostly: float = 1.0

    @property
    def name(self) -> str:
        """The id without the database."""
        return self.id.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that breaks a rule.

    Of the first `MOST_KEPT_ROWS` of each rule the row has its values, of the others none.
    """

    row: Row
    title: str
    says: str = ""
    other: str | None = None

    @property
    def url(self) -> str:
        """Where it is in Notion, without the title that Notion's own links repeat."""
        return f"https://www.notion.so/{self.row.id.replace('-', '')}"

    def __str__(self) -> str:
        told = f" ({self.says})" if self.says else ""
        return f"{shown(self.title)} {self.url}{told}"


MOST_KEPT_ROWS: Final = 500
"""As many as one plan changes."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What came of one rule over all rows.

    `error`: the check itself failed, in our own words; then nothing is known of any row.
    `absent`: roles that no property plays, so that there is nothing to check.
    """

    rule: Rule
    checked_count: int = 0
    unknown_count: int = 0
    failed: Sequence[Failure] = ()
    error: str | None = None
    absent: tuple[str, ...] = ()

    @property
    def failed_percent(self) -> float:
        """Of the rows that were checked."""
        return 100 * len(self.failed) / self.checked_count if self.checked_count else 0.0


@dataclass(slots=True)
class Plainly:
    """A rule that needs nothing but the row."""

    check: Callable[[Case], Outcome]

    def look(self, case: Case) -> Outcome:
        """How the row stands."""
        return self.check(case)

    async def settle(self) -> Mapping[str, Outcome]:
        """Nothing is left for later."""
        return {}


@dataclass(slots=True)
class Pending:
    """Rows that are left for later."""

    ids: list[str] = field(default_factory=list[str])

    def all(self, outcome: Outcome) -> dict[str, Outcome]:
        """Every one of them with that outcome."""
        return dict.fromkeys(self.ids, outcome)

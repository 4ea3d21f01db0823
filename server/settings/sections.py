"""The tables of `playbooks.toml`, each with its defaults."""

from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from playbooks.arguments import PlanKind
from playbooks.databases import StatusRole, kind_of
from playbooks.days import WorkDays
from playbooks.work import TeamKind, Work

NOTION_URL: Final = "https://api.notion.com"

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Section(BaseModel):
    """A table of the file; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSection(Section):
    """One database: its id or link, and the names that a team gave its properties."""

    id: str | None = None
    properties: dict[str, str] = Field(default_factory=dict)
    statuses: dict[StatusRole, tuple[str, ...]] = Field(
        default_factory=dict[StatusRole, tuple[str, ...]]
    )
    ttl_s: float | None = Field(default=None, ge=1, le=86_400)
    ours: bool = False

    @model_validator(mode="after")
    def _known_to_be_ours(self) -> Self:
        if self.ours and self.id is None:
            raise ValueError("ours needs the id: rows are never added to a guessed database")
        return self

    @field_validator("id")
    @classmethod
    def _plain_id(cls, given: str | None) -> str | None:
        return None if given is None else _id_in(given)


class Databases(Section):
    """The databases of the playbook."""

    task_management: DatabaseSection = DatabaseSection()
    development_log: DatabaseSection = DatabaseSection()
    ai_tool_metrics: DatabaseSection = DatabaseSection()
    operations_log: DatabaseSection = DatabaseSection()

    @field_validator("*")
    @classmethod
    def _known_roles(cls, given: DatabaseSection, info: Any) -> DatabaseSection:
        roles = {role.name for role in kind_of(info.field_name).roles}
        unknown = sorted(set(given.properties) - roles)
        if unknown:
            message = (
                f"unknown in properties: {', '.join(unknown)}; valid: {', '.join(sorted(roles))}"
            )
            raise ValueError(message)
        return given


class StoreSection(Section):
    """Where we remember: sqlite:///PATH or postgresql://…; if unset, a file of our own."""

    url: str | None = None


class NotionSection(Section):
    """How the API is reached; accepted from the user's own file alone."""

    base_url: str = NOTION_URL


class MirrorSection(Section):
    """Our copy of the rows: how old it may become, and how old what it says of deletions."""

    ttl_s: float = Field(default=300, ge=1, le=86_400)
    sweep_after_s: float = Field(default=86_400, ge=60, le=2_592_000)


class WorkSection(Section):
    """How the team works: its days, its benchmarks, and what estimation leaves out."""

    zone: str = "UTC"
    working_days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    holidays: tuple[date, ...] = ()
    team: TeamKind = "solo"
    excluded_statuses: tuple[str, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, given: str) -> str:
        try:
            ZoneInfo(given)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be an IANA time zone, such as Europe/Brussels") from None
        return given

    @field_validator("working_days")
    @classmethod
    def _any_day(cls, given: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
        if not given:
            raise ValueError(f"must name a day at least, of {', '.join(get_args(Weekday))}")
        return given

    def work(self) -> Work:
        """The same for the procedures."""
        numbers = {name: number for number, name in enumerate(get_args(Weekday))}
        weekdays = tuple(sorted({numbers[name] for name in self.working_days}))
        days = WorkDays(self.zone, weekdays, tuple(sorted(set(self.holidays))))
        return Work(days, self.team, self.excluded_statuses)


class ApprovalSection(Section):
    """The kinds of plan that are applied without asking; from the user's own file alone."""

    kinds: tuple[PlanKind, ...] = ()


class KeepSection(Section):
    """How many backups are kept: the newest of so many days, ISO weeks, months and years."""

    daily: int = Field(default=7, ge=1, le=366)
    weekly: int = Field(default=4, ge=0, le=520)
    monthly: int = Field(default=12, ge=0, le=120)
    yearly: int = Field(default=3, ge=0, le=50)


class BackupsSection(Section):
    """Where backups lie, what they hold and how long they are kept; from the user's own file."""

    directory: Path | None = None
    content: bool = True
    block_comments: bool = False
    full_after_days: float = Field(default=7, gt=0, le=366)
    encryption_key_file: Path | None = None
    keep: KeepSection = KeepSection()


class SecuritySection(Section):
    """Where an assistant may scan (unset: the working directory), whether found tokens are tried.

    From the user's own file alone.
    """

    scan_roots: tuple[Path, ...] = ()
    verify: bool = False
    own_assistants: bool = False


class ContractsSection(Section):
    """Where a team's contracts lie, relative to this file; if unset, in `contracts`."""

    directory: str | None = None


def _id_in(given: str) -> str:
    """The id in an id or a link: its last 32 hex digits before any question mark."""
    digits = given.partition("?")[0].rstrip("/").replace("-", "").lower()[-32:]
    if len(digits) != _ID_LENGTH or not set(digits) <= set("0123456789abcdef"):
        raise ValueError("must be an id of 32 hex digits, or a link to the database")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


_ID_LENGTH: Final = 32

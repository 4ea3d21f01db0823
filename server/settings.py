"""The configuration: the only place that reads the environment.

Secrets come from the environment or `.env`, the rest from one `playbooks.toml`: the one named by
`--config`, by PLAYBOOKS_CONFIG, in the working directory, or in the user's configuration
directory. PLAYBOOKS_<SECTION>__<KEY> overrides a key. What must not be steered by the project an
assistant has open (`[notion]`, `[store]`, `[approval]`, `[backups]`) is read from the user's own
file alone.
"""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self, get_args
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from platformdirs import user_config_path, user_data_path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from playbooks.bands import Bands
from playbooks.databases import KINDS, DatabaseKey, StatusRole, kind_of
from playbooks.days import WorkDays
from playbooks.desk import TokenOrigin
from playbooks.plan import PlanKind
from playbooks.work import TeamKind, Work
from server.contracts import directory_of, read_contracts
from server.mistakes import Origin, describe

if TYPE_CHECKING:
    from playbooks.contract import Contract

FILE_NAME: Final = "playbooks.toml"
DOTENV: Final = ".env"
NOTION_URL: Final = "https://api.notion.com"
TRUSTED_SECTIONS: Final = ("notion", "store", "approval", "backups")
"""Where tokens, reports and backups go, what is approved unasked, and which backups are removed:
a project that an assistant has open does not decide that."""

_FROM_ENVIRONMENT: Final = ("PLAYBOOKS_STORE", "PLAYBOOKS_BACKUPS")
"""Trusted sections that the environment may set too, though never `.env`."""


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


class ContractsSection(Section):
    """Where a team's contracts lie, relative to this file; if unset, in `contracts`."""

    directory: str | None = None


class Settings(BaseSettings):
    """Everything that can be configured, with its defaults."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="PLAYBOOKS_",
        env_nested_delimiter="__",
    )

    notion_api_token: SecretStr | None = Field(default=None, validation_alias="NOTION_API_TOKEN")
    notion_workspace_id: str | None = Field(default=None, validation_alias="NOTION_WORKSPACE_ID")
    workspace: Literal["notion", "embedded"] | None = None
    read_only: bool = False
    databases: Databases = Databases()
    bands: Bands = Bands()
    store: StoreSection = StoreSection()
    notion: NotionSection = NotionSection()
    approval: ApprovalSection = ApprovalSection()
    backups: BackupsSection = BackupsSection()
    mirror: MirrorSection = MirrorSection()
    work: WorkSection = WorkSection()
    contracts: ContractsSection = ContractsSection()

    @field_validator("notion_api_token")
    @classmethod
    def _trimmed(cls, given: SecretStr | None) -> SecretStr | None:
        """A pasted token often brings a space or a line end along."""
        return None if given is None else SecretStr(given.get_secret_value().strip())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then `.env`, then the file (given as keywords)."""
        del dotenv_settings, file_secret_settings
        return env_settings, _Dotenv(settings_cls), init_settings


class _Dotenv(DotEnvSettingsSource):
    """Our own variables of `.env`; a project keeps many others there."""

    def _read_env_files(self) -> Mapping[str, str | None]:
        variables, _ = _dotenv()
        return {name.lower(): value for name, value in variables.items()}


_NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was read: settings that hold (the defaults where there are mistakes) and where from."""

    settings: Settings
    file: Path | None
    mistakes: tuple[str, ...]
    token_origin: TokenOrigin
    data_directory: Path
    fingerprint: str
    contracts: "Mapping[DatabaseKey, Contract]" = field(
        default_factory=dict[DatabaseKey, "Contract"]
    )

    @property
    def has_token(self) -> bool:
        """Whether there is a token at all."""
        return self.token_origin != _NONE

    @property
    def names_a_workspace(self) -> bool:
        """Whether a Notion workspace is meant, token or not."""
        settings = self.settings
        ids = (getattr(settings.databases, kind.key).id for kind in KINDS)
        return bool(settings.notion_workspace_id) or settings.workspace == "notion" or any(ids)

    @property
    def store_url(self) -> str:
        """The configured store, or a file in the data directory."""
        # Quoted: a question mark in the path would begin the options of an address.
        file = quote(str(self.data_directory / "store.sqlite3"))
        return self.settings.store.url or f"sqlite:///{file}"

    @property
    def backups_directory(self) -> Path:
        """Where backups lie: as configured, or in the data directory."""
        return self.settings.backups.directory or self.data_directory / "backups"

    @property
    def workspace_file(self) -> Path:
        """Where the embedded workspace is kept."""
        return self.data_directory / "workspace.sqlite3"


def user_file() -> Path:
    """The user's own configuration file, there or not."""
    return user_config_path("notion-playbooks") / FILE_NAME


def read_configuration(named: str | None = None) -> Configuration:
    """Read everything; never raises for a mistake, but lists each with its place."""
    file, mistakes = _choose(named)
    content, unreadable = _parse(file)
    mistakes += [*unreadable, *_dotenv()[1]]
    trusted, untrusted = _trusted(file, content)
    mistakes += untrusted
    settings, invalid = _validated({**content, **trusted}, file)
    if untrusted:
        default = {name: Settings.model_fields[name].default for name in TRUSTED_SECTIONS}
        settings = settings.model_copy(update=default)
    directory = settings.contracts.directory
    contracts = read_contracts(directory_of(file, directory), configured=directory is not None)
    every = (*mistakes, *invalid, *contracts.mistakes)
    configuration = Configuration(
        settings=settings,
        file=file,
        mistakes=every,
        token_origin=_token_origin(settings),
        data_directory=user_data_path("notion-playbooks"),
        fingerprint=_fingerprint(settings, every),
        contracts=contracts.found,
    )
    return _with_key_apart(configuration)


def _with_key_apart(configuration: Configuration) -> Configuration:
    """The key of backups beside them would go where they go, to a thief as well."""
    key_file, directory = (
        configuration.settings.backups.encryption_key_file,
        configuration.backups_directory,
    )
    if key_file is None or not key_file.resolve().is_relative_to(directory.resolve()):
        return configuration
    mistake = "backups.encryption_key_file: must not lie in the directory of the backups"
    mistakes = (*configuration.mistakes, mistake)
    fingerprint = _fingerprint(configuration.settings, mistakes)
    return replace(configuration, mistakes=mistakes, fingerprint=fingerprint)


def token_fingerprint(token: str) -> str:
    """Eight hex digits that tell two tokens apart and give neither away."""
    return hashlib.sha256(token.encode()).hexdigest()[:8]


def _choose(named: str | None) -> tuple[Path | None, list[str]]:
    """The file in use, by the documented order; a named one has to exist."""
    asked = named or os.environ.get("PLAYBOOKS_CONFIG")
    if asked:
        path = Path(asked)
        return (path, []) if path.is_file() else (None, [f"{asked}: there is no such file"])
    here = Path(FILE_NAME)
    return next((path for path in (here, user_file()) if os.path.lexists(path)), None), []


def _parse(file: Path | None) -> tuple[dict[str, Any], list[str]]:
    if file is None:
        return {}, []
    try:
        return tomllib.loads(file.read_text("utf-8")), []
    except tomllib.TOMLDecodeError as error:
        return {}, [f"{file}: not valid TOML: {error}"]
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{file}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}"]


def _trusted(file: Path | None, content: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The trusted sections, from the user's own file alone; elsewhere each is a mistake."""
    own = user_file()
    mistakes = [f"{place}: accepted in {own} alone" for place in _steering_variables()]
    if file is not None and _same(file, own):
        return {}, mistakes
    misplaced = [name for name in TRUSTED_SECTIONS if content.pop(name, None) is not None]
    mistakes += [f"{file}: [{name}]: accepted in {own} alone" for name in misplaced]
    beside, broken = _parse(own if own.exists() else None)
    return {name: beside[name] for name in TRUSTED_SECTIONS if name in beside}, mistakes + broken


def _steering_variables() -> list[str]:
    """Variables that would set a trusted section; the environment may name the store."""
    dotenv, _ = _dotenv()
    steering = tuple(f"PLAYBOOKS_{name.upper()}" for name in TRUSTED_SECTIONS)
    in_dotenv = [name for name in dotenv if name.startswith(steering)]
    in_environment = [
        name
        for name in os.environ
        if name.upper().startswith(steering) and not name.upper().startswith(_FROM_ENVIRONMENT)
    ]
    return [
        *(f"{DOTENV}: {name}" for name in in_dotenv),
        *(f"environment variable {name}" for name in in_environment),
    ]


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _validated(content: dict[str, Any], file: Path | None) -> tuple[Settings, list[str]]:
    """The settings, or their defaults together with every mistake."""
    try:
        return Settings(**content), _unknown_variables()
    except ValidationError as error:
        origin = Origin(file, _text(file), _variables(), model=Settings)
        secrets = Settings.model_construct(**_secrets())
        return secrets, [*describe(error, origin), *_unknown_variables()]


def _text(file: Path | None) -> str:
    """The file's text; what cannot be read has set nothing, and `_parse` has told why."""
    try:
        return file.read_text("utf-8") if file is not None else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _secrets() -> dict[str, Any]:
    variables = _variables()
    token = variables.get("NOTION_API_TOKEN")
    return {
        "notion_api_token": SecretStr(token) if token else None,
        "notion_workspace_id": variables.get("NOTION_WORKSPACE_ID"),
    }


def _variables() -> dict[str, str]:
    """The environment over `.env`, names in upper case."""
    dotenv, _ = _dotenv()
    return dotenv | {name.upper(): value for name, value in os.environ.items()}


def _dotenv() -> tuple[dict[str, str], list[str]]:
    """Our own variables of `.env`, names in upper case, and why it cannot be read."""
    if not os.path.lexists(DOTENV):
        return {}, []
    try:
        read = dotenv_values(DOTENV, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{DOTENV}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}"]
    named = {name.upper(): value for name, value in read.items() if value is not None}
    return {name: named[name] for name in named if name.startswith(("PLAYBOOKS_", "NOTION_"))}, []


def _unknown_variables() -> list[str]:
    """PLAYBOOKS_ variables that name no setting: a typo would otherwise pass in silence."""
    sections = {name.upper() for name in Settings.model_fields} | {"CONFIG"}
    return [
        f"environment variable {name}: there is no such setting;"
        f" valid after PLAYBOOKS_: {', '.join(sorted(sections - _ALIASED))}"
        for name in sorted(_variables())
        if name.startswith("PLAYBOOKS_") and name[10:].partition("__")[0] not in sections
    ]


_ALIASED: Final = {"NOTION_API_TOKEN", "NOTION_WORKSPACE_ID", "NOTION", "APPROVAL"}


def _token_origin(settings: Settings) -> TokenOrigin:
    if settings.notion_api_token is None or not settings.notion_api_token.get_secret_value():
        return _NONE
    in_environment = any(name.upper() == "NOTION_API_TOKEN" for name in os.environ)
    return "environment" if in_environment else ".env file"


def _fingerprint(settings: Settings, mistakes: tuple[str, ...]) -> str:
    """Tells two configurations apart, the token included, without giving it away."""
    token = settings.notion_api_token.get_secret_value() if settings.notion_api_token else ""
    rest = settings.model_dump_json(exclude={"notion_api_token"})
    told = "\n".join([token_fingerprint(token), rest, *mistakes])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _id_in(given: str) -> str:
    """The id in an id or a link: its last 32 hex digits before any question mark."""
    digits = given.partition("?")[0].rstrip("/").replace("-", "").lower()[-32:]
    if len(digits) != _ID_LENGTH or not set(digits) <= set("0123456789abcdef"):
        raise ValueError("must be an id of 32 hex digits, or a link to the database")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


_ID_LENGTH: Final = 32


def database_settings(settings: Settings) -> Mapping[DatabaseKey, DatabaseSection]:
    """The configured databases by key."""
    return {kind.key: getattr(settings.databases, kind.key) for kind in KINDS}

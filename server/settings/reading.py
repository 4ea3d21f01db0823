"""How the configuration is read: which file, what it may say, and every mistake in it."""

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from platformdirs import user_config_path, user_data_path
from pydantic import SecretStr, ValidationError

from playbooks.databases import KINDS, DatabaseKey
from playbooks.desk import TokenOrigin
from server.contracts import directory_of, read_contracts
from server.mistakes import Origin, describe
from server.settings.model import Settings
from server.settings.sections import DatabaseSection
from server.settings.variables import DOTENV, dotenv, variables

if TYPE_CHECKING:
    from playbooks.contract import Contract

FILE_NAME: Final = "playbooks.toml"
TRUSTED_SECTIONS: Final = ("notion", "store", "approval", "backups", "security")
"""Where tokens, reports and backups go, what is approved unasked, which backups are removed, where
an assistant may scan: a project that it has open does not decide that."""

_FROM_ENVIRONMENT: Final = ("PLAYBOOKS_STORE", "PLAYBOOKS_BACKUPS")
"""Trusted sections that the environment may set too, though never `.env`."""


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
    def key_file(self) -> Path:
        """Where the key of fingerprints is kept."""
        return self.data_directory / "fingerprint.key"

    @property
    def store_file(self) -> Path | None:
        """The store's file, where it is one."""
        url = self.settings.store.url
        if url is None:
            return self.data_directory / "store.sqlite3"
        path = url.removeprefix("sqlite:///")
        return Path(unquote(path)) if path != url else None

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
    mistakes += [*unreadable, *dotenv()[1]]
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
    from_dotenv, _ = dotenv()
    steering = tuple(f"PLAYBOOKS_{name.upper()}" for name in TRUSTED_SECTIONS)
    in_dotenv = [name for name in from_dotenv if name.startswith(steering)]
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
        origin = Origin(file, _text(file), variables(), model=Settings)
        secrets = Settings.model_construct(**_secrets())
        return secrets, [*describe(error, origin), *_unknown_variables()]


def _text(file: Path | None) -> str:
    """The file's text; what cannot be read has set nothing, and `_parse` has told why."""
    try:
        return file.read_text("utf-8") if file is not None else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _secrets() -> dict[str, Any]:
    given = variables()
    token = given.get("NOTION_API_TOKEN")
    return {
        "notion_api_token": SecretStr(token) if token else None,
        "notion_workspace_id": given.get("NOTION_WORKSPACE_ID"),
    }


def _unknown_variables() -> list[str]:
    """PLAYBOOKS_ variables that name no setting: a typo would otherwise pass in silence."""
    sections = {name.upper() for name in Settings.model_fields} | {"CONFIG"}
    return [
        f"environment variable {name}: there is no such setting;"
        f" valid after PLAYBOOKS_: {', '.join(sorted(sections - _ALIASED))}"
        for name in sorted(variables())
        if name.startswith("PLAYBOOKS_") and name[10:].partition("__")[0] not in sections
    ]


_ALIASED: Final = {"NOTION_API_TOKEN", "NOTION_WORKSPACE_ID", "NOTION", "APPROVAL", "SECURITY"}


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


def database_settings(settings: Settings) -> Mapping[DatabaseKey, DatabaseSection]:
    """The configured databases by key."""
    return {kind.key: getattr(settings.databases, kind.key) for kind in KINDS}

"""What lies ready when a procedure is called: the ports and the facts of this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from playbooks.aside import Aside, in_place
from playbooks.backup_policy import BackupPolicy
from playbooks.bands import Bands
from playbooks.clock import Clock
from playbooks.databases import DatabaseKey, StatusRole
from playbooks.errors import ConfigurationInvalid, PlaybookError
from playbooks.lazy import LazyModule
from playbooks.work import Work

# The server makes its desk at the first call: what only that needs, or only a type, comes then.
if TYPE_CHECKING:
    from playbooks import kept_readings, kept_tasks
    from playbooks.arguments import PlanKind
    from playbooks.contract import Contract
    from playbooks.data_ports import Backups, DataBook, Editor, Exporter, Maker
    from playbooks.ports import (
        Mirror,
        Notion,
        OwnRows,
        OwnServer,
        Pictures,
        Store,
        Together,
        UsageBook,
    )
    from playbooks.rows import Row
    from playbooks.security_ports import (
        Access,
        Liveness,
        NoteExposures,
        SecretScanner,
        SecurityBook,
    )
    from playbooks.usage import UsageRecord
else:
    kept_readings = LazyModule("playbooks.kept_readings")
    kept_tasks = LazyModule("playbooks.kept_tasks")

TokenOrigin = Literal["environment", ".env file", "sample workspace", "none"]
TokenShape = Literal["ntn_", "secret_", "unknown"]


@dataclass(frozen=True, slots=True)
class TokenView:
    """What may be told of the token: never the token itself.

    `lost` says that a real workspace is meant but no token is there; `ignored` that a token is
    set although the sample workspace was chosen on purpose.
    """

    origin: TokenOrigin
    shape: TokenShape | None = None
    masked: str = "none"
    lost: bool = False
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class DatabaseSetting:
    """What the configuration says of one database; everything may be left to guessing.

    `ours`: rows of our own may be added to it without asking.
    """

    id: str | None = None
    ours: bool = False
    properties: Mapping[str, str] = field(default_factory=dict[str, str])
    statuses: Mapping[StatusRole, tuple[str, ...]] = field(
        default_factory=dict[StatusRole, tuple[str, ...]]
    )


@dataclass(frozen=True, slots=True)
class ConfigurationState:
    """Where the configuration came from, and what is wrong with it."""

    file: str | None = None
    mistakes: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """Which workspace this process talks to, and what it expects to find there.

    `key` tells this address and token from others in the recorded calls; empty for none.
    """

    workspace: Literal["Notion", "sample workspace"]
    token: TokenView
    chosen: bool = True
    key: str = ""
    expected_workspace_id: str | None = None
    read_only: bool = False
    databases: Mapping[DatabaseKey, DatabaseSetting] = field(
        default_factory=dict[DatabaseKey, DatabaseSetting]
    )


MOST_ROWS: Final = 50_000
"""So many parsed rows are kept, about 2 kB each."""


def _rows() -> kept_readings.KeptReadings[Row]:
    return kept_readings.KeptReadings(MOST_ROWS)


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to every procedure; made once by the composition root.

    `notion` is None when there is nothing to talk to: the configuration has mistakes, or a
    token is lost, and `mirror` with it. `unreachable` says that there is a workspace but it cannot
    be opened. `standing_approvals` are the kinds of plan that the user's own file approves.
    `tasks` keeps what was read of task databases, `rows` parsed rows of others, for the next call.
    `own_rows` is None where nothing may or can be written, `editor` and `maker` with it.
    `exporter`, `backups` and `book` are None where there is no workspace. `contracts` are a team's
    own; of a database without one the playbook's holds. `note_usage` remembers a call of our own
    tools for free. `aside` is for what computes long. `access` and `security` are None where there
    is no workspace. `note_exposures` hears what is found.
    """

    configuration: ConfigurationState
    connection: Connection
    notion: Notion | None
    store: Store
    usage: UsageBook
    server: OwnServer
    bands: Bands
    clock: Clock
    together: Together
    new_run_id: Callable[[], str]
    unreachable: PlaybookError | None = None
    mirror: Mirror | None = None
    standing_approvals: frozenset[PlanKind] = frozenset()
    pictures: Pictures | None = None
    work: Work = Work()  # noqa: RUF009 - frozen
    tasks: kept_tasks.KeptTasks = field(default_factory=lambda: kept_tasks.KeptTasks())  # noqa: PLW0108 - late
    rows: kept_readings.KeptReadings[Row] = field(default_factory=_rows)
    own_rows: OwnRows | None = None
    editor: Editor | None = None
    exporter: Exporter | None = None
    maker: Maker | None = None
    backups: Backups | None = None
    backup_policy: BackupPolicy = BackupPolicy()  # noqa: RUF009 - frozen
    book: DataBook | None = None
    contracts: Mapping[DatabaseKey, Contract] = field(default_factory=dict[DatabaseKey, "Contract"])
    scanner: SecretScanner | None = None
    access: Access | None = None
    security: SecurityBook | None = None
    liveness: Liveness | None = None
    note_exposures: NoteExposures = lambda _: None
    note_usage: Callable[[UsageRecord], None] = lambda _: None
    aside: Aside = in_place

    def require_configuration(self) -> None:
        """Raise ConfigurationInvalid when there are mistakes; health_check alone goes on."""
        if self.configuration.mistakes:
            raise ConfigurationInvalid(self.configuration.mistakes)


async def silent(_done: int, _total: int, _what: str) -> None:
    """A Progress that tells nobody."""

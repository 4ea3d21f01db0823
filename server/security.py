"""The parts of a desk that a security scan needs, put together for one process."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from playbooks.desk import Desk
from playbooks.security_ports import Exposure, NoteExposures
from server.notion.liveness import NotionLiveness
from server.secrets.key_file import fingerprint_key
from server.secrets.options import ScanOptions
from server.secrets.scanner import Ours, Scanner, Vault
from server.settings import Configuration, user_file
from server.store.kept_security import KeptSecurity
from server.store.sql import SqlStore

if TYPE_CHECKING:
    from server.link import Link


def _nobody(_: Sequence[Exposure]) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a person in a shell may ask of a scan beside any path: the live check, and to be told.

    An assistant has none of it.
    """

    verify: bool = False
    note_exposures: NoteExposures = _nobody


def with_security(
    desk: Desk,
    configuration: Configuration,
    store: SqlStore,
    link: "Link | None",
    *,
    by_hand: ByHand | None = None,
) -> Desk:
    """The desk with its scanner and all that belongs to it; nothing is read yet but the key."""
    section = configuration.settings.security
    verify = section.verify or (by_hand is not None and by_hand.verify)
    vault = Vault(fingerprint_key(configuration.key_file), wanted=verify)
    book = KeptSecurity(store, connection=desk.connection.key)
    scanner = _scanner(configuration, vault, anywhere=by_hand is not None)
    return replace(
        desk,
        scanner=scanner,
        access=link.access if link else None,
        security=book if link else None,
        liveness=NotionLiveness(vault.value_of, book, desk.clock) if verify else None,
        note_exposures=_nobody if by_hand is None else by_hand.note_exposures,
    )


def _scanner(configuration: Configuration, vault: Vault, *, anywhere: bool) -> Scanner:
    section = configuration.settings.security
    home = Path.home() if section.own_assistants else None
    return Scanner(
        ScanOptions(vault.key, user_home=home, note=vault.note),
        lambda: _ours(configuration),
        None if anywhere else section.scan_roots or (Path.cwd(),),
        configuration.data_directory / "clean-objects.sqlite3",
    )


def _ours(configuration: Configuration) -> Ours:
    """The embedded workspace is not among them: it stands for Notion, tokens and all."""
    store, data = configuration.store_file, configuration.data_directory
    files = [] if store is None else [store, store.with_name(f"{store.name}-wal")]
    logs = sorted(data.glob("*.log*"))
    folders = [configuration.backups_directory]
    key_file = configuration.settings.backups.encryption_key_file
    private = [*files, *folders, configuration.key_file, user_file()]
    private += [] if configuration.file is None else [configuration.file]
    private += [] if key_file is None else [key_file]
    there = tuple(dict.fromkeys(each for each in private if each.exists()))
    return Ours(scanned=(*files, *logs, *folders), private=there)

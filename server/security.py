"""The parts of a desk that a security scan needs, put together for one process."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from playbooks.desk import Desk
from playbooks.lazy import LazyModule
from playbooks.ports import Progress
from playbooks.security_ports import Exposure, NoteExposures, Spotted, Swept, Text, Wish
from server.settings import Configuration, user_file
from server.store.kept_security import KeptSecurity
from server.store.sql import SqlStore

# The rules and the scanner are only read where somebody scans.
if TYPE_CHECKING:
    from server.link import Link
    from server.notion import liveness
    from server.secrets import key_file, options, scanner
else:
    liveness = LazyModule("server.notion.liveness")
    key_file = LazyModule("server.secrets.key_file")
    options = LazyModule("server.secrets.options")
    scanner = LazyModule("server.secrets.scanner")


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
    verify = configuration.settings.security.verify or (by_hand is not None and by_hand.verify)
    book = KeptSecurity(store)
    late = LateScanner(configuration, anywhere=by_hand is not None, verify=verify)
    return replace(
        desk,
        scanner=late,
        access=link.access if link else None,
        security=book if link else None,
        liveness=liveness.NotionLiveness(late.value_of, book, desk.clock, asks=verify),
        note_exposures=_nobody if by_hand is None else by_hand.note_exposures,
    )


class LateScanner:
    """Implements playbooks.security_ports.SecretScanner; made when it is first asked."""

    def __init__(self, configuration: Configuration, *, anywhere: bool, verify: bool) -> None:
        self._configuration = configuration
        self._anywhere = anywhere
        self._verify = verify

    async def tree(self, wish: Wish, progress: Progress) -> Swept:
        """As the port says."""
        return await self._scanner.tree(wish, progress)

    async def own_files(self) -> Swept:
        """As the port says."""
        return await self._scanner.own_files()

    async def texts(self, pieces: Sequence[Text], *, generic: bool = False) -> tuple[Spotted, ...]:
        """As the port says."""
        return await self._scanner.texts(pieces, generic=generic)

    def value_of(self, mark: str) -> bytes | None:
        """The Notion token of that fingerprint, if this scanner has met it."""
        return self._vault.value_of(mark)

    @cached_property
    def _vault(self) -> "scanner.Vault":
        key = key_file.fingerprint_key(self._configuration.key_file)
        return scanner.Vault(key, wanted=self._verify)

    @cached_property
    def _scanner(self) -> "scanner.Scanner":
        configuration, vault = self._configuration, self._vault
        section = configuration.settings.security
        home = Path.home() if section.own_assistants else None
        return scanner.Scanner(
            options.ScanOptions(vault.key, user_home=home, note=vault.note),
            lambda: _ours(configuration),
            None if self._anywhere else section.scan_roots or _working_directory(),
            configuration.data_directory / "clean-objects.sqlite3",
        )


def _working_directory() -> tuple[Path, ...]:
    """Some clients start a server at the top of the disk: that is no project of anybody's."""
    here = Path.cwd()
    return () if here == Path(here.anchor) else (here,)


def _ours(configuration: Configuration) -> "scanner.Ours":
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
    return scanner.Ours(scanned=(*files, *logs, *folders), private=there)

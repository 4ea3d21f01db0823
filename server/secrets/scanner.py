"""The scanner as procedures ask for it; values never leave this process's memory, nor this file.

Implements playbooks.security_ports.SecretScanner.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Final
from urllib.parse import quote

import anyio
from anyio import to_thread

from playbooks.ports import Progress
from playbooks.security_ports import LeftOut, Origin, PathUnusable, Spotted, Swept, Text, Tier, Wish
from server.secrets.concern import of_place
from server.secrets.files import joined
from server.secrets.found import Found, Place, Scanned, shown_path
from server.secrets.git_seen import SeenFile
from server.secrets.masking import without_secrets
from server.secrets.matching import Match, fingerprint, last4
from server.secrets.options import ScanOptions
from server.secrets.permissions import ARE_CHECKED, open_to_others
from server.secrets.place_rules import PLACE_RULES
from server.secrets.rotation import rotation_steps
from server.secrets.rule import Rule
from server.secrets.rules import RULES
from server.secrets.scan import scan_paths
from server.secrets.scan_roots import OutsideScanRoots, UnusableRoot

_RULES: Final[dict[str, Rule]] = {rule.id: rule for rule in (*RULES, *PLACE_RULES)}
_PLACES: Final = frozenset(rule.id for rule in PLACE_RULES)
_ASKABLE: Final = frozenset(("notion-token", "notion-secret"))
"""The rules of tokens that may be asked about."""


@dataclass(slots=True)
class Vault:
    """Notion tokens that a scan has met, by fingerprint, while the process lives; never shown."""

    key: bytes = field(repr=False)
    wanted: bool = False
    _values: dict[str, bytes] = field(default_factory=dict[str, bytes], repr=False)

    def note(self, match: Match) -> None:
        """Keep it for the live check, where that is wanted."""
        if self.wanted and match.rule.id in _ASKABLE:
            self._values[fingerprint(match.value, match.rule, self.key)] = match.value

    def value_of(self, mark: str) -> bytes | None:
        """The token of that fingerprint."""
        return self._values.get(mark)


@dataclass(frozen=True, slots=True)
class Ours:
    """Our own files: what is looked through, and what others must not read."""

    scanned: tuple[Path, ...] = ()
    private: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Scanner:
    """Scans below `roots` (None: anywhere); `seen` remembers what was clean in histories."""

    options: ScanOptions
    ours: Callable[[], Ours]
    roots: tuple[Path, ...] | None
    seen: Path | None = None

    async def tree(self, wish: Wish, progress: Progress) -> Swept:
        """The files below a path; PathUnusable when it is not there or not allowed."""
        path = Path(wish.path or ".")
        options = self._options(wish)
        try:
            scanned = await _in_thread(path, options, progress)
        except OutsideScanRoots:
            raise PathUnusable(
                f"The path {self._told(path)!r} is outside the folders that may be scanned.",
                remedy="Name one below the working directory, set [security] scan_roots in your own"
                " playbooks.toml, or run `notion-playbooks call security_scan` in a shell.",
            ) from None
        except UnusableRoot:
            raise PathUnusable(
                f"There is no file or folder {self._told(path)!r}.",
                remedy="Name one that exists, relative to the working directory.",
            ) from None
        return _swept(scanned)

    async def own_files(self) -> Swept:
        """What our files hold, and whether others can read them."""
        return await to_thread.run_sync(self._own_files)

    async def texts(self, pieces: Sequence[Text], *, generic: bool = False) -> tuple[Spotted, ...]:
        """The hits in the pieces, each looked at by itself."""
        return await to_thread.run_sync(self._texts, tuple(pieces), generic)

    def _told(self, path: Path) -> str:
        """The path as it may be shown."""
        told = without_secrets(shown_path(str(path)), self.options.closely().matcher)
        return told if len(told) <= _TOLD_LENGTH else f"{told[:_TOLD_LENGTH]}…"

    def _options(self, wish: Wish) -> ScanOptions:
        return replace(
            self.options,
            history=wish.history,
            archives=wish.archives,
            generic=wish.generic,
            respect_gitignore=wish.gitignore,
            allowed_roots=self.roots,
            seen=self.options.seen if self.seen is None else SeenFile(self.seen),
        )

    def _own_files(self) -> Swept:
        ours = self.ours()
        there = [path for path in ours.scanned if path.exists()]
        options = replace(
            self.options, git=False, history=False, user_home=None, allowed_roots=None
        )
        swept = _swept(scan_paths(there, options), "own file") if there else Swept()
        wrong = [(path, rule) for path in ours.private for rule in open_to_others(path)]
        closely = options.closely() if wrong else None
        open_ = tuple(
            _spotted(of_place(rule, Place(shown_path(str(path))), closely), "own file")
            for path, rule in wrong
            if closely is not None
        )
        left = () if ARE_CHECKED else (LeftOut("not checked", len(ours.private)),)
        return Swept(
            (*swept.spotted, *open_),
            swept.files_count,
            swept.bytes,
            left_out=(*swept.left_out, *left),
            complete=swept.complete and not left,
        )

    def _texts(self, pieces: tuple[Text, ...], generic: bool) -> tuple[Spotted, ...]:
        """Looked at as one first: hardly any holds anything."""
        matcher = replace(self.options, generic=generic).closely().matcher

        def name(part: int) -> str:
            return without_secrets(pieces[part].where, matcher)

        contents = [piece.text.encode("utf-8", "replace") for piece in pieces]
        return tuple(
            self._in_text(match, replace(pieces[part], where=name(part)))
            for part in joined(contents).touched(matcher)
            for match in matcher.matches(contents[part])
        )

    def _in_text(self, match: Match, piece: Text) -> Spotted:
        """Whoever may write in Notion may not accept what they write."""
        return Spotted(
            rule=match.rule.id,
            title=match.rule.title,
            tier=match.rule.tier,
            severity=match.severity,
            origin=piece.origin,
            where=piece.where,
            length=len(match.value),
            fingerprint=fingerprint(match.value, match.rule, self.options.key),
            last4=last4(match.value),
            public=piece.public,
            page_id=piece.page_id,
            rotation=rotation_steps(match.rule.service),
        )


async def _in_thread(path: Path, options: ScanOptions, progress: Progress) -> Scanned:
    """In a thread, which ends soon after whoever waits for it is cancelled."""
    cancelled, told = Event(), _Told()
    failure: Exception | None = None
    scanned: Scanned | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(told.relay, progress)
        try:
            scanned = await to_thread.run_sync(
                lambda: scan_paths([path], options, told, cancelled.is_set),
                abandon_on_cancel=True,
            )
        except Exception as error:  # noqa: BLE001 - raised again below, out of the group's wrap
            failure = error
        finally:
            cancelled.set()
            group.cancel_scope.cancel()
    if failure is not None:
        raise failure
    assert scanned is not None
    return scanned


@dataclass(slots=True)
class _Told:
    """How far the workers are; they must not wait for whoever is told."""

    done: int = 0
    total: int | None = None
    what: str = "files"

    def __call__(self, done: int, total: int | None, what: str) -> None:
        """From any worker."""
        self.done, self.total, self.what = done, total, what

    async def relay(self, progress: Progress) -> None:
        """Tell it now and then, until cancelled."""
        while True:
            await anyio.sleep(_TOLD_EVERY_S)
            await progress(self.done, max(self.done, self.total or 0), self.what)


_TOLD_EVERY_S: Final = 0.5
_TOLD_LENGTH: Final = 200


def _swept(scanned: Scanned, origin: Origin | None = None) -> Swept:
    return Swept(
        tuple(_spotted(each, origin) for each in scanned.found),
        scanned.files_count,
        scanned.bytes,
        scanned.commits_count + scanned.known_commits_count,
        scanned.objects_count + scanned.known_objects_count,
        tuple(LeftOut(each.reason, each.count, each.examples) for each in scanned.skipped),
        scanned.complete,
    )


def _spotted(found: Found, origin: Origin | None) -> Spotted:
    rule = _RULES[found.rule]
    place = found.place
    tier: Tier = "place" if rule.id in _PLACES else rule.tier
    return Spotted(
        rule=rule.id,
        title=rule.title,
        tier=tier,
        severity=found.severity,
        origin=origin or _ORIGINS[found.source],
        where=place.path or place.object_id,
        uri=quote(place.name),
        line=found.line,
        column=found.column,
        length=found.length,
        fingerprint=found.fingerprint,
        last4=found.last4,
        allowed=found.allowed,
        commit=place.commit,
        first_seen=place.first_seen,
        rotation=rotation_steps(rule.service),
    )


_ORIGINS: Final[dict[str, Origin]] = {
    "file": "file",
    "history": "history",
    "git": "git",
    "configuration": "configuration",
}

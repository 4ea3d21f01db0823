"""What the security scan asks of the world, and what it is told: never a secret itself.

`server/` holds the adapters: SecretScanner in `secrets/`, Access and Liveness in `notion/`,
SecurityBook in `store/`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from playbooks.errors import PlaybookError
from playbooks.objects import Capability
from playbooks.ports import Progress
from playbooks.report import Severity
from playbooks.snapshot import Json

Origin = Literal["file", "history", "git", "configuration", "own file", "notion", "backup"]
"""Where something was found; `configuration` is what is wrong with a place, not with its text."""

Tier = Literal["token", "generic", "place"]
"""A token votes, a generic assignment only informs, a place is a file that others can reach."""

Life = Literal["live", "dead", "unknown", "not asked"]


class PathUnusable(PlaybookError):
    """What was to be scanned is not there, or lies where this server may not look."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """One hit: which rule, where, and how it is known again; the value is gone.

    `where` is a path, or the place in a page of Notion; foreign, as all of Notion's. `line` and
    `column` count from 1, 0 for none. `last4` is empty for short values. `allowed`: a comment or a
    baseline of the project accepts it. `public`: its page can be read on the web. `page_id` is of
    Notion. `uri` is a path in its own bytes, percent-encoded, where it is known.
    """

    rule: str
    title: str
    tier: Tier
    severity: Severity
    origin: Origin
    where: str
    line: int = 0
    column: int = 0
    length: int = 0
    fingerprint: str = ""
    last4: str = ""
    allowed: bool = False
    public: bool = False
    commit: str = ""
    first_seen: str = ""
    page_id: str = ""
    uri: str = ""
    rotation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was not looked at, for one reason; `examples` are fit to be shown, but foreign."""

    reason: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Swept:
    """The hits of a sweep and what they were found in; `complete`: nothing that counts is left."""

    spotted: tuple[Spotted, ...] = ()
    files_count: int = 0
    bytes: int = 0
    commits_count: int = 0
    objects_count: int = 0
    left_out: tuple[LeftOut, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of Notion's text; `where` in its page or table it stands."""

    page_id: str
    where: str
    text: str = field(repr=False)
    public: bool = False
    origin: Origin = "notion"


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a tree is looked through; `path` None is the working directory."""

    path: str | None = None
    history: bool = False
    archives: bool = False
    generic: bool = False
    gitignore: bool = False


class SecretScanner(Protocol):
    """Finds secrets; keeps and tells none of them."""

    async def tree(self, wish: Wish, progress: Progress) -> Swept:
        """The files below a path, the history of repositories there, and what is wrong with them.

        Raises PathUnusable. Ends early, and for good, when it is cancelled.
        """
        ...

    async def own_files(self) -> Swept:
        """Our own store, logs and backups, our configuration, and who else may read them."""
        ...

    async def texts(self, pieces: Sequence[Text], *, generic: bool = False) -> tuple[Spotted, ...]:
        """The hits in pieces of text."""
        ...


class Liveness(Protocol):
    """Whether tokens that a scan met still work; Notion is asked only where a person wants it."""

    @property
    def asks(self) -> bool:
        """Whether a person wants Notion to be asked; else only earlier verdicts are told."""
        ...

    async def of(self, fingerprints: Sequence[str]) -> Mapping[str, Life]:
        """The verdicts on those of Notion's tokens about which there is one."""
        ...


ThingKind = Literal["page", "data_source"]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that the integration reaches; `title` is foreign, `parent_id` empty at the top.

    A table has the place of its database, and `database_id`.
    """

    id: str
    kind: ThingKind
    title: str
    parent_id: str = ""
    public: bool = False
    database_id: str = ""


@dataclass(frozen=True, slots=True)
class Someone:
    """A member, guest or bot that Notion lists; `name` is foreign."""

    id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What the integration is, may do and reaches, as far as the API tells.

    `capabilities` None: no answer. `people` None: it may not list them. `things` are tables and
    pages that are no rows, and rows that are public. `gaps` are sentences on what was not read.
    """

    bot_id: str
    bot_name: str
    owner_type: str
    workspace_id: str
    capabilities: Mapping[Capability, bool | None]
    people: tuple[Someone, ...] | None
    things: tuple[Thing, ...]
    gaps: tuple[str, ...] = ()


class Access(Protocol):
    """What the integration sees of the workspace; every method may raise a NotionError."""

    def attributed(self, procedure: str, run_id: str) -> "Access":
        """The same, its calls recorded under that procedure and run."""
        ...

    async def look(self, progress: Progress, *, most_calls: int) -> Seen:
        """Everything at once; a search that would take more calls is cut, and a gap says so."""
        ...

    async def reread(self, thing: Thing) -> Thing | None:
        """The same as it is now, whatever the search says; None when it is gone or in the trash."""
        ...


class SecurityBook(Protocol):
    """Approved access and verdicts on tokens; every method may raise StoreUnusable.

    A baseline is a workspace's: a token that takes another's place is held against the same one.
    """

    async def baseline(self, workspace_id: str) -> Json:
        """The approved one, None for none."""
        ...

    async def set_baseline(self, workspace_id: str, baseline: Json) -> None:
        """Put it in the place of the one before; None removes it."""
        ...

    async def verdicts(self) -> Mapping[str, tuple[Life, datetime]]:
        """What was found of tokens, by fingerprint, and when."""
        ...

    async def note_verdict(self, fingerprint: str, life: Life, at: datetime) -> None:
        """Remember it."""
        ...


@dataclass(frozen=True, slots=True)
class Exposure:
    """A secret's one place with what was judged of it: for other formats than a report's."""

    spotted: Spotted
    severity: Severity
    life: Life
    suppressed: bool


NoteExposures = Callable[[Sequence[Exposure]], None]

"""The objects of a repository, reachable or not, in parts that read quickly."""

from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from server.secrets.git_attribution import tokens
from server.secrets.git_command import GitFailed, Repository

PART_BYTES: Final = 32 << 20
"""A worker reads about so much with one git, which keeps deltas of the same pack together."""

PART_COUNT: Final = 50_000

_LIST: Final = (
    "cat-file",
    "--batch-all-objects",
    "--batch-check=%(objectname) %(objecttype) %(objectsize)",
    "--unordered",
    "--buffer",
)
_REACHED: Final = ("rev-list", "--objects", "--all", "--indexed-objects", "--missing=print")
_REFERENCES: Final = ("for-each-ref", "--format=%(refname)")
_NAMES: Final = (
    "log",
    "--all",
    "--reflog",
    "--name-only",
    "-c",
    "-z",
    "--root",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--ignore-submodules",
    "--format=",
)
_UNREADABLE: Final = b"missing"
_READ_KINDS: Final = frozenset({b"blob", b"commit", b"tag"})


class GitObject(NamedTuple):
    """An object as `cat-file --batch` writes it: `header`, its bytes, a line end.

    A tuple, since there may be millions of them.
    """

    header: bytes
    size: int

    @property
    def object_id(self) -> bytes:
        """In hex."""
        return self.header.split(b" ", 1)[0]

    @property
    def kind(self) -> bytes:
        """blob, commit or tag."""
        return self.header.split(b" ", 2)[1]

    @property
    def written_bytes(self) -> int:
        """With the header and both line ends."""
        return len(self.header) + self.size + 2


def listed_objects(
    repository: Repository,
    clean: AbstractSet[bytes],
    known: Counter[bytes],
    damaged: Callable[[bytes], None],
) -> Iterator[list[GitObject]]:
    """Blobs, commits and tags in pack order, in parts, without those whose ids are `clean`.

    `known` counts those by their kinds; `damaged` is told the id of each that git cannot read.

    Raises:
        GitFailed, GitMissing: the list may not be all.
    """
    part: list[GitObject] = []
    part_bytes = 0
    with repository.running(_LIST) as lines:
        for line in lines:
            object_id, kind, size = _listed(line)
            if kind == _UNREADABLE:
                damaged(object_id)
            if kind not in _READ_KINDS:
                continue
            if object_id in clean:
                known[kind] += 1
                continue
            part.append(GitObject(line[:-1], int(size)))
            part_bytes += part[-1].size
            if part_bytes >= PART_BYTES or len(part) >= PART_COUNT:
                yield part
                part, part_bytes = [], 0
    if part:
        yield part


def _listed(line: bytes) -> tuple[bytes, bytes, bytes]:
    """The id, the kind and the size; of an object that git cannot read it tells two words."""
    match line.split():
        case [object_id, kind, size]:
            return object_id, kind, size
        case [object_id, kind]:
            return object_id, kind, b"0"
        case _:
            raise GitFailed("damaged")


def absent_objects(repository: Repository) -> Iterator[bytes]:
    """The ids of objects that references and the index lead to and that are not there.

    Raises:
        GitFailed: a commit is not there, so that what it leads to is not known.
        GitMissing: no git is installed.
    """
    with repository.running(_REACHED) as lines:
        for line in lines:
            if line.startswith(b"?"):
                yield line[1:-1]


def reference_names(repository: Repository) -> list[bytes]:
    """Of branches, tags, notes and whatever else has a name.

    Raises:
        GitFailed, GitMissing: the list may not be all.
    """
    with repository.running(_REFERENCES) as lines:
        return [line.strip() for line in lines]


def file_names(repository: Repository) -> list[bytes]:
    """Every path that any commit wrote, once.

    Raises:
        GitFailed, GitMissing: the list may not be all.
    """
    with repository.running(_NAMES) as stream:
        return sorted({token.lstrip(b"\n") for token in tokens(stream)})

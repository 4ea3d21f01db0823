"""The objects of a repository, reachable or not, in parts that read quickly."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from server.secrets.git_command import Repository

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
    repository: Repository, clean: AbstractSet[bytes], known: Counter[bytes]
) -> Iterator[list[GitObject]]:
    """Blobs, commits and tags in pack order, in parts, without those whose ids are `clean`.

    `known` counts those by their kinds.

    Raises:
        GitFailed, GitMissing: the list may not be all.
    """
    part: list[GitObject] = []
    part_bytes = 0
    with repository.running(_LIST) as lines:
        for line in lines:
            object_id, kind, size = line.split()
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

"""Which commit brought an object, and under which path: asked only about objects with a hit."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import IO, Final

from server.secrets.found import Found, Place, shown_path
from server.secrets.git_command import GitFailed, Repository

_LOG: Final = (
    "log",
    "--all",
    "--reflog",
    "--raw",
    "-c",
    "-z",
    "--root",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--ignore-submodules",
    "--format=@%H %ct",
)
"""`-c` shows what a merge holds that none of its parents does."""

_STAGED: Final = ("ls-files", "--stage", "-z")


@dataclass(frozen=True, slots=True)
class _Brought:
    seconds: int
    commit: str
    path: str


def attributed(repository: Repository, found: list[Found]) -> list[Found]:
    """The hits with the earliest commit and path of their objects, where there is one.

    An object that no reference, reflog or index knows keeps its id alone.

    Raises:
        GitFailed: the history is damaged; what is known by then is lost.
    """
    wanted = {each.place.object_id.encode() for each in found}
    if not wanted:
        return found
    brought = _first_commits(repository, wanted)
    staged = _staged(repository, wanted - brought.keys()) if wanted - brought.keys() else {}
    return [replace(each, place=_place(each.place, brought, staged)) for each in found]


def _first_commits(repository: Repository, wanted: AbstractSet[bytes]) -> dict[bytes, _Brought]:
    first: dict[bytes, _Brought] = {}
    with repository.running(_LOG) as stream:
        for object_id, brought in _changes(stream, wanted):
            known = first.get(object_id)
            if known is None or brought.seconds <= known.seconds:
                first[object_id] = brought
    return first


def _changes(stream: IO[bytes], wanted: AbstractSet[bytes]) -> Iterator[tuple[bytes, _Brought]]:
    """Every time a commit brings (or is) a wanted object, newest first."""
    commit, seconds = "", 0
    object_id = b""
    for raw in tokens(stream):
        token = raw if object_id else raw.lstrip(b"\n")
        if object_id:
            if object_id in wanted:
                yield object_id, _Brought(seconds, commit, shown_path(_decoded(token)))
            object_id = b""
        elif token.startswith(b":"):
            object_id = _new_id(token)
        elif token.startswith(b"@"):
            commit, _, time = _decoded(token[1:]).partition(" ")
            seconds = int(time)
            if commit.encode() in wanted:
                yield commit.encode(), _Brought(seconds, commit, "")


def _new_id(meta: bytes) -> bytes:
    """The new id of `:100644 100644 OLD NEW M`; a merge has a colon and an old id per parent."""
    parents_count = len(meta) - len(meta.lstrip(b":"))
    return meta.split(b" ")[2 * parents_count + 1]


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def tokens(stream: IO[bytes]) -> Iterator[bytes]:
    """What the NULs part."""
    rest = b""
    while chunk := stream.read(1 << 16):
        parts = (rest + chunk).split(b"\0")
        rest = parts.pop()
        yield from parts
    if rest.strip(b"\n"):
        yield rest


def _staged(repository: Repository, wanted: AbstractSet[bytes]) -> dict[bytes, str]:
    """The paths under which objects lie in the index."""
    paths: dict[bytes, str] = {}
    try:
        with repository.running(_STAGED) as stream:
            for token in tokens(stream):
                meta, _, path = token.partition(b"\t")
                object_id = meta.split(b" ")[1]
                if object_id in wanted:
                    paths[object_id] = shown_path(_decoded(path))
    except GitFailed:
        return {}
    return paths


def _place(place: Place, brought: Mapping[bytes, _Brought], staged: Mapping[bytes, str]) -> Place:
    object_id = place.object_id.encode()
    if (known := brought.get(object_id)) is None:
        return replace(place, path=staged.get(object_id, "") + place.path)
    when = datetime.fromtimestamp(known.seconds, UTC).isoformat()
    return replace(place, path=known.path + place.path, commit=known.commit, first_seen=when)

"""The contents of git objects, looked through as git writes them: many in one buffer."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import IO, TYPE_CHECKING, Final

from server.secrets.closely import Closely, Joined
from server.secrets.files import needs_own_look
from server.secrets.found import ALL_HITS_LIMIT, Found, Place, Tally, shown_path
from server.secrets.git_command import GitFailed, Repository
from server.secrets.git_listing import GitObject
from server.secrets.windows import WINDOW_BYTES, Window, read_chunks, read_fully, windows

if TYPE_CHECKING:
    from server.secrets.archives import Archives

GROUP_BYTES: Final = 1 << 20
"""Objects are looked through together up to here; the headers between them are no secrets."""

_MOST_TRIES: Final = 100
"""So often git is started for one part: where nearly all is damaged, that is told at once."""


@dataclass(frozen=True, slots=True)
class ObjectHits:
    """What the workers gather: the hits, and the ids of objects seen whole and without one."""

    found: list[Found]
    clean: list[bytes]


@dataclass(frozen=True, slots=True)
class ObjectWorker:
    """One thread's share: looks through parts of the list."""

    closely: Closely
    tally: Tally
    repository: Repository
    hits: ObjectHits
    archives: "Archives | None" = None

    def __call__(self, part: Sequence[GitObject]) -> None:
        """Look through these objects; what git does not give is counted as left out.

        git ends at the first that it cannot read, so what is left then is tried by halves.
        """
        parts = [part]
        for _ in range(_MOST_TRIES):
            if not parts:
                return
            rest = self._unread(parts.pop())
            if len(rest) == 1:
                self.tally.skip("damaged", rest[0].object_id.decode())
            elif rest:
                parts += [rest[len(rest) // 2 :], rest[: len(rest) // 2]]
        for each in parts:
            self.tally.skip("damaged", f"{self.repository.git_dir}: {len(each)} objects")

    def _unread(self, part: Sequence[GitObject]) -> Sequence[GitObject]:
        """What is left where git could not read on; nothing when all was looked through."""
        done = 0
        try:
            with tempfile.TemporaryFile() as ids:
                ids.write(b"".join(each.object_id + b"\n" for each in part))
                ids.seek(0)
                with self.repository.running(("cat-file", "--batch", "--buffer"), ids) as stream:
                    for group in groups(part):
                        if self.closely.cancelled():
                            return ()
                        self._look_through(group, stream)
                        done += len(group)
        except GitFailed as failed:
            if failed.reason == "damaged" and done < len(part):
                return part[done:]
            self.tally.skip(failed.reason, str(self.repository.git_dir))
        return ()

    def _look_through(self, group: Sequence[GitObject], stream: IO[bytes]) -> None:
        if group[0].size > WINDOW_BYTES:
            found = self._look_through_huge(group[0], stream)
        else:
            found = self._look_through_joined(group, stream)
        if not self.closely.cancelled():
            left = {each.place.object_id for each in found}
            left |= self.archives.cut if self.archives is not None else set()
            ids = [each.object_id for each in group]
            self.hits.clean.extend(each for each in ids if each.decode() not in left)
        if len(self.hits.found) <= ALL_HITS_LIMIT:
            self.hits.found.extend(found)
        self.tally.count_objects(
            len(group),
            sum(each.kind == b"commit" for each in group),
            sum(each.size for each in group),
        )

    def _look_through_joined(self, group: Sequence[GitObject], stream: IO[bytes]) -> list[Found]:
        ends = list(accumulate(each.written_bytes for each in group))
        data = read_fully(stream.read, ends[-1])
        if len(data) < ends[-1] or not data.startswith(group[0].header):
            raise GitFailed("damaged")
        found: list[Found] = []
        for number in self._worth_a_look(Joined(data, ends), group):
            start = ends[number] - group[number].size - 1
            content = data[start : ends[number] - 1]
            found += self.closely.whole(content, "history", _place(group[number]))
        if self.archives is not None:
            for each, end in zip(group, ends, strict=True):
                found += self._look_inside(each, data[end - each.size - 1 : end - 1])
        return found

    def _look_inside(self, packed: GitObject, content: bytes) -> Iterator[Found]:
        """What lies packed in an object; an inner name stands behind its path once it has one."""
        name = packed.object_id.decode()
        if self.archives is None or not self.archives.packed("", content):
            return
        for inner_name, inner in self.archives.members(name, content):
            place = Place(object_id=name, path=f"!{shown_path(inner_name)}")
            yield from self.closely.whole(inner, "history", place)

    def _worth_a_look(self, joined: Joined, group: Sequence[GitObject]) -> list[int]:
        """Which objects: a match touches them, or they may be UTF-16."""
        numbers = set(joined.touched(self.closely.matcher))
        if needs_own_look(joined.data):
            numbers |= {
                number
                for number, end in enumerate(joined.ends)
                if needs_own_look(joined.data[end - group[number].size - 1 : end - 1])
            }
        return sorted(numbers)

    def _look_through_huge(self, huge: GitObject, stream: IO[bytes]) -> list[Found]:
        if read_fully(stream.read, len(huge.header) + 1) != huge.header + b"\n":
            raise GitFailed("damaged")
        chunks = read_chunks(stream.read, huge.size)
        head = next(chunks, b"")
        if self.archives is not None and self.archives.packed("", head):
            self.archives.leave_out("too large", huge.object_id.decode())
        pieces: Iterator[Window] = windows(chain([head], chunks))
        found = self.closely.windows(pieces, "history", _place(huge))
        if stream.read(1) != b"\n":
            raise GitFailed("damaged")
        return found


def groups(part: Sequence[GitObject]) -> Iterator[list[GitObject]]:
    """The objects in order, joined up to GROUP_BYTES; one above WINDOW_BYTES stands alone."""
    group: list[GitObject] = []
    left = GROUP_BYTES
    for each in part:
        if group and (left <= 0 or each.size > WINDOW_BYTES):
            yield group
            group, left = [], GROUP_BYTES
        group.append(each)
        left -= each.written_bytes
        if each.size > WINDOW_BYTES:
            yield group
            group, left = [], GROUP_BYTES
    if group:
        yield group


def _place(found: GitObject) -> Place:
    return Place(object_id=found.object_id.decode())

"""One content looked at closely: each match with its line and column, and nothing of its value."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile

from server.secrets.baselines import Accepted
from server.secrets.found import HITS_LIMIT, Found, Place, Source
from server.secrets.inline import allowed_at
from server.secrets.matching import Match, Matcher, fingerprint, last4
from server.secrets.windows import Window, characters_count
from server.secrets.workers import Cancelled


@dataclass(frozen=True, slots=True)
class Closely:
    """Looks through contents of one place after the other; one a thread.

    What is `accepted` is told as allowed.
    """

    matcher: Matcher
    key: bytes
    cancelled: Cancelled = lambda: False
    accepted: Accepted = field(default_factory=Accepted)

    def whole(self, data: bytes, source: Source, place: Place) -> list[Found]:
        """What a content in one piece holds."""
        return self.windows([Window(data, 0, len(data))], source, place)

    def windows(self, pieces: Iterable[Window], source: Source, place: Place) -> list[Found]:
        """What a content in windows holds, each hit once; ends early when cancelled.

        Of more than HITS_LIMIT hits the first HITS_LIMIT + 1: so it shows that there are more.
        """
        kept = takewhile(lambda _: not self.cancelled(), pieces)
        hits = (found for each in kept for found in self._window(each, source, place))
        return list(islice(hits, HITS_LIMIT + 1))

    def _window(self, piece: Window, source: Source, place: Place) -> Iterator[Found]:
        """What one window holds of its own."""
        ruler = Ruler(piece)
        for match in self.matcher.matches(piece.data):
            if piece.first <= match.start < piece.last:
                position = ruler.position(match.start, wide=match.decoded == "utf-16")
                yield self._found(match, piece.data, position, (source, place))

    def _found(
        self, match: Match, data: bytes, position: tuple[int, int], where: tuple[Source, Place]
    ) -> Found:
        line, column = position
        source, place = where
        return Found(
            rule=match.rule.id,
            severity=match.severity,
            source=source,
            place=place,
            line=line,
            column=column,
            length=len(match.value),
            fingerprint=fingerprint(match.value, match.rule, self.key),
            last4=last4(match.value),
            decoded=match.decoded,
            allowed=allowed_at(data, match.start, match.end)
            or self.accepted.covers(place.path, line, match.value),
        )


class Ruler:
    """Lines and columns (in characters) in a window, from one; quick for ascending offsets."""

    def __init__(self, piece: Window) -> None:
        self._data = piece.data
        self._at = 0
        self._line = piece.lines + 1
        self._before = piece.column

    def position(self, offset: int, *, wide: bool = False) -> tuple[int, int]:
        """The line and the column of an offset that is not before the last one asked for.

        `wide`: its line is UTF-16, two bytes a character.
        """
        ends = self._data.count(b"\n", self._at, offset)
        if ends:
            self._line += ends
            self._at = self._data.rfind(b"\n", self._at, offset) + 1
            self._before = 0
        self._before += characters_count(self._data[self._at : offset])
        self._at = offset
        return self._line, self._before // (2 if wide else 1) + 1


@dataclass(frozen=True, slots=True)
class Joined:
    """Which parts of joined contents deserve a closer look; `ends[i]` is where part i ends."""

    data: bytes
    ends: Sequence[int]

    def touched(self, matcher: Matcher) -> list[int]:
        """The parts in which a match begins, ends or lies between; ascending."""
        parts: set[int] = set()
        for match in matcher.matches(self.data):
            first = bisect_right(self.ends, match.start)
            last = bisect_right(self.ends, max(match.start, match.end - 1))
            parts.update(range(first, min(last + 1, len(self.ends))))
        return sorted(parts)

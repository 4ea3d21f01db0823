"""One content looked at closely: each match with its line and column, and nothing of its value."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from server.secrets.baselines import Accepted
from server.secrets.found import Found, Place, Source
from server.secrets.inline import allowed_at
from server.secrets.matching import Match, Matcher, fingerprint, last4
from server.secrets.windows import Window
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
        return self.window(Window(data, 0, len(data)), source, place)

    def windows(self, pieces: Iterable[Window], source: Source, place: Place) -> list[Found]:
        """What a content in windows holds, each hit once; ends early when cancelled."""
        kept = takewhile(lambda _: not self.cancelled(), pieces)
        return [found for each in kept for found in self.window(each, source, place)]

    def window(self, piece: Window, source: Source, place: Place) -> list[Found]:
        """What one window holds of its own."""
        return [
            self._found(match, piece, source, place)
            for match in self.matcher.matches(piece.data)
            if piece.first <= match.start < piece.last
        ]

    def _found(self, match: Match, piece: Window, source: Source, place: Place) -> Found:
        line, column = position(piece, match.start)
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
            allowed=allowed_at(piece.data, match.start, match.end)
            or self.accepted.covers(place.path, line, match.value),
        )


def position(piece: Window, offset: int) -> tuple[int, int]:
    """The line and the column (in bytes) of an offset in the window, both from one."""
    ends = piece.data.count(b"\n", 0, offset)
    if not ends:
        return piece.lines + 1, piece.column + offset + 1
    return piece.lines + ends + 1, offset - piece.data.rfind(b"\n", 0, offset)


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

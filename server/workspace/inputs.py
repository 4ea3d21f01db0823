"""One reader for everything a request brings: it knows where it stands and refuses in words.

`Input(value, "body").get("children").items(at_most=100)` either gives inputs or raises the
400 that Notion would answer, naming the path, the expectation and what came instead.
"""

import json
import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.workspace.errors import ApiError, any_of, invalid
from server.workspace.ids import canonical_id

MAX_ITEMS = 100
"""Notion takes no array longer than this."""

MAX_TEXT_CHARS = 2000
_SHOWN_CHARS = 200
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII
)


class _Missing:
    """What stands where nothing was sent."""


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True)
class Input:
    """A value of the request, the path under which it came, and whether it may be left out."""

    value: Any
    path: str
    is_optional: bool = False

    @property
    def given(self) -> bool:
        """Whether anything was sent here; null counts."""
        return self.value is not MISSING

    @property
    def absent(self) -> bool:
        """Whether nothing or null was sent."""
        return self.value is MISSING or self.value is None

    def complaint(self, *expectations: str) -> str:
        """The sentence that says what should have been here."""
        optionally = ("`undefined`",) if self.is_optional else ()
        expected = any_of((*expectations, *optionally))
        return f"{self.path} should be {expected}, instead was `{self._shown()}`."

    def refusal(self, *expectations: str) -> ApiError:
        """The 400 with that sentence."""
        return self.failure(self.complaint(*expectations))

    def get(self, key: str) -> "Input":
        """The member of that name; not `given` when it is missing."""
        return Input(self.object().get(key, MISSING), f"{self.path}.{key}")

    def optional(self, key: str) -> "Input":
        """As `get`, and its refusals say that it may be left out."""
        return replace(self.get(key), is_optional=True)

    def need(self, key: str) -> "Input":
        """The member of that name, which must be there."""
        member = self.get(key)
        if not member.given:
            raise member.refusal("defined")
        return member

    def members(self) -> Iterator[tuple[str, "Input"]]:
        """Every member with its name, in the order sent."""
        for key in self.object():
            yield key, self.get(key)

    def only(self, *keys: str) -> "Input":
        """Itself, if it has no other members than these."""
        for key, member in self.members():
            if key not in keys:
                raise member.refusal("not present")
        return self

    def object(self) -> dict[str, Any]:
        """The value as an object."""
        value: Any = self.value
        if not isinstance(value, dict):
            raise self.refusal("an object" if self.given else "defined")
        return cast("dict[str, Any]", value)

    def items(self, at_most: int = MAX_ITEMS) -> list["Input"]:
        """The elements of an array."""
        value: Any = self.value
        if not isinstance(value, list):
            raise self.refusal("an array" if self.given else "defined")
        elements: list[Any] = [*value]
        if len(elements) > at_most:
            raise self._too_long(len(elements), at_most)
        return [Input(element, f"{self.path}[{i}]") for i, element in enumerate(elements)]

    def text(self, at_most: int = MAX_TEXT_CHARS) -> str:
        """The value as a string of bounded length, counted as JavaScript does."""
        if not isinstance(self.value, str):
            raise self.refusal("defined" if not self.given else "a string")
        length = len(self.value.encode("utf-16-le", "surrogatepass")) // 2
        if length > at_most:
            raise self._too_long(length, at_most)
        return self.value

    def number(self) -> float:
        """The value as a finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.refusal("defined" if not self.given else "a number")
        try:
            finite = math.isfinite(self.value)
        except OverflowError:
            finite = False
        if not finite:
            raise self.refusal("a finite number")
        return self.value

    def boolean(self) -> bool:
        """The value as a boolean."""
        if not isinstance(self.value, bool):
            raise self.refusal("defined" if not self.given else "a boolean")
        return self.value

    def choice(self, alternatives: Sequence[str]) -> str:
        """One of a few words."""
        if self.value not in alternatives:
            raise self.refusal(*(f'`"{each}"`' for each in alternatives))
        return cast("str", self.value)

    def key(self, alternatives: Collection[str], *, of: str = "an object") -> str:
        """Which of these members is there and not null; refuses line by line when none is.

        `of` says what each of them holds.
        """
        members = self.object()
        present = [key for key in alternatives if members.get(key) is not None]
        if present:
            return present[0]
        lines = [
            self.get(key).complaint(of if key in members else "defined") for key in alternatives
        ]
        raise self.failure(*lines)

    def id(self) -> str:
        """An object id, dashed and lower-case."""
        known = _id_in(self.value)
        if known is None:
            raise self.refusal(_wanted_of_id(self))
        return known

    def one_id(
        self, alternatives: Sequence[str], *, or_else: Sequence[str] = ()
    ) -> tuple[str, str]:
        """Which of these members names an object, and its id; refuses line by line when none.

        `or_else` might have stood there instead.
        """
        for key in alternatives:
            known = _id_in(self.get(key).value)
            if known is not None:
                return key, known
        members = [self.get(key) for key in (*alternatives, *or_else)]
        raise self.failure(*(each.complaint(_wanted_of_id(each)) for each in members))

    def names_a_host(self) -> bool:
        """Whether the string is an absolute address; 400 when it is no string."""
        url = self.text()
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return url.isprintable() and " " not in url and bool(parts.scheme and parts.netloc)

    def zone(self) -> tzinfo:
        """A time zone of the IANA database."""
        try:
            return ZoneInfo(self.text())
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise self.refusal("a valid time zone") from None

    def moment(self, zone: tzinfo = UTC) -> date | datetime:
        """An ISO 8601 day, or an instant; one written without offset is meant in `zone`."""
        text = self.text()
        try:
            return _moment(text, zone)
        except (ValueError, OverflowError):
            raise self.refusal("a valid ISO 8601 date string") from None

    def too_short(self, length: int, at_least: int) -> ApiError:
        """The 400 for an array with too few elements."""
        return self.failure(f"{self.path}.length should be ≥ `{at_least}`, instead was `{length}`.")

    def failure(self, *complaints: str) -> ApiError:
        """The 400 with these sentences, one of which is to be mended."""
        start = f"{self._root()} failed validation"
        if len(complaints) == 1:
            return invalid(f"{start}: {complaints[0]}")
        return invalid("\n".join((f"{start}. Fix one:", *complaints)))

    def _too_long(self, length: int, at_most: int) -> ApiError:
        return self.failure(f"{self.path}.length should be ≤ `{at_most}`, instead was `{length}`.")

    def _root(self) -> str:
        return self.path.partition(".")[0].partition("[")[0]

    def _shown(self) -> str:
        if not self.given:
            return "undefined"
        shown = json.dumps(self.value, ensure_ascii=False, separators=(",", ":"))
        return shown if len(shown) <= _SHOWN_CHARS else f"{shown[:_SHOWN_CHARS]}..."


def _id_in(value: Any) -> str | None:
    return canonical_id(value) if isinstance(value, str) else None


def _wanted_of_id(member: Input) -> str:
    if not member.given:
        return "defined"
    return "a valid uuid" if isinstance(member.value, str) else "a string"


def _moment(text: str, zone: tzinfo) -> date | datetime:
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    if len(text) <= len("2026-01-31"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)

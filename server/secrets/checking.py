"""The second pass: whether what was found is a secret, from where to where, and how bad."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from server.secrets.assignments import plausible
from server.secrets.base64_windows import decoded_windows
from server.secrets.checksums import right_crc32_base62
from server.secrets.looking import Hit, Sought
from server.secrets.placeholders import harmless
from server.secrets.rule import Rule, Severity

_PRESIGNED_WITHIN_BYTES: Final = 4096
_PRESIGNED: Final = re.compile(
    rb"(?:X-Amz-|AWSAccessKeyId)[\w-]*(?:=|%3D|\\u003d)[\w%./+=-]*\Z", re.IGNORECASE
)
_PRESIGNED_MARKS: Final = (b"x-amz-", b"awsaccesskeyid")


@dataclass(frozen=True, slots=True)
class Checked:
    """A secret at `start` to `end` of the data; `text` and the offsets in it are the decoded."""

    sought: Sought
    start: int
    end: int
    text: bytes
    inner: tuple[int, int]

    @property
    def value(self) -> bytes:
        """The secret itself."""
        return self.text[slice(*self.inner)]


def checked(data: bytes, sought: Sequence[Sought], hits: Iterable[Hit]) -> list[Checked]:
    """The secrets among the hits, none overlapping another, in their order."""
    found = [
        secret
        for index, position in sorted(set(hits))
        for secret in _at(data, sought[index], position)
    ]
    return _apart(found)


def severity(rule: Rule, value: bytes) -> Severity:
    """How bad the value is in the open: less when its check digits are wrong."""
    if rule.checksum and rule.severity == "critical" and not right_crc32_base62(value):
        return "warning"
    return rule.severity


def _at(data: bytes, sought: Sought, position: int) -> Iterable[Checked]:
    """The secret whose anchor is there, if there is one."""
    if sought.shift is None:
        span = _span(data, sought, position)
        return [] if span is None else [Checked(sought, *span, data, span)]
    form = sought.form
    for window in decoded_windows(
        data, position, sought.shift, before=form.before.start, longest=form.longest
    ):
        span = _span(window.text, sought, window.anchor_at)
        if span is not None:
            return [Checked(sought, *window.span(*span), window.text, span)]
    return []


def _span(text: bytes, sought: Sought, anchor_at: int) -> tuple[int, int] | None:
    """The bytes of a secret that is none of the things which only look like one."""
    for before in sought.form.before:
        start = anchor_at - before
        found = sought.form.exact.match(text, start) if start >= 0 else None
        if found is not None and _counts(sought.rule, found):
            return found.span(1)
    return None


def _counts(rule: Rule, found: re.Match[bytes]) -> bool:
    """Whether what has the form is a secret."""
    if harmless(rule, found[0], found[1]) or (rule.tier == "generic" and not plausible(found)):
        return False
    return not _presigned(found.string, found.start(1))


def _presigned(text: bytes, start: int) -> bool:
    """Whether it is a parameter of a presigned address: every file of Notion has one.

    It ends by itself and is meant to be handed on.
    """
    before = text[max(0, start - _PRESIGNED_WITHIN_BYTES) : start].lower()
    at = max(before.rfind(mark) for mark in _PRESIGNED_MARKS)
    return at >= 0 and _PRESIGNED.match(before, at) is not None


def _apart(found: Sequence[Checked]) -> list[Checked]:
    """Of those that overlap the one whose rule stands first, then the first, then the longest."""
    kept: list[Checked] = []
    ordered = sorted(found, key=lambda each: (each.sought.rank, each.start, -each.end))
    for each in ordered:
        place = bisect_left(kept, each.start, key=lambda other: other.end - 1)
        if place == len(kept) or kept[place].start >= each.end:
            kept.insert(place, each)
    return kept

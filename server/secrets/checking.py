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
from server.secrets.spelled import plain_window
from server.secrets.utf16 import narrowed_at

_ADDRESS_BYTES_LIMIT: Final = 4096
"""So much of an address is looked at on each side of what was found in it."""

_IN_ADDRESS: Final = rb"[^\s\"'<>`]"
_EQUALS: Final = rb"(?:=|%3D|\\u003d)"
_PARAMETER: Final = re.compile(
    rb"://%b*(?:\?|%%3F|\\u003f)(?:%b*(?:[&;]|%%26|\\u0026))?(?:X-Amz-[\w-]+|AWSAccessKeyId)"
    rb"%b[\w%%./+-]*\Z" % (_IN_ADDRESS, _IN_ADDRESS, _EQUALS),
    re.IGNORECASE,
)
"""The start of an address up to a value of a parameter that signs it."""

_SIGNATURE: Final = re.compile(rb"(?<![A-Za-z])X-Amz-Signature" + _EQUALS, re.IGNORECASE)
_OLD_SIGNATURE: Final = re.compile(rb"(?<![A-Za-z])Signature" + _EQUALS, re.IGNORECASE)
_OLD_EXPIRY: Final = re.compile(rb"(?<![A-Za-z])Expires" + _EQUALS, re.IGNORECASE)
_ADDRESS_TAIL: Final = re.compile(_IN_ADDRESS + rb"*")
_SIGNING_SERVICES: Final = frozenset({"aws", "generic"})


@dataclass(frozen=True, slots=True)
class Checked:
    """A secret at `start` to `end` of the data; `found` is in the decoded text."""

    sought: Sought
    start: int
    end: int
    found: re.Match[bytes]

    @property
    def value(self) -> bytes:
        """The secret itself."""
        return self.found[1]

    @property
    def severity(self) -> Severity:
        """How bad it is in the open: less when its check digits are wrong, or on one machine."""
        rule = self.sought.rule
        if rule.mild and re.fullmatch(rule.mild.encode(), self.found[0], re.DOTALL):
            return "info"
        if rule.checksum and rule.severity == "critical" and not right_crc32_base62(self.value):
            return "warning"
        return rule.severity


def checked(data: bytes, sought: Sequence[Sought], hits: Iterable[Hit]) -> list[Checked]:
    """The secrets among the hits, none overlapping another, in their order."""
    found = [
        secret
        for index, position in sorted(set(hits))
        for secret in _at(data, sought[index], position)
    ]
    return _apart(found)


def _at(data: bytes, sought: Sought, position: int) -> Iterable[Checked]:
    """The secret whose anchor is there, if there is one."""
    if sought.shift is not None:
        return _in_base64(data, sought, sought.shift, position)
    if sought.spelled:
        form = sought.form
        window = plain_window(data, position, before=form.before.start, longest=form.longest)
        found = _found(window.text, sought, window.anchor_at)
        return [] if found is None else [Checked(sought, *window.span(*found.span(1)), found)]
    found = _found(data, sought, position)
    return [] if found is None else [Checked(sought, *found.span(1), found)]


def _in_base64(data: bytes, sought: Sought, shift: int, position: int) -> Iterable[Checked]:
    """The secret whose anchor is there encoded, if there is one."""
    form, width = sought.form, 2 if sought.wide else 1
    for window in decoded_windows(
        data, position, shift, before=width * form.before.start, longest=width * form.longest
    ):
        skipped = window.anchor_at % width
        text = narrowed_at(window.text, 0, skipped).text if sought.wide else window.text
        found = _found(text, sought, window.anchor_at // width)
        if found is not None:
            start, end = (width * each + skipped for each in found.span(1))
            return [Checked(sought, *window.span(start, end), found)]
    return []


def _found(text: bytes, sought: Sought, anchor_at: int) -> re.Match[bytes] | None:
    """A secret (its group) that is none of the things which only look like one."""
    for before in sought.form.before:
        start = anchor_at - before
        found = sought.form.exact.match(text, start) if start >= 0 else None
        if found is not None and _counts(sought.rule, found):
            return found
    return None


def _counts(rule: Rule, found: re.Match[bytes]) -> bool:
    """Whether what has the form is a secret."""
    if harmless(rule, found[0], found[1]) or (rule.tier == "generic" and not plausible(found)):
        return False
    return rule.service not in _SIGNING_SERVICES or not _presigned(found.string, found.start(1))


def _presigned(text: bytes, start: int) -> bool:
    """Whether it is a parameter of a presigned address: every file of Notion has one.

    It ends by itself and is meant to be handed on. Without its signature it is none.
    """
    before = text[max(0, start - _ADDRESS_BYTES_LIMIT) : start].replace(rb"\/", b"/")
    address = before[max(0, before.rfind(b"://")) :]
    if _PARAMETER.match(address) is None:
        return False
    tail = _ADDRESS_TAIL.match(text, start, start + _ADDRESS_BYTES_LIMIT)
    whole = address + (tail[0] if tail else b"")
    return _SIGNATURE.search(whole) is not None or (
        _OLD_SIGNATURE.search(whole) is not None and _OLD_EXPIRY.search(whole) is not None
    )


def _apart(found: Sequence[Checked]) -> list[Checked]:
    """Of those that overlap the one whose rule stands first, then the first, then the longest."""
    kept: list[Checked] = []
    ordered = sorted(found, key=lambda each: (each.sought.rank, each.start, -each.end))
    for each in ordered:
        place = bisect_left(kept, each.start, key=lambda other: other.end - 1)
        if place == len(kept) or kept[place].start >= each.end:
            kept.insert(place, each)
    return kept

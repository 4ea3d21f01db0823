"""Bytes in, matches out: what the readers of trees, histories and pages call.

Nothing here keeps, prints or logs a value; a `Match` hides it from `repr`.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Protocol

from server.secrets.rule import Rule, Severity

Engine = Literal["best", "hyperscan", "re2", "stdlib"]
Decoding = Literal["", "base64", "utf-16"]

_SHOWN_FROM_LENGTH: Final = 20
"""The last four characters of a shorter value would give away too much of it."""


@dataclass(frozen=True, slots=True)
class Match:
    """A value of a rule's form at bytes `start` to `end` of what was scanned.

    `value` is for fingerprints and the live check, and dies with the match. When it was `decoded`
    from base64, the offsets are those of the whole encoded run.
    """

    rule: Rule
    start: int
    end: int
    value: bytes = field(repr=False)
    severity: Severity
    decoded: Decoding = ""


class Matcher(Protocol):
    """One thread's scanner; open another for each thread."""

    @property
    def engine(self) -> Engine:
        """Which of the three it is; never "best"."""
        ...

    def matches(self, data: bytes) -> Sequence[Match]:
        """The secrets in `data`, in their order; the same whatever the engine."""
        ...


def open_matcher(
    engine: Engine = "best", *, generic: bool = False, cache: Path | None = None
) -> Matcher:
    """A matcher of all rules; `generic` adds the tier that only informs.

    "best" is the fastest engine that is installed. `cache` is where compiled rules are kept
    (default: the user's cache directory); it may vanish or be damaged at any time.

    Raises:
        ImportError: the engine that was asked for is not installed.
    """
    raise NotImplementedError


def fingerprint(value: bytes, rule: Rule, key: bytes) -> str:
    """What a finding is known by: HMAC-SHA256 of the rule and the value, in hex."""
    return hmac.new(key, rule.id.encode() + b"\0" + value, hashlib.sha256).hexdigest()


def last4(value: bytes) -> str:
    """The last four characters of a long value; nothing of a short one, or of one with others."""
    tail = value[-4:]
    if len(value) < _SHOWN_FROM_LENGTH or not tail.isascii() or not tail.decode().isprintable():
        return ""
    return tail.decode()

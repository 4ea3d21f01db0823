"""Bytes in, matches out: what the readers of trees, histories and pages call.

Nothing here keeps, prints or logs a value; a `Match` hides it from `repr`.
"""

import hashlib
import hmac
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, Protocol

from platformdirs import user_cache_path

from server.secrets.checking import Checked, checked
from server.secrets.literal_pass import LiteralPass
from server.secrets.looking import EngineUnusable, FirstPass, Sought, all_sought
from server.secrets.rule import Rule, Severity
from server.secrets.utf16 import Narrowed, narrowed, stretches

Engine = Literal["best", "hyperscan", "re2", "stdlib"]
Decoding = Literal["", "base64", "utf-16"]

_SHOWN_FROM_LENGTH: Final = 20
"""The last four characters of a shorter value would give away too much of it."""


@dataclass(frozen=True, slots=True)
class Match:
    """A value of a rule's form at bytes `start` to `end` of what was scanned.

    `value` is for fingerprints and the live check, and dies with the match. When it was `decoded`
    from base64, the offsets are those of the encoded characters that hold the value.
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


@dataclass(frozen=True, slots=True)
class RuleMatcher:
    """All rules over one engine's first pass."""

    engine: Engine
    _sought: tuple[Sought, ...]
    _first: FirstPass

    def matches(self, data: bytes) -> Sequence[Match]:
        """The secrets in `data`, in their order."""
        narrow = narrowed(data)
        if narrow is not None:
            return self._narrow(narrow)
        found = [_match(each) for each in self._checked(data)]
        wide = [each for stretch in stretches(data) for each in self._narrow(stretch)]
        return sorted([*found, *wide], key=lambda each: each.start) if wide else found

    def _narrow(self, narrow: Narrowed) -> list[Match]:
        return [
            replace(
                _match(each, "utf-16"), start=narrow.offset(each.start), end=narrow.offset(each.end)
            )
            for each in self._checked(narrow.text)
        ]

    def _checked(self, data: bytes) -> list[Checked]:
        return checked(data, self._sought, self._first.hits(data))


def _match(secret: Checked, decoded: Decoding = "") -> Match:
    """What is told of a secret."""
    rule, value = secret.sought.rule, secret.value
    decoding = "base64" if secret.sought.shift is not None else decoded
    return Match(rule, secret.start, secret.end, value, secret.severity, decoding)


def open_matcher(
    engine: Engine = "best", *, generic: bool = False, cache: Path | None = None
) -> Matcher:
    """A matcher of all rules; `generic` adds the tier that only informs.

    "best" is the fastest engine that is installed and runs on this machine. `cache` is where
    compiled rules are kept (default: the user's cache directory); it may vanish or be damaged at
    any time.

    Raises:
        ImportError: the engine that was asked for is not installed.
        EngineUnusable: it does not run on this machine.
    """
    sought = all_sought(generic=generic)
    for name in ("hyperscan", "re2", "stdlib") if engine == "best" else (engine,):
        with suppress(ImportError, EngineUnusable) if engine == "best" else nullcontext():
            return RuleMatcher(name, sought, _first_pass(name, sought, cache))
    raise AssertionError("the standard library is always there")


def _first_pass(
    engine: Literal["hyperscan", "re2", "stdlib"], sought: tuple[Sought, ...], cache: Path | None
) -> FirstPass:
    """The engine, imported only now: not every machine has it, and not every command needs it."""
    match engine:
        case "hyperscan":
            from server.secrets.hyperscan_pass import HyperscanPass  # noqa: PLC0415 - late

            return HyperscanPass(sought, cache or user_cache_path("notion-playbooks"))
        case "re2":
            from server.secrets.re2_pass import Re2Pass  # noqa: PLC0415 - late

            return Re2Pass(sought)
        case "stdlib":
            return LiteralPass(sought)


def fingerprint(value: bytes, rule: Rule, key: bytes) -> str:
    """What a finding is known by: HMAC-SHA256 of the rule and the value, in hex."""
    return hmac.new(key, rule.id.encode() + b"\0" + value, hashlib.sha256).hexdigest()


def last4(value: bytes) -> str:
    """The last four characters of a long value; nothing of a short one, or of one with others."""
    tail = value[-4:]
    if len(value) < _SHOWN_FROM_LENGTH or not tail.isascii() or not tail.decode().isprintable():
        return ""
    return tail.decode()

"""Values that only look like secrets: examples, templates, sequences, repetitions."""

import re
from collections import Counter
from collections.abc import Iterable
from math import log2
from typing import Final

from server.secrets.rule import Rule

_STOPS: Final = (
    b"example",
    b"placeholder",
    b"your_",
    b"your-",
    b"yourtoken",
    b"yourkey",
    b"insert_",
    b"replace",
    b"changeme",
    b"redacted",
    b"removed",
    b"dummy",
    b"xxxxx",
    b"00000000",
    b"notarealkey",
    b"abcdefg",
    b"qwertyu",
    b"1234567",
    b"9876543",
    b"deadbeef",
)
"""No random token of sixteen characters or more holds one of these but once in a million."""

_JUDGED_BELOW_BYTES: Final = 256
"""Longer values hold anything somewhere: a key of OpenSSH has rows of one letter, for example."""

_REPEATED: Final = re.compile(rb"(.)\1{6}|(..)\2{5}|(...)\3{4}|(.{4,12})\4{2}", re.DOTALL)
_TEMPLATE: Final = re.compile(
    rb"\$\{|\{\{|\$\(|<[\w -]+>|^\$\w+$|^%\w+%$|^%[sd]$|^@\w+@$|^\{\w*\}$|\.\.\.|\*{3}"
)


def placeholder(value: bytes, *, entropy_bits: float, stops: Iterable[str] = ()) -> bool:
    """Whether a value of the right form is none that anybody was given."""
    lowered = value.lower()
    if any(stop.lower().encode() in lowered for stop in stops) or entropy(value) <= entropy_bits:
        return True
    return len(value) < _JUDGED_BELOW_BYTES and (
        any(stop in lowered for stop in _STOPS)
        or _REPEATED.search(value) is not None
        or _TEMPLATE.search(value) is not None
    )


def harmless(rule: Rule, whole: bytes, value: bytes) -> bool:
    """Whether a match of the rule's form, with that value in it, is none that anybody was given."""
    if placeholder(value, entropy_bits=rule.entropy_bits, stops=rule.stops):
        return True
    return bool(rule.unlike) and re.fullmatch(rule.unlike.encode(), whole, re.DOTALL) is not None


def entropy(value: bytes) -> float:
    """Shannon's entropy of its bytes, in bits per byte; 0 for nothing."""
    length = len(value)
    return -sum(n / length * log2(n / length) for n in Counter(value).values())

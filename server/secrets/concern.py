"""What is wrong with a place, told as a scan tells its hits."""

import json
from dataclasses import dataclass, field

from server.secrets.closely import Closely, Ruler
from server.secrets.found import Found, Place, Source
from server.secrets.inline import allowed_at
from server.secrets.matching import fingerprint, last4
from server.secrets.rule import Rule
from server.secrets.windows import Window


@dataclass(frozen=True, slots=True)
class Concern:
    """What is wrong with one value; the value itself is transient, as a match's is.

    `secret`: the value is one, and is told apart from others by its fingerprint only.
    """

    rule: Rule
    value: str = field(repr=False)
    secret: bool = True


def told(concern: Concern, content: bytes, place: Place, closely: Closely) -> Found | None:
    """The concern at its line; None where the text rules tell of the same value anyway."""
    value = concern.value.encode()
    if concern.secret and closely.matcher.matches(value):
        return None
    start = max(_offset(content, concern.value), 0)
    line, column = Ruler(Window(content, 0, len(content))).position(start)
    return Found(
        rule=concern.rule.id,
        severity=concern.rule.severity,
        source="configuration",
        place=place,
        line=line,
        column=column,
        length=len(value) if concern.secret else 0,
        fingerprint=fingerprint(value, concern.rule, closely.key),
        last4=last4(value) if concern.secret else "",
        allowed=allowed_at(content, start, start + len(value)),
    )


def of_place(rule: Rule, place: Place, closely: Closely, source: Source = "configuration") -> Found:
    """A concern about the place as a whole."""
    mark = fingerprint(place.path.encode(), rule, closely.key)
    return Found(rule.id, rule.severity, source, place, fingerprint=mark)


def _offset(content: bytes, value: str) -> int:
    """Where the value stands, as it is or as JSON writes it."""
    plain = content.find(value.encode())
    return plain if plain >= 0 else content.find(json.dumps(value)[1:-1].encode())

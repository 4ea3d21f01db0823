"""The first pass: where something may be. An engine finds at least what is there."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from server.secrets.base64_windows import ANCHOR_LEAST_BYTES, encoded_anchors
from server.secrets.forms import Form, parsed
from server.secrets.rule import Rule
from server.secrets.rules import RULES
from server.secrets.spelled import spelled_anchors


@dataclass(frozen=True, slots=True)
class Sought:
    """One form of a rule, as engines look for it: an `expression` that begins with `literal`.

    A match of it is `least` to `most` bytes long. `shift` is the alignment in base64, None for
    plain text; `wide` is base64 of UTF-16, `spelled` plain text with its underscores written
    otherwise. `rank` orders the rules: the first wins.
    """

    rule: Rule
    rank: int
    form: Form
    expression: str
    literal: bytes
    least: int
    most: int
    shift: int | None = None
    wide: bool = False
    spelled: bool = False

    @property
    def ignore_case(self) -> bool:
        """Whether the expression is for any case; the literal is lower case then."""
        return self.form.ignore_case and self.shift is None


Hit = tuple[int, int]
"""The index of what was sought, and where its literal begins."""


class EngineUnusable(Exception):
    """The engine is installed, but this machine's processor (or it itself) cannot do it."""


class FirstPass(Protocol):
    """An engine; for one thread."""

    def hits(self, data: bytes) -> Iterable[Hit]:
        """Every place where something sought may begin, in any order, any number of times."""
        ...


@cache
def all_sought(*, generic: bool) -> tuple[Sought, ...]:
    """What the rules look for, plain and in base64."""
    return tuple(
        sought
        for rank, rule in enumerate(RULES)
        if generic or rule.tier == "token"
        for sought in sought_of(rule, rank)
    )


def sought_of(rule: Rule, rank: int) -> Sequence[Sought]:
    """What one rule looks for."""
    found: list[Sought] = []
    for text in rule.forms:
        for form in parsed(text, ignore_case=rule.ignore_case, open_front=rule.open_front):
            expression, least, most = form.head
            found.append(Sought(rule, rank, form, expression, form.anchor, least, most))
            found += _spelled(rule, rank, form)
            found += _encoded(rule, rank, form)
    return found


def _spelled(rule: Rule, rank: int, form: Form) -> Iterable[Sought]:
    """The form's beginning with its underscores written otherwise."""
    for literal in spelled_anchors(form.anchor, ignore_case=form.ignore_case):
        expression, length = re.escape(literal.decode()), len(literal)
        yield Sought(rule, rank, form, expression, literal, length, length, spelled=True)


def _encoded(rule: Rule, rank: int, form: Form) -> Iterable[Sought]:
    """The form's beginning in base64, in the spellings that are usual."""
    if rule.tier == "generic":
        return
    anchors = {form.anchor, form.anchor.upper()} if form.ignore_case else {form.anchor}
    for anchor in sorted(anchors):
        for wide in (False, True) if len(anchor) >= ANCHOR_LEAST_BYTES else ():
            written = b"".join(b"%c\0" % letter for letter in anchor) if wide else anchor
            for shift, literal in encoded_anchors(written):
                expression, length = re.escape(literal.decode()), len(literal)
                yield Sought(rule, rank, form, expression, literal, length, length, shift, wide)

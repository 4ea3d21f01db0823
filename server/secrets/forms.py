"""The notation in which rules say what a secret looks like, and what is made of it.

`ntn_{d11}{A35}` is `ntn_`, 11 digits and 35 letters or digits; `{W20-24}` 20 to 24 of `W`;
`(a|b)` either; `<…>` the part that is the secret where the rest only tells it; `{assign}` one of
the longer pieces below. Nothing written so looks like a secret itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits
from typing import Final, NamedTuple

CLASSES: Final = {
    "d": ("0-9", digits),
    "h": ("0-9a-f", digits + "abcdef"),
    "H": ("0-9a-fA-F", digits + "abcdefABCDEF"),
    "R": ("A-Za-z", ascii_letters),
    "S": ("A-Z2-7", ascii_uppercase + "234567"),
    "U": ("A-Z0-9", ascii_uppercase + digits),
    "L": ("a-z0-9", ascii_lowercase + digits),
    "A": ("A-Za-z0-9", ascii_letters + digits),
    "B": ("A-Za-z0-9+/", ascii_letters + digits + "+/"),
    "W": ("A-Za-z0-9_-", ascii_letters + digits + "_-"),
    "z": ("A-Za-z0-9_~.-", ascii_letters + digits + "_~"),
    "V": ("A-Za-z0-9_=-", ascii_letters + digits + "_-"),
    "k": ("A-Z ", ascii_uppercase),
    "q": ("=", "="),
    "n": (r"\w.~%+-", ascii_lowercase),
    "p": (r"^\s\"'`<>@/\\{}()\[\]", ascii_letters + digits + "!_-"),
    "t": (r"\w.-", ascii_lowercase),
    "g": (r"\w.=+/~-", ascii_letters + digits),
}
"""Per letter: the inside of its bracket expression, and what samples are drawn from."""


@dataclass(frozen=True, slots=True)
class Longer:
    """A piece with a name: its expression, its greatest length, and what samples take for it."""

    expression: str
    longest: int
    sample: str


LONGER: Final = {
    "assign": Longer(r"""[\w.-]{0,20}[\]\s'"\\]{0,5}(?:=>|:=|[=:,>])[\s'"\\`]{0,6}""", 34, '": "'),
    "pem": Longer(r"(?:[A-Za-z0-9+/=\s\\\"',:#*>|.()]|-(?!--)){64,16000}?-----END", 16008, ""),
}

_PIECE: Final = re.compile(
    r"\{(?P<kind>[A-Za-z])(?P<least>\d+)(?:-(?P<most>\d+))?\}|\{(?P<longer>[a-z]{2,})\}"
    r"|(?P<mark>[<>])|(?P<literal>[^{}<>]+)"
)
_EITHER: Final = re.compile(r"\(([^()]*)\)")

_HEAD_LEAST: Final = 24
"""So many bytes are looked for in the first pass: more would only make it slower."""

_HEAD_PIECE_MOST: Final = 100
"""A piece of more bytes is looked for by its shortest beginning: engines count badly."""

_ESCAPED: Final = (
    r"%[0-9A-Fa-f]{2}",
    r"%25[0-9A-Fa-f]{2}",
    r"\\[nrtbfv]",
    r"\\u[0-9A-Fa-f]{4}",
    r"\\U[0-9A-Fa-f]{8}",
    r"\\x[0-9A-Fa-f]{2}",
    r"\\[0-3][0-7]{2}",
    r"=[0-9A-F]{2}",
    r"\x1b\[m",
    r"[\[;][0-9]m",
    r"[\[;][0-9]{2}m",
    r"[\[;][0-9]{3}m",
)
"""Escapes whose last character is a letter or digit, which may stand right before a token."""

_FRONT: Final = "(?:(?<![A-Za-z0-9])|" + "|".join(f"(?<={each})" for each in _ESCAPED) + ")"

_NOT_IN_ESCAPE: Final = "(?<!%)(?<!%[0-9A-Fa-f])(?<!%25)(?<!%25[0-9A-Fa-f])"
"""For tokens that may begin with the digits of an escape like `%22`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a form: `expression`, and its least and greatest length in bytes."""

    expression: str
    least: int
    most: int
    kind: str
    text: str = ""

    @property
    def beginning(self) -> str:
        """The expression of the shortest stretch that it may be; only of a class."""
        return f"[{CLASSES[self.kind][0]}]{{{self.least}}}"


class Head(NamedTuple):
    """The beginning of a form as an expression, and its least and greatest length in bytes."""

    expression: str
    least: int
    most: int


@dataclass(frozen=True)
class Form:
    """One way in which a secret is written, without alternatives.

    `anchor` is the literal by which it is found; it begins `before_least` to `before_most` bytes
    behind the form's own start.
    """

    pieces: tuple[Piece, ...]
    ignore_case: bool
    open_front: bool

    @cached_property
    def _at(self) -> int:
        return next(i for i, each in enumerate(self.pieces) if each.kind == "literal")

    @cached_property
    def anchor(self) -> bytes:
        """The literal; in lower case when case does not matter."""
        text = self.pieces[self._at].text.encode()
        return text.lower() if self.ignore_case else text

    @cached_property
    def before(self) -> range:
        """How many bytes may stand before the anchor, the most first."""
        ahead = [each for each in self.pieces[: self._at] if each.kind != "mark"]
        least, most = sum(each.least for each in ahead), sum(each.most for each in ahead)
        return range(most, least - 1, -1)

    @cached_property
    def longest(self) -> int:
        """No match is longer, in bytes."""
        return sum(each.most for each in self.pieces)

    @cached_property
    def head(self) -> Head:
        """What the first pass looks for: the form's beginning, from the anchor on."""
        parts: list[str] = []
        least = most = 0
        for each in self.pieces[self._at :]:
            if each.kind == "mark":
                continue
            enough = each.kind in CLASSES and (
                least + each.least >= _HEAD_LEAST or each.most > _HEAD_PIECE_MOST
            )
            parts.append(each.beginning if enough else each.expression)
            least, most = least + each.least, most + (each.least if enough else each.most)
            if enough or least >= _HEAD_LEAST:
                break
        return Head("".join(parts), least, most)

    @cached_property
    def exact(self) -> re.Pattern[bytes]:
        """The whole form with its boundaries; its group is the secret."""
        text = "".join(each.expression for each in self.pieces)
        if not any(each.kind == "mark" for each in self.pieces):
            text = f"({text})"
        front = "" if self.open_front else _FRONT
        if self._at > 0:
            front = _NOT_IN_ESCAPE + front
        flags = re.IGNORECASE if self.ignore_case else 0
        return re.compile((front + text + self._behind()).encode(), flags)

    def _behind(self) -> str:
        """What must not follow: more of the same token."""
        kinds = [each.kind for each in self.pieces if each.kind != "literal"]
        last = self.pieces[-1].kind
        if kinds[-1] == "mark" and last != "mark":
            return ""
        if kinds[-1] in LONGER:
            return ""
        kind = next(each for each in reversed(kinds) if each != "mark")
        return _BEHIND.get(kind, "(?![A-Za-z0-9])")


_BEHIND: Final = {
    **dict.fromkeys("WVz", "(?![_-]{0,3}[A-Za-z0-9])"),
    **dict.fromkeys("Bq", "(?![A-Za-z0-9+/])"),
    **dict.fromkeys("pgnt", ""),
}


def parsed(form: str, *, ignore_case: bool = False, open_front: bool = False) -> tuple[Form, ...]:
    """The forms that a text in the notation stands for."""
    return tuple(Form(tuple(_pieces(text)), ignore_case, open_front) for text in spelled_out(form))


def spelled_out(form: str) -> list[str]:
    """The form without alternatives, once for each choice."""
    parts = _EITHER.split(form)
    choices = [each.split("|") if i % 2 else [each] for i, each in enumerate(parts)]
    return ["".join(chosen) for chosen in product(*choices)]


def _pieces(text: str) -> Iterator[Piece]:
    """The pieces of a form, in order."""
    for found in _PIECE.finditer(text):
        if mark := found["mark"]:
            yield Piece("(" if mark == "<" else ")", 0, 0, "mark")
        elif literal := found["literal"]:
            yield Piece(re.escape(literal), len(literal), len(literal), "literal", literal)
        elif name := found["longer"]:
            longer = LONGER[name]
            yield Piece(longer.expression, 1, longer.longest, name)
        else:
            least = int(found["least"])
            most = int(found["most"] or least)
            inside = CLASSES[found["kind"]][0]
            yield Piece(f"[{inside}]{{{least},{most}}}", least, most, found["kind"])

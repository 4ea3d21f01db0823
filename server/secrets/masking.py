"""Paths that hold a secret themselves, shown without it."""

from dataclasses import replace
from typing import Final

from server.secrets.found import Place, Scanned
from server.secrets.matching import Matcher

_MASK: Final = b"(secret)"


def masked(scanned: Scanned, matcher: Matcher) -> Scanned:
    """The same scan; a file named after a token is not a way for the token to come out."""
    paths = {each.place.path for each in scanned.found}
    paths |= {path for each in scanned.skipped for path in each.examples}
    shown = {path: without_secrets(path, matcher) for path in paths}

    def place(known: Place) -> Place:
        name = _without(known.name, matcher)
        return replace(known, path=shown[known.path], name=name)

    return replace(
        scanned,
        found=tuple(replace(each, place=place(each.place)) for each in scanned.found),
        skipped=tuple(
            replace(each, examples=tuple(shown[path] for path in each.examples))
            for each in scanned.skipped
        ),
    )


def without_secrets(text: str, matcher: Matcher) -> str:
    """The text with a mark in the place of each secret."""
    return _without(text.encode("utf-8", "replace"), matcher).decode("utf-8", "replace")


def _without(data: bytes, matcher: Matcher) -> bytes:
    for match in reversed(matcher.matches(data)):
        data = data[: match.start] + _MASK + data[match.end :]
    return data

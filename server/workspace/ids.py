"""Ids: dashed lower-case uuids of stamped versions, and four-character property ids."""

import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import quote, unquote
from uuid import UUID

IdSource: TypeAlias = Callable[[], UUID]
"""Gives 128 fresh bits; a seeded source makes a workspace reproducible."""

# Version 1 ids and foreign variants are refused by Notion, the nil id is looked up.
_UUID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[2-8][0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}"
    r"|0{8}-?0{4}-?0{4}-?0{4}-?0{12}",
    re.IGNORECASE,
)
_PROPERTY_ALPHABET = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:;<=>?@[]^_`{|}~\\"
)
_PROPERTY_CHARS = 4
_UNESCAPED = "!~*'()"


def canonical_id(text: str) -> str | None:
    """The dashed lower-case form, or None when it is no id."""
    if not _UUID.fullmatch(text):
        return None
    plain = text.replace("-", "").lower()
    return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"


def object_id(source: IdSource) -> str:
    """The id of a page, block or data source: version nibble 8."""
    return _stamped(source, 8)


def database_id(source: IdSource) -> str:
    """The id of a database, an option or a user: version nibble 4."""
    return _stamped(source, 4)


def property_id(source: IdSource, taken: Collection[str]) -> str:
    """Four raw characters that are not taken yet."""
    while True:
        value, chosen = source().int, ""
        for _ in range(_PROPERTY_CHARS):
            value, index = divmod(value, len(_PROPERTY_ALPHABET))
            chosen += _PROPERTY_ALPHABET[index]
        if chosen not in taken:
            return chosen


@lru_cache(maxsize=4096)
def escaped(raw_property_id: str) -> str:
    """A property id as answers show it: percent-encoded like encodeURIComponent does."""
    return quote(raw_property_id, safe=_UNESCAPED)


def unescaped(shown_property_id: str) -> str:
    """The raw property id behind its percent-encoded form."""
    return unquote(shown_property_id)


def _stamped(source: IdSource, version: int) -> str:
    bits = source().int
    bits = bits & ~(0xF << 76) | (version << 76)
    bits = bits & ~(0x3 << 62) | (0x2 << 62)
    return str(UUID(int=bits))

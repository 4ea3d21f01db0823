"""Ids of objects as Notion writes them, whatever was pasted."""

import re
from typing import Final

_LAST_HEXES: Final = re.compile(r"[0-9a-f]{32}\Z")


def written_id(pasted: str) -> str:
    """The id with dashes, of one without them or of an address that ends with it; else as it is."""
    plain = re.split(r"[?#]", pasted.strip(), maxsplit=1)[0].replace("-", "").lower()
    found = _LAST_HEXES.search(plain)
    return pasted if found is None else dashed(found[0])


def dashed(hexes: str) -> str:
    """32 hexadecimal digits with the dashes of a UUID."""
    return "-".join((hexes[:8], hexes[8:12], hexes[12:16], hexes[16:20], hexes[20:]))

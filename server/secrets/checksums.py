"""Check digits that some tokens carry: a wrong one tells a damaged or invented token."""

import binascii
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

_BASE62: Final = digits + ascii_uppercase + ascii_lowercase
_CHECK_LENGTH: Final = 6


def crc32_base62(body: str) -> str:
    """The check digits behind so many random characters, as GitHub and npm write them."""
    left = binascii.crc32(body.encode())
    written = ""
    while left:
        left, digit = divmod(left, len(_BASE62))
        written = _BASE62[digit] + written
    return written.rjust(_CHECK_LENGTH, _BASE62[0])


def right_crc32_base62(token: bytes) -> bool:
    """Whether the last six characters are those of the ones between the prefix's `_` and them."""
    body = token.decode("latin-1").rpartition("_")[2]
    return crc32_base62(body[:-_CHECK_LENGTH]) == body[-_CHECK_LENGTH:]

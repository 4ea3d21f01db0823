"""What a repository's configuration gives away: passwords in addresses and headers."""

import re
from collections.abc import Iterator
from typing import Final

from server.secrets.concern import Concern
from server.secrets.place_rules import CREDENTIAL_STORE, EXTRA_HEADER, REMOTE_PASSWORD

_ADDRESS: Final = re.compile(
    r"""^[ \t]*+(?:push)?url[ \t]*+=[ \t]*+["']?\w++://[^\s/:@]*:([^\s/@]+)@""",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER: Final = re.compile(
    r"""^[ \t]*+extraheader[ \t]*+=.*?(?:authorization|token|key)[ \t]*+:[ \t]*+"""
    r"""(?:\w++[ \t]++)?([^\s"']{8,})""",
    re.IGNORECASE | re.MULTILINE,
)
_STORE: Final = re.compile(
    r"^[ \t]*+helper[ \t]*+=[ \t]*+(store\b.*)$", re.IGNORECASE | re.MULTILINE
)


def config_concerns(content: bytes) -> Iterator[Concern]:
    """Passwords in remotes, credentials in extra headers, a helper that keeps them in a file."""
    text = content.decode("utf-8", "replace")
    for value in _ADDRESS.findall(text):
        yield Concern(REMOTE_PASSWORD, value)
    for value in _HEADER.findall(text):
        yield Concern(EXTRA_HEADER, value)
    for value in _STORE.findall(text):
        yield Concern(CREDENTIAL_STORE, value, secret=False)

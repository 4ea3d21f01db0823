"""Whether what stands behind a name like `api_key` is a secret: the generic tier's own doubts."""

import re
from typing import Final

_HARMLESS_NAME: Final = re.compile(
    rb"(?:public|foreign|primary|sort|partition|cache|translation|map|search|lookup|group|key)"
    rb"[_-]?keys?\W|key(?:board|word|frame|_?id|_?name|_?path|_?type)|author|csrf|xsrf|_name|_url"
    rb"|_id\b|_path|_file|_type|token_?(?:type|count|izer|ize|s_)|access_?(?:id|or|mode)",
    re.IGNORECASE,
)
_HARMLESS_VALUE: Final = re.compile(
    rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}"
    rb"|sha\d+[=-].*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Za-z_.\-/~=+]*(?:\d+[A-Za-z_.\-]*)?|[\d.+-]+|[a-z]+(?:[._/-][a-z0-9]+)+|[~.]?/.*|true|false|null",
    re.IGNORECASE,
)
_KINDS: Final = (re.compile(rb"[a-z]"), re.compile(rb"[A-Z]"), re.compile(rb"[0-9]"))


def plausible(found: re.Match[bytes]) -> bool:
    """Whether the value is neither a hash, an id, a path nor words, and its name not harmless."""
    value = found[1]
    name = found.string[max(0, found.start() - 20) : found.start(1)]
    mixed = sum(kind.search(value) is not None for kind in _KINDS) > 1
    return mixed and not _HARMLESS_NAME.search(name) and not _HARMLESS_VALUE.fullmatch(value)

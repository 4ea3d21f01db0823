"""What an assistant's configuration of MCP servers gives away, or leaves open."""

import json
import re
from collections.abc import Iterator
from itertools import islice, zip_longest
from typing import Final

from server.secrets.concern import Concern
from server.secrets.found import HITS_LIMIT
from server.secrets.loose import elements, mapping
from server.secrets.place_rules import MCP_ARGUMENT, MCP_LITERAL, MCP_PLAIN_HTTP, MCP_UNPINNED

_SERVERS: Final = frozenset({"mcpServers", "mcp.servers", "servers", "context_servers"}) | {
    "mcp_servers",
    "mcp",
}
_NAMED_SECRET: Final = re.compile(
    r"token|secret|passw|api_?key|access_?key|private_?key|credential|authorization|_auth|headers$"
    r"|_key$|^key$|^pat$|_pat$|cookie",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(
    r"\$\{|\{\{|^\$[A-Za-z_]|%[A-Za-z_]+%|^op://|^(?:env|file|vault|keyring|secret):", re.IGNORECASE
)
_PLACEHOLDER: Final = re.compile(
    r"^(?:<.*>|(?:your|my|the)[-_ ].*|x+|\*+|\.+|changeme|placeholder|none|null|true|false)$"
    r"|example|placeholder|your[-_ ]",
    re.IGNORECASE,
)
_OPTION: Final = re.compile(r"^--?([\w-]+)(?:=(.*))?$", re.DOTALL)
_LOCAL: Final = re.compile(r"^http://(?:localhost|127\.|\[::1\]|0\.0\.0\.0|host\.docker\.internal)")
_JSON_NOISE: Final = re.compile(
    r'("(?:\\.|[^"\\])*+"?)|//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?|,(?=\s*+(?:[}\]]|//|/\*))',
    re.DOTALL,
)
"""Of what is not closed all is taken: nothing is gone over twice, however hostile the text."""

_YAML_PAIR: Final = re.compile(
    r"""^[ \t]*+(?:-[ \t]++)*+["']?([\w.-]++)["']?:[ \t]++["']?([^"'\n#]++)""", re.MULTILINE
)

_LEAST_LENGTH: Final = 8
"""A shorter literal is no secret worth the name."""

_DEPTH_LIMIT: Final = 6


def concerns(name: str, content: bytes) -> list[Concern]:
    """What the configuration `name` (its ending tells the format) should not hold.

    A reference (`${env:X}`, `${input:x}`, `op://…`) is as it should be. YAML is read line by line.
    A file that does not parse has no concerns; its bytes are scanned anyway. Of more than
    HITS_LIMIT the first HITS_LIMIT + 1, so that it shows that there are more.
    """
    text = content.decode("utf-8", "replace")
    if name.endswith((".yaml", ".yml")):
        return list(islice(_of_yaml(text), HITS_LIMIT + 1))
    document = _parsed(name, text)
    each = (concern for server in _servers(document, _DEPTH_LIMIT) for concern in _of(server))
    return list(islice(each, HITS_LIMIT + 1))


def _parsed(name: str, text: str) -> object:
    try:
        if name.endswith(".toml"):
            import tomllib  # noqa: PLC0415 - few configurations are TOML

            return tomllib.loads(text)
        return json.loads(_JSON_NOISE.sub(lambda found: found[1] or "", text))
    except (ValueError, RecursionError):
        return None


def _servers(document: object, depth: int) -> Iterator[dict[str, object]]:
    """Every entry that starts or addresses a server."""
    if not depth:
        return
    for key, value in mapping(document).items():
        yield from _servers(value, depth - 1)
        if key in _SERVERS:
            inner = [*mapping(value).values(), *elements(value)]
            yield from (mapping(each) for each in inner)


def _of(server: dict[str, object]) -> Iterator[Concern]:
    for key in ("env", "environment", "headers", "requestOptions", "http_headers"):
        yield from _literals(server.get(key), 2)
    yield from _of_command([*_words(server.get("command")), *_words(server.get("args"))])
    for key in ("url", "serverUrl", "httpUrl", "endpoint"):
        yield from _of_address(server.get(key))


def _literals(pairs: object, depth: int) -> Iterator[Concern]:
    for key, value in mapping(pairs).items():
        if isinstance(value, str) and _is_secret(key, value):
            yield Concern(MCP_LITERAL, value)
        elif depth:
            yield from _literals(value, depth - 1)


def _is_secret(key: str, value: str) -> bool:
    return bool(_NAMED_SECRET.search(key)) and _is_literal(value)


def _is_literal(value: str) -> bool:
    bare = re.sub(r"^(?:Bearer|Basic|Token) ", "", value)
    if len(bare) < _LEAST_LENGTH or _REFERENCE.search(bare) or _PLACEHOLDER.search(bare):
        return False
    return not bare.startswith(("/", "~", "./", "http://", "https://"))


def _words(value: object) -> list[str]:
    words = [value] if isinstance(value, str) else elements(value)
    return [word for word in words if isinstance(word, str)]


def _of_command(words: list[str]) -> Iterator[Concern]:
    yield from _of_arguments(words)
    if not words or words[0].rsplit("/", 1)[-1].removesuffix(".cmd") not in {"npx", "uvx", "bunx"}:
        return
    package = next((word for word in words[1:] if not word.startswith("-")), None)
    if package and not re.search(r".@[\^~]?\d|==\d|^git\+.+@[0-9a-f]{7,}$", package):
        yield Concern(MCP_UNPINNED, package, secret=False)


def _of_arguments(words: list[str]) -> Iterator[Concern]:
    """`--token VALUE`, `--token=VALUE`, `NAME=VALUE`."""
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        option = _OPTION.match(word)
        name, value = (option[1], option[2] or following) if option else ("", "")
        if not option and "=" in word:
            name, _, value = word.partition("=")
        if name and _is_secret(name.replace("-", "_"), value):
            yield Concern(MCP_ARGUMENT, value)


def _of_address(address: object) -> Iterator[Concern]:
    if isinstance(address, str) and address.startswith("http://") and not _LOCAL.match(address):
        yield Concern(MCP_PLAIN_HTTP, address, secret=False)


def _of_yaml(text: str) -> Iterator[Concern]:
    for key, raw in _YAML_PAIR.findall(text):
        value = raw.strip()
        if _is_secret(key, value):
            yield Concern(MCP_LITERAL, value)
        if key in {"url", "serverUrl"}:
            yield from _of_address(value)

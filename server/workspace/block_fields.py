"""The fields of each block type: how one is read, and what stands there when it was not sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from server.workspace import comments, decorations, nodes, richtext
from server.workspace.call import Call
from server.workspace.errors import content_refused, invalid
from server.workspace.inputs import MISSING, Input

LANGUAGES: Final = (
    "abap", "abc", "agda", "arduino", "ascii art", "assembly", "bash", "basic", "bnf", "c", "c#",
    "c++", "clojure", "coffeescript", "coq", "css", "dart", "dhall", "diff", "docker", "ebnf",
    "elixir", "elm", "erlang", "f#", "flow", "fortran", "gherkin", "glsl", "go", "graphql",
    "groovy", "haskell", "hcl", "html", "idris", "java", "javascript", "json", "julia", "kotlin",
    "latex", "less", "lisp", "livescript", "llvm ir", "lua", "makefile", "markdown", "markup",
    "matlab", "mathematica", "mermaid", "nix", "notion formula", "objective-c", "ocaml", "pascal",
    "perl", "php", "plain text", "powershell", "prolog", "protobuf", "purescript", "python", "r",
    "racket", "reason", "ruby", "rust", "sass", "scala", "scheme", "scss", "shell", "smalltalk",
    "solidity", "sql", "swift", "toml", "typescript", "vb.net", "verilog", "vhdl", "visual basic",
    "webassembly", "xml", "yaml", "java/c/c++/c#",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `default` is None where it must be sent; it gives MISSING to leave it out."""

    read: Callable[[Call, Input], Any]
    default: Callable[[], Any] | None = None
    fixed: bool = False

    def first(self, call: Call, source: Input) -> Any:
        """Its value in a new block."""
        if source.given:
            return self.read(call, source)
        if self.default is None:
            raise source.refusal("defined")
        return self.default()


def _cells(call: Call, source: Input) -> list[list[dict[str, Any]]]:
    return [richtext.parse(call, cell) for cell in source.items()]


def _width(_call: Call, source: Input) -> int:
    width = source.number()
    if width != int(width) or width < 1:
        raise source.refusal("a positive integer")
    return int(width)


def _ratio(_call: Call, source: Input) -> float:
    ratio = source.number()
    if not 0 < ratio <= 1:
        raise source.refusal("above `0` and ≤ `1`")
    return ratio


def _address(kind: str, _call: Call, source: Input) -> str:
    if not source.names_a_host():
        raise content_refused(f"Invalid {kind} url.")
    return source.text()


def _external(kind: str, call: Call, source: Input) -> dict[str, Any]:
    return {"url": _address(kind, call, source.need("url"))}


def _synced_from(call: Call, source: Input) -> dict[str, Any] | None:
    if source.absent:
        return None
    original = nodes.find(call, source.need("block_id").id(), "block")
    document = nodes.document(call.db, original.number)
    if document["type"] != "synced_block" or document["content"]["synced_from"] is not None:
        raise invalid(f"Block {original.id} is no original synced block.")
    return {"type": "block_id", "block_id": original.id}


def _media(kind: str) -> Mapping[str, Field]:
    return {
        "caption": _CAPTION,
        "type": Field(lambda _call, source: source.choice(("external",)), lambda: "external"),
        "external": Field(partial(_external, kind)),
    }


def _linked(kind: str) -> Mapping[str, Field]:
    return {"caption": _CAPTION, "url": Field(partial(_address, kind))}


def link_target(call: Call, source: Input) -> dict[str, Any]:
    """What a link_to_page leads to; 404 when the caller does not see it."""
    key, target = source.one_id(("page_id", "database_id", "comment_id"))
    match key:
        case "page_id":
            nodes.find(call, target, "page")
        case "database_id":
            nodes.find(call, target, "database")
        case _:
            comments.find(call, target)
    return {"type": key, key: target}


_RICH_TEXT = Field(richtext.parse)
_CAPTION = Field(richtext.parse, list)
_COLOR = Field(
    lambda _call, source: source.choice(richtext.TEXT_COLORS), lambda: richtext.TEXT_COLORS[0]
)
_ICON = Field(lambda _call, source: decorations.icon(source), lambda: None)
_OFF = Field(lambda _call, source: source.boolean(), bool)
_LANGUAGE = Field(lambda _call, source: source.choice(LANGUAGES))
_EXPRESSION = Field(lambda _call, source: richtext.parse_expression(source))
_NAME = Field(lambda _call, source: source.text(), lambda: MISSING)

_TEXT: Mapping[str, Field] = {"rich_text": _RICH_TEXT, "color": _COLOR}
_HEADING: Mapping[str, Field] = {"rich_text": _RICH_TEXT, "is_toggleable": _OFF, "color": _COLOR}
_WITH_ICON: Mapping[str, Field] = {"rich_text": _RICH_TEXT, "icon": _ICON, "color": _COLOR}

FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {
    "embed": _linked("embed"),
    "bookmark": _linked("bookmark"),
    "image": _media("image"),
    "video": _media("video"),
    "pdf": _media("pdf"),
    "file": {**_media("file"), "name": _NAME},
    "audio": _media("audio"),
    "code": {"caption": _CAPTION, "rich_text": _RICH_TEXT, "language": _LANGUAGE},
    "equation": {"expression": _EXPRESSION},
    "divider": {},
    "breadcrumb": {},
    "tab": {},
    "table_of_contents": {"color": _COLOR},
    "link_to_page": {},
    "table_row": {"cells": Field(_cells)},
    "table": {
        "table_width": Field(_width, fixed=True),
        "has_column_header": _OFF,
        "has_row_header": _OFF,
    },
    "column_list": {},
    "column": {"width_ratio": Field(_ratio, lambda: MISSING)},
    "heading_1": _HEADING,
    "heading_2": _HEADING,
    "heading_3": _HEADING,
    "heading_4": _HEADING,
    "paragraph": _WITH_ICON,
    "bulleted_list_item": _TEXT,
    "numbered_list_item": _TEXT,
    "quote": _TEXT,
    "to_do": {"rich_text": _RICH_TEXT, "checked": _OFF, "color": _COLOR},
    "toggle": _TEXT,
    "template": {"rich_text": _RICH_TEXT},
    "callout": _WITH_ICON,
    "synced_block": {"synced_from": Field(_synced_from)},
}
"""Fields by type in the order of answers; the types in the order in which Notion lists them.

link_to_page has none of its own, `link_target` reads it. What Notion alone makes (child_page,
child_database, link_preview, meeting_notes, unsupported) cannot be sent.
"""

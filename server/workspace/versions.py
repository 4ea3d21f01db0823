"""The versions of the API: one is spoken inside, others are translations at the edge."""

from collections.abc import Mapping
from typing import Any, Final, cast

from server.workspace.errors import ApiError, invalid, one_of

NATIVE: Final = "2026-03-11"
KNOWN: Final = (NATIVE, "2025-09-03")

_WITH_TRASH: Final = frozenset(("page", "database", "data_source", "block"))


def check(header: str | None) -> str:
    """The version a request speaks; 400 when it names none or an unknown one."""
    if header is None:
        raise ApiError(
            400,
            "missing_version",
            "Notion-Version header failed validation: Notion-Version header should be defined,"
            " instead was `undefined`.",
        )
    if header not in KNOWN:
        raise invalid(
            "Notion-Version header failed validation: Notion-Version header should be"
            f' {one_of(KNOWN)}, instead was `"{header}"`.'
        )
    return header


def inward(version: str, body: Any) -> Any:
    """A body as the native version would send it."""
    if version == NATIVE or not isinstance(body, dict):
        return body
    sent = dict(cast("dict[str, Any]", body))
    if "archived" in sent:
        sent.setdefault("in_trash", sent.pop("archived"))
    if "after" in sent:
        sent["position"] = {"type": "after_block", "after_block": {"id": sent.pop("after")}}
    return sent


def outward(version: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as that version shows it."""
    shown = dict(answer)
    if version == NATIVE:
        return shown
    if shown.get("object") == "list":
        shown["results"] = [outward(version, each) for each in shown["results"]]
    elif shown.get("object") in _WITH_TRASH:
        shown["archived"] = shown["in_trash"]
    return shown

"""The versions of the API: one is spoken inside, the others are translations at the edge."""

from typing import Final

from server.workspace import routes
from server.workspace.errors import ApiError, invalid, one_of
from server.workspace.versions.v2022_06_28 import V2022_06_28
from server.workspace.versions.v2025_09_03 import V2025_09_03
from server.workspace.versions.version import Version

NATIVE: Final = "2026-03-11"

_KNOWN: Final = {
    each.name: each for each in (Version(NATIVE, routes.NATIVE), V2025_09_03, V2022_06_28)
}


def find(name: str | None) -> Version:
    """The version that a request speaks; 400 when it names none or an unknown one."""
    if name is None:
        raise ApiError(
            400,
            "missing_version",
            "Notion-Version header failed validation: Notion-Version header should be defined,"
            " instead was `undefined`.",
        )
    if name not in _KNOWN:
        raise invalid(
            "Notion-Version header failed validation: Notion-Version header should be"
            f' {one_of(tuple(_KNOWN))}, instead was `"{name}"`.'
        )
    return _KNOWN[name]


def router(name: str | None) -> routes.Router:
    """The routes of a version, or those of the native one while it is not known to be one."""
    return _KNOWN[name].router if name in _KNOWN else routes.NATIVE

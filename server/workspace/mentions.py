"""Mentions: told by the title or name that the caller may see when they are shown.

Names of pages, filters, sorts and the search go by the text as it was when it was written.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from server.workspace.call import Call
from server.workspace.places import Places


def tell(call: Call, answer: dict[str, Any]) -> None:
    """Let every mention in an answer say what its caller may know of by now."""
    found = list(_mentions(answer))
    titles = _titles(call, {each["id"] for _, kind, each in found if kind != "user"})
    for item, kind, named in found:
        is_user = kind == "user"
        item["plain_text"] = (
            user_text(call, named["id"]) if is_user else title_text(titles.get(named["id"]))
        )


def user_text(call: Call, user_id: str) -> str:
    """What a mention of a user says."""
    return f"@{call.show_user(user_id).get('name', 'Anonymous')}"


def title_text(title: str | None) -> str:
    """What a mention of an object says; None where the caller sees no such object."""
    return title or "Untitled"


def _mentions(answer: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    """Each item of rich text that mentions a user or an object, with the kind and what it names."""
    left: list[Any] = [answer]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left += node
        elif isinstance(node, dict):
            item = cast("dict[str, Any]", node)
            if "plain_text" not in item:
                left += item.values()
            elif item["type"] == "mention":
                kind = item["mention"]["type"]
                if kind in ("user", "page", "database"):
                    yield item, kind, item["mention"][kind]


def _titles(call: Call, object_ids: Collection[str]) -> Mapping[str, str]:
    """The titles of those of the objects that the caller sees."""
    if not object_ids:
        return {}
    rows = call.db.execute(
        "SELECT id, number, parent, title FROM nodes WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(object_ids)),),
    ).fetchall()
    places = Places(call)
    return {
        row["id"]: row["title"] for row in rows if places.is_visible(row["number"], row["parent"])
    }

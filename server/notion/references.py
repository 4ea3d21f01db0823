"""The objects that values of Notion name, and the same values with other objects in their place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from server.notion.answers import JSON

_NAMING: Final = frozenset(("id", "page_id", "database_id", "data_source_id", "block_id"))
_OBJECTS: Final = ("page", "database", "data_source")
_ADDRESS: Final = re.compile(
    r"(https://(?:www\.notion\.so|app\.notion\.com/p)/(?:[^\s?#]*-)?)([0-9a-f]{32})"
)


def references(value: Any) -> frozenset[str]:
    """Ids of the pages and tables that a value, raw or writable, relates to, mentions or links."""
    return frozenset(_references(value))


def translated(value: Any, ids: Mapping[str, str]) -> Any:
    """The value with the new id wherever it names or links one of these objects."""
    match value:
        case list():
            return [translated(each, ids) for each in cast("list[object]", value)]
        case dict():
            members = cast("JSON", value).items()
            return {key: _member(key, each, ids) for key, each in members}
        case _:
            return value


def without(value: Any, gone: frozenset[str]) -> Any:
    """A raw value with plain text where it mentions what is gone, and no relation to it.

    A block that only links to it becomes an empty one, so that the others keep their places.
    """
    match value:
        case list():
            items = [without(each, gone) for each in cast("list[object]", value)]
            return [each for each in items if not _relates_to(each, gone)]
        case dict() if _links_to(cast("JSON", value), gone):
            return {**cast("JSON", value), "type": "paragraph", "paragraph": {"rich_text": []}}
        case dict() if _mentioned(cast("JSON", value)) in gone:
            return _as_text(cast("JSON", value))
        case dict():
            return {key: without(each, gone) for key, each in cast("JSON", value).items()}
        case _:
            return value


def with_own_copies(tree: Sequence[JSON]) -> list[JSON]:
    """The raw tree, each copy of a synced block as a synced block of its own; no comment's link."""
    return [_own(block) for block in tree if not _links_comment(block)]


def _own(block: JSON) -> JSON:
    own = {**block}
    if "children" in block:
        own["children"] = with_own_copies(block["children"])
    if block["type"] == "synced_block":
        own["synced_block"] = {**block["synced_block"], "synced_from": None}
    return own


def _links_comment(block: JSON) -> bool:
    """Comments have new ids that nobody maps."""
    return block["type"] == "link_to_page" and "comment_id" in block["link_to_page"]


def _references(value: Any) -> Iterator[str]:
    match value:
        case list():
            for each in cast("list[object]", value):
                yield from _references(each)
        case dict():
            yield from _named(cast("JSON", value))
            for each in cast("JSON", value).values():
                yield from _references(each)
        case _:
            return


def _named(value: JSON) -> Iterator[str]:
    mentioned = _mentioned(value)
    if mentioned is not None:
        yield mentioned
    link = value.get("link_to_page")
    if isinstance(link, dict):
        target = cast("JSON", link)
        yield from (target[key] for key in ("page_id", "database_id") if key in target)
    related = value.get("relation")
    if isinstance(related, list):
        yield from (each["id"] for each in cast("list[JSON]", related))
    url = value.get("url")
    found = _ADDRESS.match(url) if isinstance(url, str) else None
    if found:
        yield _dashed(found[2])


def _mentioned(value: JSON) -> str | None:
    """The object that a part of a rich text mentions."""
    mention = value.get("mention")
    if value.get("type") != "mention" or not isinstance(mention, dict):
        return None
    told = cast("JSON", mention)
    kind = next((kind for kind in _OBJECTS if kind in told), None)
    return None if kind is None else str(told[kind]["id"])


def _as_text(part: JSON) -> JSON:
    text = {"content": part.get("plain_text", ""), "link": None}
    return {"type": "text", "text": text, "annotations": part.get("annotations")}


def _relates_to(value: Any, gone: frozenset[str]) -> bool:
    return isinstance(value, dict) and set(cast("JSON", value)) == {"id"} and value["id"] in gone


def _links_to(block: JSON, gone: frozenset[str]) -> bool:
    """A block that is nothing but a link."""
    link = block.get("link_to_page")
    if not isinstance(link, dict):
        return False
    target = cast("JSON", link)
    return bool({target.get("page_id"), target.get("database_id")} & gone)


def _member(key: str, value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        if key in _NAMING:
            return ids.get(value, value)
        return _ADDRESS.sub(lambda found: _linked(found, ids), value) if key == "url" else value
    return translated(value, ids)


def _linked(found: re.Match[str], ids: Mapping[str, str]) -> str:
    new_id = ids.get(_dashed(found[2]))
    return found[0] if new_id is None else found[1] + new_id.replace("-", "")


def _dashed(hexes: str) -> str:
    return "-".join((hexes[:8], hexes[8:12], hexes[12:16], hexes[16:20], hexes[20:]))

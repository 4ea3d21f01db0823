"""Values of pages complete: a page shows no more than 25 items of a list."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias
from urllib.parse import unquote

from server.notion.answers import JSON, read_as
from server.notion.api import Ask
from server.notion.paging import read_all
from server.notion.properties import REFERENCES_SHOWN, value_of

Fetch: TypeAlias = Callable[[Ask], Awaitable[JSON]]
"""Makes one call; it may raise a NotionError."""

_LISTS: Final = frozenset(("title", "rich_text", "people", "relation"))


async def whole_page(fetch: Fetch, page: JSON) -> JSON:
    """The page with every value that it shows in part read to its end, one after another."""
    properties: dict[str, JSON] = page["properties"]
    whole = {name: await whole_value(fetch, page["id"], raw) for name, raw in properties.items()}
    return {**page, "properties": whole}


async def whole_value(fetch: Fetch, page_id: str, raw: JSON) -> JSON:
    """The value of the page, read to its end where it is shown in part."""
    if not is_cut(raw):
        return raw
    kind: str = raw["type"]
    items = await property_items(fetch, page_id, raw["id"])
    if kind == "rollup":
        array = [read_as(_element, item) for item in items]
        return {**raw, kind: {**raw[kind], "array": array}}
    told = {"has_more": False} if "has_more" in raw else {}
    return {**raw, kind: [read_as(lambda each: each[kind], item) for item in items], **told}


def is_cut(raw: JSON) -> bool:
    """Whether the value may hold more than it shows."""
    if raw["type"] == "rollup":
        return len(raw["rollup"].get("array") or ()) >= REFERENCES_SHOWN
    return not value_of(raw).complete


async def property_items(fetch: Fetch, page_id: str, property_id: str) -> list[JSON]:
    """Every item of a value that is a list."""
    ask = Ask(
        "GET",
        "/v1/pages/{page_id}/properties/{property_id}",
        {"page_id": page_id, "property_id": unquote(property_id)},
    )

    async def read_page(cursor: str | None, size: int) -> JSON:
        return await fetch(ask.page(cursor, size))

    return [item async for item in read_all(read_page)]


def _element(item: JSON) -> JSON:
    """What a rollup shows of one item; of lists each item holds one part."""
    kind: str = item["type"]
    return {"type": kind, kind: [item[kind]] if kind in _LISTS else item[kind]}

"""Comments made again: as new ones of ours, under the names of their authors."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from server.notion.answers import JSON
from server.notion.api import Ask
from server.notion.client import NotionClient
from server.notion.essence import author_of
from server.notion.paging import read_all
from server.notion.references import translated
from server.notion.writable import writable_rich_text

_COMMENTS: Final = "/v1/comments"


def place_of(comment: JSON) -> str:
    """The id of the page or block that a comment is on."""
    parent: JSON = comment["parent"]
    return str(parent[parent["type"]])


async def discuss(
    notion: NotionClient, parent: JSON, comments: Sequence[JSON], ids: Mapping[str, str]
) -> None:
    """Add what is missing of these comments of one place: those there are the first ones."""
    there = _discussions(await _comments_on(notion, next(iter(parent.values()))))
    for number, discussion in enumerate(_discussions(comments)):
        begun = there[number] if number < len(there) else []
        key = begun[0]["discussion_id"] if begun else None
        for comment in discussion[len(begun) :]:
            where = {"parent": parent} if key is None else {"discussion_id": key}
            made = await notion.api.call(Ask("POST", _COMMENTS, body=where | _said(comment, ids)))
            key = str(made["discussion_id"])


def _said(comment: JSON, ids: Mapping[str, str]) -> JSON:
    author = author_of(comment)
    named = {"display_name": {"type": "custom", "custom": {"name": author}}} if author else {}
    return {"rich_text": translated(writable_rich_text(comment["rich_text"]), ids), **named}


def _discussions(comments: Iterable[JSON]) -> list[list[JSON]]:
    """The comments by discussion, in order."""
    by_id: dict[str, list[JSON]] = {}
    for comment in comments:
        by_id.setdefault(comment["discussion_id"], []).append(comment)
    return list(by_id.values())


async def _comments_on(notion: NotionClient, block_id: str) -> list[JSON]:
    ask = Ask("GET", _COMMENTS, query={"block_id": block_id})

    async def read_page(cursor: str | None, size: int) -> JSON:
        return await notion.api.call(ask.page(cursor, size))

    return [comment async for comment in read_all(read_page)]

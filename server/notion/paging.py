"""Reading lists to their end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeAlias, cast

from playbooks.errors import NoAnswer, NotionError, ServiceFailed
from server.notion.answers import JSON

LARGEST_PAGE: Final = 100
SMALLEST_PAGE: Final = 25
"""A page that is still too heavy at this size will not become light by halving it again."""

_TOO_HEAVY: Final = frozenset({503, 504})

ReadPage: TypeAlias = Callable[[str | None, int], Awaitable[JSON]]
"""Reads the page at a cursor (None: the first) with at most so many items."""


class ResultCut(NotionError):
    """A query gave all that Notion gives for one query, and there are more rows."""

    def __init__(self, items_count: int) -> None:
        super().__init__(
            f"Notion ended the query after {items_count} rows although there are more.",
            remedy="Narrow the query, by ranges of created_time for instance, and read each part.",
            code="query_result_limit_reached",
        )
        self.items_count = items_count


async def read_all(read_page: ReadPage, *, page_size: int = LARGEST_PAGE) -> AsyncIterator[JSON]:
    """Every item of a list. Only `has_more` false ends it, never a short page.

    A page that the service cannot manage is asked for again at half its size. Raises ResultCut
    after the last item when Notion says that it left some out.
    """
    cursor: str | None = None
    items_count = 0
    while True:
        try:
            page = await read_page(cursor, page_size)
        except ServiceFailed as failure:
            if failure.status not in _TOO_HEAVY or page_size <= SMALLEST_PAGE:
                raise
            page_size //= 2
            continue
        for item in _items(page):
            items_count += 1
            yield item
        if not page.get("has_more"):
            _refuse_cut(page, items_count)
            return
        cursor = _next(page, cursor)


def _items(page: JSON) -> list[JSON]:
    results: object = page.get("results")
    if isinstance(results, list):
        items = cast("list[object]", results)
        if all(isinstance(item, dict) for item in items):
            return cast("list[JSON]", items)
    raise NoAnswer("its answer has another shape than the documented one")


def _next(page: JSON, cursor: str | None) -> str:
    following: object = page.get("next_cursor")
    if not isinstance(following, str) or following == cursor:
        raise NoAnswer("it promised more and did not say where")
    return following


def _refuse_cut(page: JSON, items_count: int) -> None:
    status: JSON = page.get("request_status") or {}
    if status.get("type") == "incomplete":
        raise ResultCut(items_count)

"""POST /v1/search: pages and data sources by title, newest edit first.

The search knows titles, and knows them late: what was made within `search_delay_s` is not found
yet, what was renamed within it is found under its former title. All else holds at once.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any, Final
from uuid import UUID

from server.workspace import data_sources, decorations, nodes, pages, paging, tables
from server.workspace.call import Call
from server.workspace.errors import invalid
from server.workspace.inputs import Input
from server.workspace.nodes import Node
from server.workspace.places import Places
from server.workspace.sql import TRUE, Sql, joined

_KINDS: Final = ("page", "data_source")
_NUMBER_BITS: Final = 64
_EDITED_BITS: Final = 48


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where an object stands among all that the search goes through."""

    edited_at: int
    number: int


def search(call: Call) -> dict[str, Any]:
    """What the caller may see whose title holds every word of the query."""
    body = call.body.only("query", "filter", "sort", "start_cursor", "page_size")
    return listed(call, body, body)


def listed(call: Call, body: Input, paged: Input) -> dict[str, Any]:
    """The same, where size and cursor of a page are sent apart, in `paged`."""
    size = paging.page_size(paged)
    ascending = _is_ascending(body.get("sort"))
    kinds, in_trash = _filter(body.get("filter"))
    conditions = [_words(call, body.get("query"))]
    cursor = paging.start_cursor(paged)
    if cursor is not None:
        conditions.append(_behind(_place(cursor), ascending=ascending))
    places = _candidates(call, kinds, joined("AND", conditions), ascending=ascending)
    found = list(islice(_seen(call, places, in_trash=in_trash), size + 1))
    following = _cursor(found[size - 1]) if len(found) > size else None
    results = _answers(call, [place.number for place in found[:size]])
    return paging.envelope(results, kind="page_or_data_source", next_cursor=following)


def _filter(sent: Input) -> tuple[tuple[str, ...], bool]:
    """The kinds asked for, and whether what lies in the trash is meant."""
    if sent.absent:
        return _KINDS, False
    in_trash = bool(decorations.flag(sent.only("property", "value", "in_trash").get("in_trash")))
    if not sent.get("value").given and sent.get("in_trash").given:
        return _KINDS, in_trash
    sent.need("property").choice(("object",))
    return (sent.need("value").choice(_KINDS),), in_trash


def _words(call: Call, sent: Input) -> Sql:
    words = [] if sent.absent else list(dict.fromkeys(sent.text().casefold().split()))
    title, exists = "n.title", TRUE
    if call.conditions.search_delay_s:
        horizon = nodes.search_horizon_ms(call)
        title = f"iif(n.titled_at <= {horizon:d}, n.title, n.former_title)"
        exists = Sql(f"{title} IS NOT NULL")
    if not words:
        return exists
    # As one parameter: SQLite reads no condition of a thousand parts.
    absent = f"SELECT 1 FROM json_each(?) WHERE instr(casefold({title}), value) = 0"  # noqa: S608 - our own words
    return joined("AND", [exists, Sql(f"NOT EXISTS ({absent})", (json.dumps(words),))])


def _is_ascending(sent: Input) -> bool:
    if sent.absent:
        return False
    if sent.get("property").given:
        sent.only("property").get("property").choice(("relevance",))
        return False
    if sent.need("timestamp").value != "last_edited_time":
        raise invalid('body.sort.timestamp should be "last_edited_time" when sorting by timestamp.')
    direction = sent.only("timestamp", "direction").optional("direction")
    return not direction.absent and (direction.choice(("ascending", "descending")) == "ascending")


def _cursor(place: _Place) -> str:
    """The place itself, so that no later edit of the object moves the next page."""
    return str(UUID(int=place.edited_at << _NUMBER_BITS | place.number))


def _place(cursor: str) -> _Place:
    try:
        edited_at, number = divmod(UUID(cursor).int, 1 << _NUMBER_BITS)
    except ValueError:
        raise paging.bad_cursor(cursor) from None
    if edited_at >> _EDITED_BITS or number >> _EDITED_BITS:
        raise paging.bad_cursor(cursor)
    return _Place(edited_at, number)


def _behind(place: _Place, *, ascending: bool) -> Sql:
    comparison = ">" if ascending else "<"
    return Sql(f"(n.edited_at, n.number) {comparison} (?, ?)", (place.edited_at, place.number))


def _candidates(
    call: Call, kinds: Sequence[str], condition: Sql, *, ascending: bool
) -> Iterator[tuple[_Place, int | None, bool]]:
    """Place, parent and own trash flag, lazily: each kind comes out of its index in order."""
    direction = "ASC" if ascending else "DESC"
    lists = (
        call.db.execute(
            "SELECT n.edited_at, n.number, n.parent, n.in_trash FROM nodes n"  # noqa: S608 - compiled
            f" WHERE n.kind = ? AND {condition.text}"
            f" ORDER BY n.edited_at {direction}, n.number {direction}",
            (kind, *condition.parameters),
        )
        for kind in kinds
    )
    rows = merge(*lists, key=lambda row: (row[0], row[1]), reverse=not ascending)
    return ((_Place(row[0], row[1]), row[2], bool(row[3])) for row in rows)


def _seen(
    call: Call, candidates: Iterator[tuple[_Place, int | None, bool]], *, in_trash: bool
) -> Iterator[_Place]:
    places = Places(call)
    for place, parent, is_trashed in candidates:
        lies_there = is_trashed or places.are_trashed_below(parent)
        if lies_there == in_trash and places.is_visible(place.number, parent):
            yield place


def _answers(call: Call, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Data sources and pages as found; the rows of one table are answered together."""
    found = [nodes.by_number(call.db, number) for number in numbers]
    homes: dict[int | None, list[Node]] = {}
    shown: dict[int, dict[str, Any]] = {}
    for node in found:
        if node.kind == "data_source":
            shown[node.number] = data_sources.answer(call, tables.load(call, node))
        else:
            homes.setdefault(node.parent, []).append(node)
    for together in homes.values():
        asked = [node.number for node in together]
        answers = pages.answers(call, asked, pages.table_of(call, together[0]))
        shown |= zip(asked, answers, strict=True)
    return [shown[number] for number in numbers]

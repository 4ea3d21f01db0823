"""Each kind of write, and how it is looked whether it was done."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from playbooks.errors import NoAnswer
from server.notion.answers import JSON, Said, read_as
from server.notion.api import Api, Ask
from server.notion.confirm import Done, Fetch, Finding, NotDone, Unclear, once
from server.notion.likeness import holds
from server.notion.paging import read_all
from server.notion.properties import instant_of


async def change(api: Api, ask: Ask, *, read: Callable[[str], Ask]) -> JSON:
    """PATCH an object: done when it shows what was sent. `read` asks for it by its id."""

    async def look(_: datetime) -> Finding:
        there = await api.call(read(ask.object_id or ""))
        is_there = holds(there, ask.body)
        return Done(there) if is_there else Unclear("what stands there is not what was written")

    return await once(api, ask, fetch=_reading(api, read), look=look)


async def add_row(api: Api, ask: Ask, *, read: Callable[[str], Ask], rows: Ask) -> JSON:
    """POST a page into a table: done when one new row of ours shows what was sent.

    `rows` asks for all rows of the table.
    """
    sent: JSON = (ask.body or {})["properties"]

    async def look(began: datetime) -> Finding:
        new = await new_ones(api, rows, began, filtered=True)
        return read_as(lambda listed: _row_among(listed["results"], sent), {"results": new})

    return _noted(api, await once(api, ask, fetch=_reading(api, read), look=look))


async def add_database(api: Api, ask: Ask, *, read: Callable[[str], Ask], siblings: Ask) -> JSON:
    """POST a database into a page: done when one new one of ours has its title.

    `siblings` asks for the blocks of the page.
    """
    title = "".join(part["text"]["content"] for part in (ask.body or {})["title"])
    return await add_child(api, ask, read, siblings=siblings, shown=("child_database", title))


async def add_child(
    api: Api,
    ask: Ask,
    read: Callable[[str], Ask],
    *,
    siblings: Ask,
    shown: tuple[str, str],
) -> JSON:
    """POST a page or database into a page: done when one new one of ours is shown there so.

    `shown` is the type of the block that stands for it, and its title.
    """

    async def look(began: datetime) -> Finding:
        named = shown_so(await new_ones(api, siblings, began), shown)
        found = _only(named, of=named)
        return Done(await api.call(read(found.answer["id"]))) if isinstance(found, Done) else found

    return _noted(api, await once(api, ask, fetch=_reading(api, read), look=look))


async def append(api: Api, ask: Ask, *, blocks: Ask) -> tuple[str, ...]:
    """PATCH children of a block: done when its last blocks are new, ours, and what was sent.

    The ids of those that were added. `blocks` asks for all blocks there.
    """
    sent: list[JSON] = (ask.body or {})["children"]

    async def look(began: datetime) -> Finding:
        new = await new_ones(api, blocks, began)
        if not new:
            return NotDone()
        return read_as(lambda listed: _blocks_are(listed["results"], sent), {"results": new})

    async def fetch(said: Said) -> JSON:
        if not said.committed_child_ids:
            raise NoAnswer("it does not name what it committed")
        return {"results": [{"id": child_id} for child_id in said.committed_child_ids]}

    answer = await once(api, ask, fetch=fetch, look=look)
    ids = read_as(lambda listed: tuple(str(each["id"]) for each in listed["results"]), answer)
    api.known.made_ids.extend(ids)
    return ids


def shown_so(blocks: list[JSON], shown: tuple[str, str]) -> list[JSON]:
    """The blocks that stand for an object of that type and title."""
    kind, title = shown
    return [each for each in blocks if each.get(kind) == {"title": title}]


async def new_ones(
    api: Api,
    items: Ask,
    began: datetime,
    *,
    filtered: bool = False,
    besides: Collection[str] | None = None,
) -> list[JSON]:
    """The items of a list that we made since then, without those whose making was answered.

    `filtered` lets Notion leave the older ones out, where the list can be filtered. `besides` are
    the ids of those that are known, if the answers that this process heard do not tell.
    """
    known = api.known.made_ids if besides is None else besides
    me = await _bot_id(api)
    # Notion cuts its times to the minute; the other minute is for what we know of its clock.
    theirs = began + timedelta(seconds=api.known.ahead_s)
    since = theirs.replace(second=0, microsecond=0) - timedelta(minutes=1)
    if filtered:
        recent = {"timestamp": "created_time", "created_time": {"on_or_after": since.isoformat()}}
        items = replace(items, body={"filter": recent})

    async def read_page(cursor: str | None, size: int) -> JSON:
        return await api.call(items.page(cursor, size))

    def is_new(item: JSON) -> bool:
        is_ours = cast("JSON", item["created_by"])["id"] == me
        is_known = item["id"] in known
        return is_ours and not is_known and instant_of(item["created_time"]) >= since

    listed = [item async for item in read_all(read_page)]
    return [item for item in listed if read_as(is_new, item)]


async def _bot_id(api: Api) -> str:
    if api.known.bot_id is None:
        me = await api.call(Ask("GET", "/v1/users/me"))
        api.known.bot_id = read_as(lambda answer: str(answer["id"]), me)
    return api.known.bot_id


def _reading(api: Api, read: Callable[[str], Ask]) -> Fetch:
    async def fetch(said: Said) -> JSON:
        if said.committed_id is None:
            raise NoAnswer("it does not name what it committed")
        return await api.call(read(said.committed_id))

    return fetch


def _noted(api: Api, answer: JSON) -> JSON:
    api.known.made_ids.append(read_as(lambda made: str(made["id"]), answer))
    return answer


def _only(fitting: list[JSON], *, of: list[JSON]) -> Finding:
    match fitting:
        case [one]:
            return Done(one)
        case [] if not of:
            return NotDone()
        case []:
            return Unclear("something like it is there, but not just so")
        case several:
            return Unclear(f"{len(several)} new ones look like it")


def _row_among(new: list[JSON], sent: JSON) -> Finding:
    """Who shares a row's name is taken for it, or at least for a reason to doubt."""
    named = [row for row in new if holds(row["properties"], _title(sent, row))]
    return _only([row for row in named if holds(row["properties"], sent)], of=named)


def _blocks_are(new: list[JSON], sent: list[JSON]) -> Finding:
    is_all = len(new) == len(sent) and all(map(_is_block, new, sent))
    return Done({"results": new}) if is_all else Unclear("other new blocks of ours are there")


def _title(sent: JSON, row: JSON) -> JSON:
    """The part of what was sent that names the row."""
    properties = cast("dict[str, JSON]", row["properties"])
    titles = {key for key, raw in properties.items() if raw["type"] == "title"} | {"title"}
    return {key: value for key, value in sent.items() if key in titles}


def _is_block(there: JSON, sent: JSON) -> bool:
    """Whether a block is the one sent; of its children the list does not tell."""
    kind = next((key for key in sent if key in there and isinstance(sent[key], dict)), None)
    if kind is None:
        return False
    content = {key: value for key, value in sent[kind].items() if key != "children"}
    return there["type"] == kind and holds(there[kind], content)

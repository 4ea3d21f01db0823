"""What the integration is, may do and reaches, read with calls that change nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast, get_args

from playbooks.errors import CapabilityMissing, NotFoundOrNotShared, NotionError
from playbooks.objects import Capability
from playbooks.ports import Progress
from playbooks.security_ports import Seen, Someone, Thing, ThingKind
from server.notion.answers import JSON, read_as
from server.notion.api import Api, Ask
from server.notion.client import NotionClient
from server.notion.paging import LARGEST_PAGE, read_all
from server.notion.schema import parse_found

_ENDPOINTS: Final[dict[ThingKind, str]] = {
    "page": "/v1/pages/{id}",
    "data_source": "/v1/data_sources/{id}",
}
_ROW_PARENTS: Final = frozenset(("data_source_id", "database_id"))


class _TooMany(Exception):
    """The search goes on beyond the calls that it may take."""


@dataclass(slots=True)
class _Search:
    """One look through the search; rows are only kept where they are public or stand alone."""

    api: Api
    progress: Progress
    calls_left: int
    things: list[Thing] = field(default_factory=list[Thing])
    rows: list[Thing] = field(default_factory=list[Thing])

    async def run(self, kind: Literal["page", "data_source"]) -> None:
        """Everything of that kind; raises _TooMany."""
        async for found in self._found(kind):
            thing = read_as(_thing, found)
            parent = read_as(_parent_type, found)
            (self.rows if parent in _ROW_PARENTS and kind == "page" else self.things).append(thing)

    def all(self) -> tuple[Thing, ...]:
        """What was found, by id; of rows those that are public or shared without their table."""
        ids = {thing.id for thing in self.things}
        rows = [row for row in self.rows if row.public or row.parent_id not in ids]
        return tuple(sorted([*self.things, *rows], key=lambda each: each.id))

    def _found(self, kind: str) -> AsyncIterator[JSON]:
        ask = Ask(
            "POST",
            "/v1/search",
            body={"filter": {"property": "object", "value": kind}},
            reads=True,
        )

        async def read_page(cursor: str | None, size: int) -> JSON:
            if not self.calls_left:
                raise _TooMany
            self.calls_left -= 1
            known_count = len(self.things) + len(self.rows)
            await self.progress(known_count, known_count + size, "what is reached")
            return await self.api.call(ask.page(cursor, size))

        return read_all(read_page)


class NotionAccess:
    """Implements playbooks.security_ports.Access."""

    def __init__(self, notion: NotionClient) -> None:
        self._notion = notion

    def attributed(self, procedure: str, run_id: str) -> "NotionAccess":
        """The same, its calls recorded under that procedure and run."""
        return NotionAccess(self._notion.attributed(procedure, run_id))

    async def look(self, progress: Progress, *, most_calls: int) -> Seen:
        """Everything at once; TokenRefused and the like when not even the bot can be asked."""
        me = await self._notion.api.call(Ask("GET", "/v1/users/me"))
        gaps: list[str] = []
        capabilities = {name: await self._has(name) for name in get_args(Capability)}
        silent = sorted(name for name, has in capabilities.items() if has is None)
        if silent:
            gaps.append(f"Whether it has {', '.join(silent)} got no answer.")
        people = await self._people(gaps)
        search = _Search(self._notion.api, progress, most_calls)
        await _searched(search, gaps, most_calls)
        return replace(
            read_as(_bot, me),
            capabilities=capabilities,
            people=people,
            things=search.all(),
            gaps=tuple(gaps),
        )

    async def reread(self, thing: Thing) -> Thing | None:
        """The same as it is now; None when it cannot be read or is in the trash."""
        ask = Ask("GET", _ENDPOINTS[thing.kind], {"id": thing.id})
        try:
            found = await self._notion.api.call(ask, probe=True)
        except NotFoundOrNotShared:
            return None
        return None if found.get("in_trash", False) else read_as(_thing, found)

    async def _has(self, capability: Capability) -> bool | None:
        try:
            return await self._notion.has_capability(capability)
        except NotionError:
            return None

    async def _people(self, gaps: list[str]) -> tuple[Someone, ...] | None:
        """Members and bots; guests are among them only where Notion lists them."""
        ask = Ask("GET", "/v1/users")

        async def read_page(cursor: str | None, size: int) -> JSON:
            return await self._notion.api.call(ask.page(cursor, size), probe=True)

        try:
            found = [each async for each in read_all(read_page, page_size=LARGEST_PAGE)]
        except CapabilityMissing:
            return None
        except NotionError as error:
            gaps.append(f"Users: {error.problem}")
            return None
        return tuple(sorted((read_as(_someone, each) for each in found), key=lambda one: one.id))


async def _searched(search: _Search, gaps: list[str], most_calls: int) -> None:
    try:
        await search.run("data_source")
        await search.run("page")
    except _TooMany:
        gaps.append(f"The search was cut after {most_calls} calls: not everything is known.")
    except CapabilityMissing:
        gaps.append("The integration may not read content: what it reaches is not known.")
    except NotionError as error:
        gaps.append(f"Search: {error.problem}")


def _bot(me: JSON) -> Seen:
    bot: JSON = me.get("bot") or {}
    owner: JSON = bot.get("owner") or {}
    return Seen(
        bot_id=me["id"],
        bot_name=me.get("name") or "",
        owner_type=str(owner.get("type") or ""),
        workspace_id=bot.get("workspace_id") or "",
        capabilities={},
        people=None,
        things=(),
    )


def _someone(user: JSON) -> Someone:
    return Someone(user["id"], str(user.get("type") or "person"), user.get("name") or "")


def _thing(found: JSON) -> Thing:
    kind: ThingKind = "data_source" if found["object"] == "data_source" else "page"
    parent: JSON = (found.get("database_parent") if kind == "data_source" else None) or (
        found.get("parent") or {}
    )
    return Thing(
        id=found["id"],
        kind=kind,
        title=parse_found(found).title,
        parent_id=_id_in(parent),
        public=bool(found.get("public_url")),
        database_id=_id_in(found.get("parent") or {}) if kind == "data_source" else "",
    )


def _id_in(parent: JSON) -> str:
    value: Any = parent.get(cast("str", parent.get("type", "")))
    return value if isinstance(value, str) else ""


def _parent_type(found: JSON) -> str:
    parent: JSON = found.get("parent") or {}
    return str(parent.get("type", ""))

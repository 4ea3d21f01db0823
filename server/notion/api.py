"""One call of the API: from what is asked to JSON, or to an error in our own words."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast
from urllib.parse import quote

import httpx

from playbooks.errors import NoAnswer, NotionError
from server.notion.answers import JSON, body_of, date_of
from server.notion.call import Call, TimeAndChance, Timing, extensions
from server.notion.translation import error_of, in_our_words

_QUERY: Final = "/v1/data_sources/{data_source_id}/query"


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: `endpoint` is a path template, `ids` fills it.

    `reads` tells a POST that changes nothing.
    """

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    endpoint: str
    ids: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str | int | Sequence[str]] = field(default_factory=dict[str, str])
    body: JSON | None = None
    reads: bool = False

    @property
    def path(self) -> str:
        """The path with its ids; an id cannot leave its segment."""
        return self.endpoint.format(
            **{name: quote(value, safe="") for name, value in self.ids.items()}
        )

    @property
    def object_id(self) -> str | None:
        """The id that a 404 is about."""
        return next(iter(self.ids.values()), None)

    def page(self, cursor: str | None, page_size: int) -> "Ask":
        """The same list from the cursor on: in the query of a GET, in the body of a POST."""
        where: dict[str, str | int] = {"page_size": page_size}
        where |= {} if cursor is None else {"start_cursor": cursor}
        if self.body is None:
            return replace(self, query={**self.query, **where})
        return replace(self, body={**self.body, **where})

    def traits(self) -> dict[str, Any]:
        """What a record of the call tells of it."""
        is_query, body = self.endpoint == _QUERY, self.body or {}
        reads = self.method == "GET"
        return {
            "data_source_id": self.ids.get("data_source_id"),
            "object_id": (self.ids.get("page_id") or self.ids.get("block_id")) if reads else None,
            "page_size": cast("int | None", self.query.get("page_size", body.get("page_size"))),
            "filtered": "filter" in body if is_query else None,
            "narrowed": "filter_properties" in self.query if is_query else None,
        }


@dataclass(slots=True)
class Known:
    """What every copy of one Api knows: the bot behind the token, and what it made of late.

    `ahead_s` is how far Notion's clock is ahead of ours, by the last answer that told.
    """

    bot_id: str | None = None
    made_ids: deque[str] = field(default_factory=lambda: deque[str](maxlen=1000))
    ahead_s: float = 0.0


@dataclass(slots=True)
class Tally:
    """How often Notion was asked, each try counted."""

    tries_count: int = 0


@dataclass(frozen=True, slots=True)
class Api:
    """The API behind one token; `http` holds the wire and the headers."""

    http: httpx.AsyncClient
    deadline_s: float | None
    given: TimeAndChance = field(default_factory=TimeAndChance)
    known: Known = field(default_factory=Known)
    tally: Tally = field(default_factory=Tally)
    background: bool = False
    procedure: str | None = None
    run_id: str | None = None

    async def call(self, ask: Ask, *, probe: bool = False) -> JSON:
        """The answer's JSON object; raises the NotionError that fits any other answer."""
        return checked(await self.send(ask, probe=probe), ask)

    async def probe(self, ask: Ask) -> NotionError | None:
        """Ask for the sake of the refusal: None when it was granted; recorded as a probe."""
        response = await self.send(ask, probe=True)
        return None if response.is_success else error_of(response, ask.object_id)

    async def send(
        self, ask: Ask, *, probe: bool = False, timing: Timing | None = None
    ) -> httpx.Response:
        """Whatever answer came; NoAnswer when none did. What it took is added to `timing`."""
        call = Call(
            ask.endpoint,
            reads=ask.reads,
            probe=probe,
            background=self.background,
            procedure=self.procedure,
            run_id=self.run_id,
            deadline_s=self.deadline_s,
            **ask.traits(),
        )
        timing = Timing() if timing is None else timing
        tried_count = timing.attempts_count
        try:
            with in_our_words():
                response = await self.http.request(
                    ask.method,
                    ask.path,
                    params=ask.query,
                    json=ask.body,
                    extensions=extensions(call, timing),
                )
        finally:
            self.tally.tries_count += timing.attempts_count - tried_count
        sent_at = date_of(response)
        if sent_at is not None:
            self.known.ahead_s = (sent_at - self.given.clock()).total_seconds()
        return response


def checked(response: httpx.Response, ask: Ask) -> JSON:
    """The answer's JSON object; raises the NotionError that fits any other answer."""
    if not response.is_success:
        raise error_of(response, ask.object_id)
    body = body_of(response)
    if body is None:
        raise NoAnswer("its answer is not a JSON object")
    return body

"""One call of the API: from what is asked to JSON, or to an error in our own words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal
from urllib.parse import quote

import httpx

from playbooks.errors import NoAnswer, NotionError
from server.notion.answers import JSON, Said, body_of, read_as, said_by
from server.notion.call import Call, extensions
from server.notion.translation import error_of, in_our_words


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


@dataclass(frozen=True, slots=True)
class Api:
    """The API behind one token; `http` holds the wire and the headers."""

    http: httpx.AsyncClient
    deadline_s: float | None
    procedure: str | None = None
    run_id: str | None = None

    async def call(self, ask: Ask, *, probe: bool = False) -> JSON:
        """The answer's JSON object; raises the NotionError that fits any other answer."""
        return _checked(await self.send(ask, probe=probe), ask)

    async def write(self, ask: Ask, *, read_back: Callable[[str], Ask]) -> JSON:
        """Like call; but where Notion failed after it had committed, what it committed is read.

        So a write that was done is neither reported as failed nor repeated.
        """
        response = await self.send(ask)
        done = _committed(response)
        if done is None or done.committed_id is None:
            return _checked(response, ask)
        return await self.call(read_back(done.committed_id))

    async def append(self, ask: Ask) -> tuple[str, ...]:
        """Like write, for the children of a block: the ids of those that were added."""
        response = await self.send(ask)
        done = _committed(response)
        if done is None or not done.committed_child_ids:
            return read_as(_ids_of, _checked(response, ask))
        return done.committed_child_ids

    async def probe(self, ask: Ask) -> NotionError | None:
        """Ask for the sake of the refusal: None when it was granted; recorded as a probe."""
        response = await self.send(ask, probe=True)
        return None if response.is_success else error_of(response, ask.object_id)

    async def send(self, ask: Ask, *, probe: bool = False) -> httpx.Response:
        """Whatever answer came; NoAnswer when none did."""
        call = Call(
            ask.endpoint,
            reads=ask.reads,
            probe=probe,
            data_source_id=ask.ids.get("data_source_id"),
            procedure=self.procedure,
            run_id=self.run_id,
            deadline_s=self.deadline_s,
        )
        with in_our_words():
            return await self.http.request(
                ask.method, ask.path, params=ask.query, json=ask.body, extensions=extensions(call)
            )


def _checked(response: httpx.Response, ask: Ask) -> JSON:
    if not response.is_success:
        raise error_of(response, ask.object_id)
    body = body_of(response)
    if body is None:
        raise NoAnswer("its answer is not a JSON object")
    return body


def _committed(response: httpx.Response) -> Said | None:
    """What a failed answer says of a write that was committed all the same."""
    is_failure = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    return said_by(response) if is_failure else None


def _ids_of(listed: JSON) -> tuple[str, ...]:
    return tuple(each["id"] for each in listed["results"])

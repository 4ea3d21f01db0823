"""Writes that are done once: where the answer is lost, it is looked whether they were done.

A failure that names what it committed is read back. Otherwise: done is a success, not done is
written once again in what is left of the deadline, and what cannot be told is WriteUnconfirmed.
Behind a gateway that gave up, or a connection that broke, a write may still be on its way: it is
not done only when it is not there after LATEST_S, and a deadline before leaves it unconfirmed.
Each look takes its own time, up to the client's deadline for each read.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Final, TypeAlias

from playbooks.errors import NoAnswer, NotionError, WriteUnconfirmed
from server.notion.answers import JSON, Said, said_by
from server.notion.api import Api, Ask, checked
from server.notion.call import Timing
from server.notion.translation import error_of

SETTLING_S: Final = 1.0
"""A write that failed may still be on its way; looked at once, it would be missed."""

LATEST_S: Final = 63.0
"""Notion itself gives a request up after 60 s."""

_WAITS_S: Final = (SETTLING_S, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Between the looks for a write that may come late: until LATEST_S after its answer was lost."""

_ON_ITS_WAY: Final = frozenset({None, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
"""The status of answers that do not come from who performs the write; None for no answer."""

_OVERLOADED: Final = 529


@dataclass(frozen=True, slots=True)
class Done:
    """It was done; the answer that was lost, or one as good."""

    answer: JSON


@dataclass(frozen=True, slots=True)
class NotDone:
    """Nothing of it is there."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """What is known, as the end of a sentence."""

    known: str


Finding: TypeAlias = Done | NotDone | Unclear
Look: TypeAlias = Callable[[datetime], Awaitable[Finding]]
"""Whether it was done by us since that instant of our clock; it may raise a NotionError."""

Fetch: TypeAlias = Callable[[Said], Awaitable[JSON]]
"""The answer of a write, from the failure that names what it committed."""


class _InDoubt(Exception):  # no error of anybody's, it never leaves this module
    def __init__(self, lost: NotionError) -> None:
        self.lost = lost


async def once(api: Api, ask: Ask, *, fetch: Fetch, look: Look) -> JSON:
    """The answer of a write that is done once; WriteUnconfirmed where that cannot be told."""
    began, monotonic = api.given.clock(), api.given.monotonic
    ends_at_s = math.inf if api.deadline_s is None else monotonic() + api.deadline_s
    try:
        return await _attempt(api, ask, fetch)
    except _InDoubt as doubt:
        lost = doubt.lost
    finding = await _looked(api, look, began, lost, ends_at_s=ends_at_s)
    if isinstance(finding, NotDone):
        finding = await _again(api, ask, fetch, look, began, ends_at_s=ends_at_s)
    match finding:
        case Done(answer):
            return answer
        case NotDone():
            raise WriteUnconfirmed("it was not there when it was looked for", lost=lost)
        case Unclear(known):
            raise WriteUnconfirmed(known, lost=lost)


async def _again(  # noqa: PLR0913  # what `once` has, and when it began
    api: Api, ask: Ask, fetch: Fetch, look: Look, began: datetime, *, ends_at_s: float
) -> Finding:
    left_s = ends_at_s - api.given.monotonic()
    if left_s <= 0:
        return NotDone()
    in_time = replace(api, deadline_s=None if left_s == math.inf else left_s)
    try:
        return Done(await _attempt(in_time, ask, fetch))
    except _InDoubt as doubt:
        return await _looked(api, look, began, doubt.lost, ends_at_s=ends_at_s)


async def _attempt(api: Api, ask: Ask, fetch: Fetch) -> JSON:
    """Write; _InDoubt when it was sent and nobody said what became of it."""
    timing = Timing()
    try:
        response = await api.send(ask, timing=timing)
    except NoAnswer as lost:
        if timing.unanswered_since_s is None:
            raise
        raise _InDoubt(lost) from None
    status = response.status_code
    if status < HTTPStatus.INTERNAL_SERVER_ERROR or status == _OVERLOADED:
        return checked(response, ask)
    said, failed = said_by(response), error_of(response, ask.object_id)
    if said.committed_id is None and not said.committed_child_ids:
        raise _InDoubt(failed)
    try:
        return await fetch(said)
    except NotionError:
        known = "Notion said that it was done, but it could not be read back"
        raise WriteUnconfirmed(known, lost=failed) from None


async def _looked(
    api: Api, look: Look, began: datetime, lost: NotionError, *, ends_at_s: float
) -> Finding:
    """What is there, once it can be told or no time is left."""
    first_s, *later_s = _WAITS_S if lost.status in _ON_ITS_WAY else (SETTLING_S,)
    finding = await _look_in(first_s, api, look, began)
    for wait_s in later_s:
        if not isinstance(finding, NotDone):
            break
        if api.given.monotonic() + wait_s >= ends_at_s:
            return Unclear("it was not there when it was looked for, but may still come")
        finding = await _look_in(wait_s, api, look, began)
    return finding


async def _look_in(wait_s: float, api: Api, look: Look, began: datetime) -> Finding:
    await api.given.sleep(wait_s)
    try:
        return await look(began)
    except NotionError:
        return Unclear("it could not be read back")

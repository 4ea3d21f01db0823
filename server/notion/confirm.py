"""Writes that are done once: where the answer is lost, it is looked whether they were done.

A failure that names what it committed is read back. Otherwise: done is a success, not done is
written once again in what is left of the deadline, and what cannot be told is WriteUnconfirmed.
The looking takes its own time, up to the client's deadline for each read.
"""

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
"""A write whose connection broke may still be on its way; looked at once, it would be missed."""

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
    ends_at_s = None if api.deadline_s is None else monotonic() + api.deadline_s
    try:
        return await _attempt(api, ask, fetch)
    except _InDoubt as doubt:
        lost = doubt.lost
    finding = await _looked(api, look, began)
    if isinstance(finding, NotDone):
        left_s = None if ends_at_s is None else ends_at_s - monotonic()
        finding = await _again(replace(api, deadline_s=left_s), ask, fetch, look, began)
    match finding:
        case Done(answer):
            return answer
        case NotDone():
            raise WriteUnconfirmed("it was not there when it was looked for", lost=lost)
        case Unclear(known):
            raise WriteUnconfirmed(known, lost=lost)


async def _again(api: Api, ask: Ask, fetch: Fetch, look: Look, began: datetime) -> Finding:
    if api.deadline_s is not None and api.deadline_s <= 0:
        return NotDone()
    try:
        return Done(await _attempt(api, ask, fetch))
    except _InDoubt:
        return await _looked(api, look, began)


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


async def _looked(api: Api, look: Look, began: datetime) -> Finding:
    await api.given.sleep(SETTLING_S)
    try:
        return await look(began)
    except NotionError:
        return Unclear("it could not be read back")

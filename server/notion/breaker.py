"""The circuit breaker: a service that fails again and again is left alone for a while."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final, Protocol

import anyio
import httpx

from playbooks.bands import Breaking
from playbooks.clock import Clock
from playbooks.records import BreakerState
from server.notion.call import (
    DeadlinePassed,
    Layer,
    Monotonic,
    Random,
    call_of,
    reads,
    timing_of,
)
from server.notion.circuit import Circuit, Verdict

BOARD_PATIENCE_S: Final = 2.0
"""A board that takes longer is left; calls never depend on it."""

_BROKEN: Final = (
    httpx.TimeoutException,
    httpx.NetworkError,
    httpx.RemoteProtocolError,
    httpx.ProxyError,
)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Board(Protocol):
    """Where the processes of one connection tell each other what their breakers know."""

    async def load(self) -> Sequence[BreakerState]:
        """The newest state of every group that anybody published."""
        ...

    async def publish(self, state: BreakerState) -> None:
        """Replace what stands there for this group."""
        ...


class Alone:
    """The board of a process that shares its connection with nobody."""

    async def load(self) -> Sequence[BreakerState]:
        """Nobody published anything."""
        return ()

    async def publish(self, state: BreakerState) -> None:
        """Nobody reads it."""


class LeftAlone(httpx.TransportError):
    """The call was not made: its group of endpoints is open."""

    def __init__(self, group: str, *, retry_in_s: float, request: httpx.Request) -> None:
        super().__init__(f"the breaker of {group} is open", request=request)
        self.group = group
        self.retry_in_s = retry_in_s


@dataclass(slots=True)
class _Group:
    """One group of endpoints; `refused` says that the token was, which blocks nothing."""

    name: str
    circuit: Circuit
    refused: bool = False
    since: datetime = _NEVER

    def looks(self) -> str:
        """What a change of makes news."""
        return f"{self.circuit.state} {self.refused}"


class Breaker(Layer):
    """Lets calls of a group of endpoints pass unless its circuit is open, else LeftAlone.

    Reads and writes of the same endpoints are groups apart. 5xx, 529, broken connections and
    calls that the service left unanswered are failures; 401, 429, a wait in our own queue and a
    cancelled call say nothing, nor does a probe that is refused as it had to be. Nobody is let
    past an open circuit, health checks included: what is not asked is not known.
    """

    def __init__(  # noqa: PLR0913  # what makes two runs differ comes one by one, as everywhere
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        rules: Breaking,
        board: Board,
        clock: Clock,
        monotonic: Monotonic,
        random: Random,
    ) -> None:
        super().__init__(inner)
        self._rules = rules
        self._board = board
        self._clock = clock
        self._monotonic = monotonic
        self._random = random
        self._groups: dict[str, _Group] = {}
        self._untold: dict[str, BreakerState] = {}
        self._looks_at_s = self._monotonic()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the call on if its group is not left alone."""
        await self._look()
        group = self._group(group_of(request))
        admitted = self._admit(group, request)
        try:
            await self._tell()  # in here: who is cancelled meanwhile may be the one on trial
            response = await self._inner.handle_async_request(request)
        except httpx.TransportError as broken:
            self._settle(group, admitted, _verdict_of_failure(broken), _word_of(broken))
            await self._tell()
            raise
        except BaseException:
            # Most likely cancelled: nothing can be awaited now, so the next call tells it.
            verdict: Verdict = "failed" if self._is_left_unanswered(request) else "unknown"
            self._settle(group, admitted, verdict, "no answer in time")
            raise
        self._note_token(group, response)
        verdict = _verdict_of_answer(request, response)
        self._settle(group, admitted, verdict, str(response.status_code))
        await self._tell()
        return response

    def _group(self, name: str) -> _Group:
        return self._groups.setdefault(name, _Group(name, Circuit(self._rules)))

    def _admit(self, group: _Group, request: httpx.Request) -> int:
        now_s, before = self._monotonic(), group.looks()
        admitted = group.circuit.admit(now_s)
        self._note_change(group, before, "its time is up")
        if admitted is None:
            # Half open and a trial on its way: the next call may be let pass in a moment.
            wait_s = max(1.0, group.circuit.open_for_s(now_s))
            raise LeftAlone(group.name, retry_in_s=wait_s, request=request)
        return admitted

    def _settle(self, group: _Group, admitted: int, verdict: Verdict, why: str) -> None:
        before = group.looks()
        group.circuit.settle(admitted, verdict, self._monotonic(), chance=self._random())
        self._note_change(group, before, why)

    def _note_token(self, group: _Group, response: httpx.Response) -> None:
        before, status = group.looks(), response.status_code
        if status == HTTPStatus.UNAUTHORIZED:
            group.refused = True
        elif response.is_success:
            group.refused = False
        self._note_change(group, before, str(status))

    def _note_change(self, group: _Group, before: str, why: str) -> None:
        if group.looks() == before:
            return
        group.since, state = self._clock(), group.circuit.state
        open_for_s = group.circuit.open_for_s(self._monotonic())
        self._untold[group.name] = BreakerState(
            group=group.name,
            state="refused" if state == "closed" and group.refused else state,
            since=group.since,
            until=group.since + timedelta(seconds=open_for_s) if state == "open" else None,
            reason=why,
        )

    def _is_left_unanswered(self, request: httpx.Request) -> bool:
        """Whether the call's time was up while the service had it, and had had it for long."""
        timing, now_s = timing_of(request), self._monotonic()
        since_s = timing.unanswered_since_s
        is_late = now_s >= timing.ends_at_s
        return is_late and since_s is not None and now_s - since_s >= self._rules.unanswered_after_s

    async def _tell(self) -> None:
        while self._untold:
            _, state = self._untold.popitem()
            # Whatever is wrong with the board: the call matters more, and the next change is told.
            with anyio.move_on_after(BOARD_PATIENCE_S), suppress(Exception):
                await self._board.publish(state)

    async def _look(self) -> None:
        now_s = self._monotonic()
        if now_s < self._looks_at_s:
            return
        self._looks_at_s = now_s + self._rules.look_every_s
        with anyio.move_on_after(BOARD_PATIENCE_S), suppress(Exception):
            for state in await self._board.load():
                self._take_over(state)

    def _take_over(self, theirs: BreakerState) -> None:
        """The newest change of a group holds in every process."""
        group = self._group(theirs.group)
        if theirs.since <= group.since:
            return
        group.since, group.refused = theirs.since, theirs.state == "refused"
        left = timedelta() if theirs.until is None else theirs.until - self._clock()
        group.circuit.take_over(
            "closed" if theirs.state == "refused" else theirs.state,
            self._monotonic(),
            open_for_s=max(0.0, left.total_seconds()),
        )


def group_of(request: httpx.Request) -> str:
    """The endpoints that fail together: `pages writes`, for instance."""
    first = call_of(request).endpoint.removeprefix("/v1/").partition("/")[0]
    return f"{first} {'reads' if reads(request) else 'writes'}"


def _verdict_of_answer(request: httpx.Request, response: httpx.Response) -> Verdict:
    match response.status_code:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.TOO_MANY_REQUESTS:
            return "unknown"
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return "failed"
        case status if status >= HTTPStatus.BAD_REQUEST and call_of(request).probe:
            return "unknown"
        case _:
            return "worked"


def _verdict_of_failure(broken: httpx.TransportError) -> Verdict:
    is_ours = isinstance(broken, DeadlinePassed) or not isinstance(broken, _BROKEN)
    return "unknown" if is_ours else "failed"


def _word_of(broken: httpx.TransportError) -> str:
    return "no answer in time" if isinstance(broken, httpx.TimeoutException) else "no connection"

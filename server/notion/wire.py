"""The wire: the layers that every call of the Notion API passes, in one order."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from typing import TypeAlias

import httpx

from playbooks.bands import Breaking, Retrying
from playbooks.rate import Window
from server.notion.breaker import Board, Breaker
from server.notion.call import TimeAndChance
from server.notion.deadline import Deadline
from server.notion.network import Reader
from server.notion.pacer import Pacer
from server.notion.recorder import Record, Recorder
from server.notion.retry import Retry
from server.notion.slot import Slot

LayerOver: TypeAlias = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]


PLAYBOOK = Retrying()
"""The playbook's own rules (P14)."""

PLAYBOOK_BREAKING = Breaking()
"""Its own rules of the breaker."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A connection: where the API is and how many calls it allows in a window.

    `window_calls_count` None means unpaced. Notion allows 180 calls in 60 s. `slots_count` calls
    of one process may be in flight at once.
    """

    base_url: str
    window_calls_count: int | None
    window_s: float = 60.0
    retrying: Retrying = PLAYBOOK
    breaking: Breaking = PLAYBOOK_BREAKING
    slots_count: int = 8


def build_transport(  # noqa: PLR0913  # each is decided elsewhere; here they meet
    network: httpx.AsyncBaseTransport,
    *,
    profile: Profile,
    record: Record,
    given: TimeAndChance,
    window: Window,
    board: Board,
) -> httpx.AsyncBaseTransport:
    """The network below all layers; a call meets them from the top of the list down."""
    clock, monotonic, sleep, random = given.clock, given.monotonic, given.sleep, given.random
    rules, breaking = profile.retrying, profile.breaking
    layers: list[LayerOver] = [
        partial(Deadline, monotonic=monotonic),
        partial(Recorder, record=record, clock=clock, monotonic=monotonic),
        partial(
            Breaker, rules=breaking, board=board, clock=clock, monotonic=monotonic, random=random
        ),
        partial(Retry, rules=rules, monotonic=monotonic, random=random, sleep=sleep),
        partial(Slot, calls_count=profile.slots_count, monotonic=monotonic),
        partial(Pacer, window=window, monotonic=monotonic, sleep=sleep),
        partial(Reader, monotonic=monotonic),
    ]
    return reduce(lambda inner, layer: layer(inner), reversed(layers), network)

"""The wire: the layers that every call of the Notion API passes, in one order."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from typing import TypeAlias

import httpx

from playbooks.bands import Retrying
from server.notion.call import TimeAndChance
from server.notion.deadline import Deadline
from server.notion.network import Reader
from server.notion.pacer import LocalWindow, Pacer
from server.notion.recorder import Record, Recorder
from server.notion.retry import Retry

LayerOver: TypeAlias = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]


PLAYBOOK = Retrying()
"""The playbook's own rules (P14)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A connection: where the API is and how many calls it allows in a window.

    `window_calls_count` None means unpaced. Notion allows 180 calls in 60 s.
    """

    base_url: str
    window_calls_count: int | None
    window_s: float = 60.0
    retrying: Retrying = PLAYBOOK


def build_transport(
    network: httpx.AsyncBaseTransport,
    *,
    profile: Profile,
    record: Record,
    given: TimeAndChance,
) -> httpx.AsyncBaseTransport:
    """The network below all layers; a call meets them from the top of the list down."""
    monotonic, sleep = given.monotonic, given.sleep
    window = LocalWindow(profile.window_calls_count, profile.window_s, monotonic=monotonic)
    layers: list[LayerOver] = [
        partial(Deadline, monotonic=monotonic),
        partial(Recorder, record=record, clock=given.clock, monotonic=monotonic),
        # The breaker's place: what it refuses is recorded and costs no repetition.
        partial(
            Retry,
            rules=profile.retrying,
            monotonic=monotonic,
            random=given.random,
            sleep=sleep,
        ),
        # The slot's place: no slot is held while a repetition waits.
        partial(Pacer, window=window, monotonic=monotonic, sleep=sleep),
        partial(Reader, monotonic=monotonic),
    ]
    return reduce(lambda inner, layer: layer(inner), reversed(layers), network)

"""Where the time of calls goes: our own queue, waits for repetitions, network, server, us."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal

from playbooks.bands import Bands
from playbooks.causes import Cause
from playbooks.records import CallRecord

Part = Literal["queue_wait", "retry_wait", "network", "server", "client"]

DOMINANT_PERCENT: Final = 40.0
"""A part with at least this share of the time is the verdict; else it is mixed."""

_LEAST_MS: Final = 100.0
"""A part that takes less than this in a call is nothing that anybody waits for."""


@dataclass(frozen=True, slots=True)
class Split:
    """Sums over some calls; `network` is connecting and the body, `client` what is left."""

    calls_count: int
    parts_ms: dict[Part, float]
    connects_count: int

    @property
    def total_ms(self) -> float:
        """All parts together."""
        return sum(self.parts_ms.values())

    def share_percent(self, part: Part) -> float | None:
        """The part's share of the time; None when no time was spent."""
        return 100 * self.parts_ms[part] / self.total_ms if self.total_ms else None

    def per_call_ms(self, part: Part) -> float:
        """The mean of the part; 0 for no calls."""
        return self.parts_ms[part] / self.calls_count if self.calls_count else 0.0

    @property
    def verdict(self) -> Part | Literal["mixed", "nothing measured"]:
        """The part with the largest share, if that is dominant."""
        if not self.total_ms:
            return "nothing measured"
        largest = max(self.parts_ms, key=lambda part: self.parts_ms[part])
        share = self.share_percent(largest) or 0.0
        return largest if share >= DOMINANT_PERCENT else "mixed"


def split_of(calls: Iterable[CallRecord]) -> Split:
    """The split of those calls; readings of the mirror are none."""
    parts: dict[Part, float] = dict.fromkeys(_PARTS, 0.0)
    calls_count = connects_count = 0
    for call in calls:
        calls_count += 1
        connects_count += call.connect_ms > 0
        for part, took_ms in _parts_of(call).items():
            parts[part] += took_ms
    return Split(calls_count, parts, connects_count)


_PARTS: Final[tuple[Part, ...]] = ("queue_wait", "retry_wait", "network", "server", "client")


def _parts_of(call: CallRecord) -> dict[Part, float]:
    known_ms = call.queue_wait_ms + call.retry_wait_ms + call.network_ms
    return {
        "queue_wait": call.queue_wait_ms,
        "retry_wait": call.retry_wait_ms,
        "network": max(0.0, call.network_ms - call.server_ms),
        "server": call.server_ms,
        "client": max(0.0, call.total_ms - known_ms),
    }


def split_causes(calls: Sequence[CallRecord], bands: Bands) -> tuple[Cause, ...]:
    """What makes calls slow besides Notion itself, where calls are slow and there are enough."""
    split = split_of(calls)
    if len(calls) < bands.least_calls_count or _is_fast(calls, bands):
        return ()
    told = (
        f"{split.share_percent('queue_wait') or 0:.0f} % own queue,"
        f" {split.share_percent('retry_wait') or 0:.0f} % waits for repetitions,"
        f" {split.share_percent('network') or 0:.0f} % network,"
        f" {split.share_percent('server') or 0:.0f} % server,"
        f" {split.share_percent('client') or 0:.0f} % this machine, of {len(calls)} calls"
    )
    match split.verdict:
        case "network" if split.per_call_ms("network") >= _LEAST_MS:
            return (_network(split, told),)
        case "client" if split.per_call_ms("client") >= _LEAST_MS:
            return (_client(split, told),)
        case "queue_wait" if split.per_call_ms("queue_wait") >= _LEAST_MS:
            return (_queue(split, told),)
        case _:
            return ()


def _is_fast(calls: Sequence[CallRecord], bands: Bands) -> bool:
    return median(call.total_ms for call in calls) < bands.database_response_ms.good_below


def _network(split: Split, told: str) -> Cause:
    connected = f"a new connection was made for {split.connects_count} of {split.calls_count} calls"
    return Cause(
        "network",
        (told, connected),
        "Look at this machine's network and proxy; where most calls connect anew, something on"
        " the way closes connections that should stay open.",
        saved_s=split.parts_ms["network"] / 1000,
        confidence="likely",
    )


def _client(split: Split, told: str) -> Cause:
    return Cause(
        "client_time",
        (told,),
        "This machine is the slow part: look at its load, and run fewer assistants at once.",
        saved_s=split.parts_ms["client"] / 1000,
        confidence="likely",
    )


def _queue(split: Split, told: str) -> Cause:
    return Cause(
        "own_rate_limit",
        (told,),
        "Our own calls use up the minute's budget and wait for it: do first what saves the most"
        " requests below, and move long readings to other hours.",
        about="queue",
        saved_s=split.parts_ms["queue_wait"] / 1000,
    )

"""The layers and their order."""

import httpx

from playbooks.records import CallRecord
from server.notion.breaker import Alone, Breaker
from server.notion.call import Layer
from server.notion.client import open_client
from server.notion.deadline import Deadline
from server.notion.network import Network, Reader
from server.notion.pacer import LocalWindow, Pacer
from server.notion.recorder import Recorder
from server.notion.retry import Retry
from server.notion.slot import Slot
from server.notion.wire import Profile, build_transport
from tests.server.notion.fakes import ME, Connection, FakeTime, Script, ok

NOTION = Profile("https://notion.test", 180)


def ignore(_: CallRecord) -> None:
    pass


def test_a_call_meets_the_layers_in_the_order_of_the_design() -> None:
    network = Script(ok())

    layer: httpx.AsyncBaseTransport = build_transport(
        network,
        profile=NOTION,
        record=ignore,
        given=FakeTime().given(),
        window=LocalWindow(None, 60, monotonic=FakeTime().monotonic),
        board=Alone(),
    )

    met: list[type] = []
    while isinstance(layer, Layer):
        met.append(type(layer))
        layer = layer._inner
    assert met == [Deadline, Recorder, Breaker, Retry, Slot, Pacer, Reader]
    assert layer is network


async def test_opening_a_client_touches_no_network() -> None:
    client = open_client("", profile=NOTION, record=ignore, default_deadline_s=10)

    layer = client._api.http._transport
    while isinstance(layer, Layer):
        layer = layer._inner
    assert isinstance(layer, Network)
    assert layer._client is None
    await client.aclose()


async def test_closing_the_client_closes_the_network_below_every_layer() -> None:
    class Closing(Script):
        is_closed = False

        async def aclose(self) -> None:
            self.is_closed = True

    network = Closing(ok(ME))

    async with Connection(network).client as notion:
        await notion.who_am_i()
        assert not network.is_closed

    assert network.is_closed

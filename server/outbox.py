"""Looks from time to time whether plans wait to be gone on with."""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import anyio

from playbooks.errors import PlaybookError
from playbooks.lazy import LazyModule
from tools.boundary import OpenDesk

# Most servers never have anything that waits: the procedure comes when one does.
if TYPE_CHECKING:
    from playbooks import outbox
    from playbooks.ports import Store
else:
    outbox = LazyModule("playbooks.outbox")

LOOK_EVERY_S: Final = 60.0


_log = logging.getLogger(__name__)


async def go_on_forever(
    store: "Store", open_desk: OpenDesk, *, sleep: Callable[[float], Awaitable[None]] = anyio.sleep
) -> None:
    """What goes wrong is told by the plans and by health_check; a mistake of ours is logged.

    The desk, and with it the workspace, is opened only when something waits.
    """
    while True:
        await sleep(LOOK_EVERY_S)
        try:
            if await store.unfinished(None):
                await outbox.go_on(await open_desk())
        except PlaybookError:
            continue
        except Exception:  # noqa: BLE001 - whatever it is, it must not end the server
            _log.exception("The outbox failed; the server goes on.")

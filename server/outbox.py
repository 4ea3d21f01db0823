"""Looks from time to time whether plans wait to be gone on with."""

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


async def go_on_forever(store: "Store", open_desk: OpenDesk) -> None:
    """Never raises: what goes wrong is told by the plans and by health_check.

    The desk, and with it the workspace, is opened only when something waits.
    """
    while True:
        await anyio.sleep(LOOK_EVERY_S)
        try:
            if await store.unfinished(None):
                await outbox.go_on(await open_desk())
        except PlaybookError:
            continue

"""Approved access and verdicts on tokens, as the security scan asks the store for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from playbooks.lazy import LazyModule
from playbooks.security_ports import Life
from playbooks.snapshot import Json
from server.store.sql import SqlStore

# SQLAlchemy is heavy, and needed at the first use at the earliest.
if TYPE_CHECKING:
    from server.store import security_state
else:
    security_state = LazyModule("server.store.security_state")


class KeptSecurity:
    """Implements playbooks.security_ports.SecurityBook; methods may raise StoreUnusable."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def baseline(self, workspace_id: str) -> Json:
        """The approved one, None for none."""
        return await self._store.perform(
            lambda engine: security_state.baseline(engine, workspace_id)
        )

    async def set_baseline(self, workspace_id: str, baseline: Json) -> None:
        """Put it in the place of the one before; None removes it."""
        await self._store.perform(
            lambda engine: security_state.set_baseline(engine, workspace_id, baseline)
        )

    async def verdicts(self) -> Mapping[str, tuple[Life, datetime]]:
        """What was found of tokens, by fingerprint, and when."""
        return await self._store.perform(security_state.verdicts)

    async def note_verdict(self, fingerprint: str, life: Life, at: datetime) -> None:
        """Remember it."""
        await self._store.perform(
            lambda engine: security_state.note_verdict(engine, fingerprint, life, at)
        )

"""Whether a Notion token that a scan met still works: one question to Notion's own API alone.

The token goes to `https://api.notion.com` and nowhere else: no redirect, no proxy of the
environment, certificates checked. What is not a plain yes or no is unknown, never dead.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from playbooks.clock import Clock
from playbooks.errors import StoreUnusable
from playbooks.security_ports import Life, SecurityBook

if TYPE_CHECKING:
    import httpx

ADDRESS: Final = "https://api.notion.com/v1/users/me"
CALLS_LIMIT: Final = 10
"""In one run; the rest is not asked."""

_TIMEOUT_S: Final = 10.0
_VALID: Final = timedelta(hours=24)
"""So long a live token is taken to live on; a dead one stays dead."""

_VERSION: Final = "2026-03-11"


class NotionLiveness:
    """Implements playbooks.security_ports.Liveness.

    `value_of` gives a token that this process has met by its fingerprint; nothing is kept here.
    Unless it `asks`, only what was found earlier is told.
    """

    def __init__(
        self,
        value_of: Callable[[str], bytes | None],
        book: SecurityBook,
        clock: Clock,
        transport: "httpx.AsyncBaseTransport | None" = None,
        *,
        asks: bool = True,
    ) -> None:
        self.value_of = value_of
        self.asks = asks
        self._book = book
        self._clock = clock
        self._transport = transport

    async def of(self, fingerprints: Sequence[str]) -> Mapping[str, Life]:
        """The verdicts; each distinct token is asked about once, ten of them at most."""
        known = await self._known()
        lives: dict[str, Life] = {}
        calls_left = CALLS_LIMIT
        for mark in dict.fromkeys(fingerprints):
            value = self.value_of(mark) if self.asks else None
            if mark in known:
                lives[mark] = known[mark]
            elif value is not None and calls_left:
                calls_left -= 1
                lives[mark] = await self._asked(value)
                await self._note(mark, lives[mark])
            elif value is not None:
                lives[mark] = "unknown"
        return lives

    async def _known(self) -> dict[str, Life]:
        now = self._clock()
        try:
            kept = await self._book.verdicts()
        except StoreUnusable:
            return {}
        return {mark: life for mark, (life, at) in kept.items() if self._holds(life, at, now)}

    def _holds(self, life: Life, at: datetime, now: datetime) -> bool:
        """Whom nobody may ask again counts as living on."""
        return life == "dead" or (life == "live" and (not self.asks or now - at < _VALID))

    async def _note(self, mark: str, life: Life) -> None:
        if life == "unknown":
            return
        try:
            await self._book.note_verdict(mark, life, self._clock())
        except StoreUnusable:
            return

    async def _asked(self, value: bytes) -> Life:
        import httpx  # noqa: PLC0415 - heavy, and seldom wanted

        headers = {
            b"Authorization": b"Bearer " + value,
            b"Notion-Version": _VERSION.encode(),
            b"User-Agent": b"notion-playbooks",
        }
        client = httpx.AsyncClient(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            timeout=_TIMEOUT_S,
        )
        try:
            async with client:
                return _life(await client.get(ADDRESS, headers=headers))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return "unknown"


def _life(response: "httpx.Response") -> Life:
    """200, or a refusal in Notion's own words, is live; a firewall's page says nothing."""
    match response.status_code:
        case HTTPStatus.OK:
            return "live"
        case HTTPStatus.FORBIDDEN if _is_notions(response):
            return "live"
        case HTTPStatus.UNAUTHORIZED if _is_notions(response):
            return "dead"
        case _:
            return "unknown"


def _is_notions(response: "httpx.Response") -> bool:
    from server.notion.answers import body_of  # noqa: PLC0415 - it imports httpx, see above

    return (body_of(response) or {}).get("object") == "error"

"""The link to one workspace: the client with its shared budget and breakers, and its mirror."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playbooks.clock import Clock
from playbooks.errors import StoreUnusable
from playbooks.optimise import TTL_SETTING
from playbooks.rate import Window
from playbooks.records import BreakerState
from server.notion.access import NotionAccess
from server.notion.call import TimeAndChance
from server.notion.client import NotionClient, open_client
from server.notion.editor import NotionEditor
from server.notion.exporter import NotionExporter
from server.notion.mirror import Freshness, NotionMirror, open_mirror
from server.notion.own_rows import NotionRows
from server.notion.pacer import LocalWindow
from server.notion.recorder import Record
from server.notion.wire import Profile
from server.settings import Settings, database_settings
from server.store.kept import KeptRows
from server.store.line import Share
from server.store.sql import SqlStore
from server.store.window import SharedWindow

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Link:
    """The ways to a workspace: asking Notion, reading the copy, writing, and reading it whole."""

    notion: NotionClient
    mirror: NotionMirror
    own_rows: NotionRows
    editor: NotionEditor
    exporter: NotionExporter
    access: NotionAccess


def open_link(  # noqa: PLR0913 - the composition root decides each of them
    token: str,
    profile: Profile,
    *,
    settings: Settings,
    store: SqlStore,
    record: Record,
    key: str,
    network: "httpx.AsyncBaseTransport | None" = None,
    given: TimeAndChance | None = None,
) -> Link:
    """A link that has not called anybody yet; closing its client closes it.

    All processes that share the store and `key` share one budget, their breakers and the mirror.
    """
    clock, given = (None if given is None else given.clock), given or TimeAndChance()
    notion = open_client(
        token,
        profile=profile,
        record=record,
        default_deadline_s=settings.bands.health_deadline_s,
        network=network,
        given=given,
        window=_window(profile, store, key, given, clock=clock),
        board=_Board(store, key),
    )
    kept = KeptRows(store, connection=key)
    mirror = open_mirror(
        notion,
        kept,
        clock=given.clock,
        record=record,
        freshness=_Freshness(settings, store, kept, key).of,
        sleep=given.sleep,
        monotonic=given.monotonic,
    )
    return Link(
        notion,
        mirror,
        NotionRows(notion),
        NotionEditor(notion),
        NotionExporter(notion),
        NotionAccess(notion),
    )


def _window(
    profile: Profile, store: SqlStore, key: str, given: TimeAndChance, *, clock: Clock | None
) -> Window:
    """The budget in the store, where there is one; an unpaced connection needs none.

    `clock` None: the one that all who share the store see.
    """
    local = LocalWindow(profile.window_calls_count, profile.window_s, monotonic=given.monotonic)
    if profile.window_calls_count is None:
        return local
    clock_s = None if clock is None else lambda: clock().timestamp()
    share = Share(key, profile.window_calls_count, profile.window_s, clock_s)
    return SharedWindow(store, share, local=local, monotonic=given.monotonic)


class _Board:
    """Where the processes of a connection tell each other of their breakers: the store."""

    def __init__(self, store: SqlStore, key: str) -> None:
        self._store = store
        self._key = key

    async def load(self) -> Sequence[BreakerState]:
        return await self._store.breakers(self._key)

    async def publish(self, state: BreakerState) -> None:
        await self._store.publish_breaker(state, connection=self._key)


class _Freshness:
    """How old a copy may become: as tuned by a plan, else as configured for its database.

    None may be older than what plans last changed.
    """

    def __init__(self, settings: Settings, store: SqlStore, kept: KeptRows, key: str) -> None:
        self._mirror = settings.mirror
        self._by_id = {
            section.id: section.ttl_s
            for section in database_settings(settings).values()
            if section.id is not None and section.ttl_s is not None
        }
        self._store = store
        self._kept = kept
        self._key = key

    async def of(self, data_source_id: str) -> Freshness:
        """What holds for the data source now; a store that cannot be read tunes nothing."""
        try:
            tuned = (await self._store.tuned()).get(f"{TTL_SETTING}{data_source_id}")
            configured = await self._configured(data_source_id) if tuned is None else None
            changed_at = await self._store.last_applied_at(self._key)
        except StoreUnusable:
            tuned = configured = changed_at = None
        ttl_s = next(each for each in (tuned, configured, self._mirror.ttl_s) if each is not None)
        return Freshness(ttl_s, self._mirror.sweep_after_s, changed_at)

    async def _configured(self, data_source_id: str) -> float | None:
        """Of the data source, or of the database that holds it: either id may be configured."""
        if not self._by_id or data_source_id in self._by_id:
            return self._by_id.get(data_source_id)
        known = await self._kept.source(data_source_id)
        holder: str = known.schema["parent"].get("database_id", "") if known else ""
        return self._by_id.get(holder)

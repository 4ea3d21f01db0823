"""The statements of pages that are ours in Notion: which they are, and who writes them."""

from datetime import datetime

from sqlalchemy import Engine, select

from playbooks.records import Claimed
from server.store import claims
from server.store.opening import writing
from server.store.schema import own_pages


def claim(engine: Engine, data_source_id: str, title: str, *, now: datetime) -> Claimed | None:
    """Take the right to write the page; None while another's has not run out."""
    key = _key(data_source_id, title)
    with writing(engine) as opened:
        claims.add_once(opened, own_pages, key)
        if not claims.take(opened, own_pages, key, now=now):
            return None
        known = select(own_pages.c.page_id).where(claims.is_row(own_pages, key))
        return Claimed(opened.execute(known).scalar_one())


def settle(engine: Engine, data_source_id: str, title: str, page_id: str | None) -> None:
    """Give the right back, and remember the page where there is one."""
    changes = {} if page_id is None else {"page_id": page_id}
    with writing(engine) as opened:
        claims.settle(opened, own_pages, _key(data_source_id, title), changes)


def _key(data_source_id: str, title: str) -> dict[str, object]:
    return {"data_source_id": data_source_id, "title": title}

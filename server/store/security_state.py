"""The statements of approved access and of what was found of tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, select

from playbooks.security_ports import Life
from server.store.opening import upsert, writing
from server.store.schema import baselines, token_verdicts


def baseline(engine: Engine, workspace_id: str) -> Any:
    """The approved one; None for none."""
    query = select(baselines.c.body).where(baselines.c.workspace_id == workspace_id)
    with engine.connect() as connection:
        return connection.execute(query).scalar_one_or_none()


def set_baseline(engine: Engine, workspace_id: str, body: Any) -> None:
    """Put it in the place of the one before; None removes it."""
    with writing(engine) as connection:
        if body is None:
            connection.execute(delete(baselines).where(baselines.c.workspace_id == workspace_id))
        else:
            upsert(connection, baselines, {"workspace_id": workspace_id}, {"body": body})


def verdicts(engine: Engine) -> dict[str, tuple[Life, datetime]]:
    """By fingerprint, and when each was found."""
    with engine.connect() as connection:
        rows = connection.execute(select(token_verdicts))
        return {row.fingerprint: (row.life, row.at) for row in rows}


def note_verdict(engine: Engine, fingerprint: str, life: Life, at: datetime) -> None:
    """Keep it, in the place of an older one."""
    with writing(engine) as connection:
        key = {"fingerprint": fingerprint}
        upsert(connection, token_verdicts, key, {"life": life, "at": at})

"""The statements of plans."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, insert, select, update

from playbooks.plan import Plan, PlanState
from server.store.opening import writing
from server.store.schema import plans


def keep(engine: Engine, plan: Plan) -> None:
    """Keep a new plan under its id."""
    with writing(engine) as connection:
        connection.execute(insert(plans).values(_columns(plan)))


def plan(engine: Engine, plan_id: str) -> Plan | None:
    """The kept plan as it stands, or None."""
    with engine.connect() as connection:
        body = connection.execute(select(plans.c.body).where(plans.c.id == plan_id)).scalar()
    return None if body is None else Plan.model_validate(body)


def latest(engine: Engine, limit: int) -> tuple[Plan, ...]:
    """The newest plans, newest first."""
    newest = select(plans.c.body).order_by(plans.c.created_at.desc(), plans.c.id.desc())
    with engine.connect() as connection:
        bodies = connection.execute(newest.limit(limit)).scalars().all()
    return tuple(Plan.model_validate(body) for body in bodies)


def move(
    engine: Engine,
    plan_id: str,
    *,
    from_states: Sequence[PlanState],
    changes: Mapping[str, object],
    as_seen: Plan | None = None,
) -> bool:
    """Change fields of the plan, `state` among them; of several who try at once one gets True.

    False, too, when the plan is no longer `as_seen`.
    """
    there = plans.c.id == plan_id
    with writing(engine) as connection:
        # The update decides and locks the row; what follows is in the same transaction.
        moving = (
            update(plans)
            .where(there, plans.c.state.in_(from_states))
            .values(state=changes["state"])
        )
        if connection.execute(moving).rowcount == 0:
            return False
        body: dict[str, Any] = connection.execute(select(plans.c.body).where(there)).scalar_one()
        if as_seen is not None and Plan.model_validate(body) != as_seen:
            connection.rollback()
            return False
        moved = Plan.model_validate({**body, **changes})
        connection.execute(update(plans).where(there).values(_columns(moved)))
    return True


def _columns(plan: Plan) -> dict[str, Any]:
    listed = plan.model_dump(include={"id", "kind", "connection", "state", "created_at"})
    return {**listed, "body": plan.model_dump(mode="json")}

"""`plans`, `approve PLAN` and `audit`: the door for changes, as a person at a terminal sees it."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

import anyio

from playbooks import plan_view
from playbooks.approval import approve
from playbooks.errors import PlanUnusable
from playbooks.plan import Plan, Step
from playbooks.planning import find_plan, has_expired, shown_plan, unfit
from server.app import open_house, utc_now
from server.cli.exits import FAILED
from server.cli.frame import framed
from server.settings import Configuration
from server.store.sql import SqlStore

TERMINAL: Final = Path("/dev/tty")
"""The controlling terminal, whatever our input and output are connected to."""


def run_plans(options: argparse.Namespace) -> int:
    """List plans, show or approve one, or verify the journal."""
    return framed(options, lambda configuration: _act(configuration, options))


def _act(configuration: Configuration, options: argparse.Namespace) -> int:
    match options.command:
        case "plans":
            return _look(configuration, options)
        case "approve":
            return _approve(configuration, options.plan)
        case _:
            return _audit(configuration)


def _look(configuration: Configuration, options: argparse.Namespace) -> int:
    if options.plan is None:
        return _list(configuration, options.limit, as_json=options.json)
    return _show(configuration, options.plan, as_json=options.json)


def _list(configuration: Configuration, limit: int, *, as_json: bool) -> int:
    plans = anyio.run(_newest, configuration, limit)
    listed = [_row(plan) for plan in plans]
    if as_json:
        sys.stdout.write(json.dumps(listed) + "\n")
        return 0
    for row in listed:
        changes = f"{row['changes_count']} changes"
        sys.stdout.write(f"{row['id']}  {row['kind']:<10} {row['state']:<12} {changes}\n")
    if not listed:
        sys.stdout.write("No plan was made yet; an assistant makes one with plan_change.\n")
    return 0


def _show(configuration: Configuration, plan_id: str, *, as_json: bool) -> int:
    plan, steps = anyio.run(_whole, configuration, plan_id)
    if as_json:
        sys.stdout.write(json.dumps(plan_view.as_json(plan, steps)) + "\n")
    else:
        sys.stdout.write(plan_view.as_text(plan, steps, _state(plan)) + "\n")
    return 0


async def _whole(configuration: Configuration, plan_id: str) -> tuple[Plan, tuple[Step, ...]]:
    store = SqlStore(configuration.store_url, clock=utc_now)
    try:
        plan = await store.plan(plan_id)
        if plan is None:
            known = f"There is no plan {plan_id[:64]!r}."
            raise PlanUnusable(known, remedy="`notion-playbooks plans` lists those there are.")
        return plan, (*plan.outcome.get("steps", ()), *await store.steps(plan_id))
    finally:
        await store.aclose()


async def _newest(configuration: Configuration, limit: int) -> tuple[Plan, ...]:
    store = SqlStore(configuration.store_url, clock=utc_now)
    try:
        return await store.plans(limit=limit)
    finally:
        await store.aclose()


def _row(plan: Plan) -> dict[str, Any]:
    kept = plan.model_dump(
        mode="json", include={"id", "kind", "created_at", "expires_at", "digest", "approved_by"}
    )
    return {**kept, "state": _state(plan), "changes_count": len(plan.changes)}


def _state(plan: Plan) -> str:
    return "expired" if has_expired(plan, utc_now()) else plan.state


def _approve(configuration: Configuration, plan_id: str) -> int:
    """Only what a person types on a terminal counts: a pipe has no terminal, and is refused."""
    if not _has_terminal():
        raise PlanUnusable(
            "Nothing was approved: there is no terminal.",
            remedy="Run this command in a terminal of your own; a pipe cannot approve.",
        )
    plan = anyio.run(_waiting, configuration, plan_id)
    if not _confirmed(plan):
        sys.stderr.write("Nothing was approved.\n")
        return FAILED
    anyio.run(_approved, configuration, plan)
    sys.stdout.write(
        "Approved. It is applied when the assistant calls apply_plan, or by\n"
        f"  notion-playbooks call apply_plan --plan-id {plan.id}\n"
    )
    return 0


def _has_terminal() -> bool:
    try:
        TERMINAL.open().close()
    except OSError:
        return False
    return sys.stdin.isatty()


def _confirmed(plan: Plan) -> bool:
    word = f"yes {plan.short_digest}"
    with TERMINAL.open("w", encoding="utf-8", errors="replace") as screen:
        screen.write(f"{shown_plan(plan)}\n\nType `{word}` to approve exactly this: ")
    with TERMINAL.open(encoding="utf-8", errors="replace") as keyboard:
        return keyboard.readline().strip() == word


async def _waiting(configuration: Configuration, plan_id: str) -> Plan:
    async with open_house(configuration) as house:
        plan = await find_plan(await house.desk(), plan_id)
    if plan.state != "planned":
        raise unfit(plan)
    return plan


async def _approved(configuration: Configuration, plan: Plan) -> None:
    async with open_house(configuration) as house:
        await approve(
            await house.desk(),
            plan.id,
            digest=plan.digest,
            by="terminal",
            actor="a person at a terminal",
        )


def _audit(configuration: Configuration) -> int:
    broken = anyio.run(_first_broken, configuration)
    if broken is not None:
        sys.stdout.write(f"The journal is not whole: entry {broken} is missing or was changed.\n")
        return FAILED
    sys.stdout.write("The journal is whole.\n")
    return 0


async def _first_broken(configuration: Configuration) -> int | None:
    store = SqlStore(configuration.store_url, clock=utc_now)
    try:
        return await store.verify_journal()
    finally:
        await store.aclose()

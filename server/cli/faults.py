"""`workspace faults`: how the embedded workspace fails, while other processes serve or use it."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, Final

from server.app import utc_now
from server.cli.output import telling
from server.embedded import open_embedded
from server.settings import Configuration
from server.workspace.conditions import unusual
from server.workspace.core import Workspace
from server.workspace.faults import RuleState
from server.workspace.plan import (
    Plan,
    PlanInvalid,
    load_plan,
    read_rule,
    written_rule,
    written_state,
)

RULE_OPTIONS: Final = (
    "fault",
    "route",
    "rate",
    "count",
    "after",
    "retry_after_s",
    "reason",
    "status",
    "late_s",
    "latency_ms",
    "p95_ms",
    "duration_s",
)
LIMIT_OPTIONS: Final = ("token_budget", "workspace_budget", "window_s")


def run_faults(configuration: Configuration, options: argparse.Namespace) -> int:
    """Plan or show the faults of this user's embedded workspace. Raises PlaybookError."""
    with telling() as tell:
        opened = open_embedded(configuration.workspace_file, clock=utc_now, tell=tell.making)
    with closing(opened) as workspace:
        _change(workspace, options)
        plan, states = workspace.plan(), workspace.faults.states()
    if options.json:
        sys.stdout.write(json.dumps(written_state(plan, states)) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _shown(plan, states))
    return 0


def _change(workspace: Workspace, options: argparse.Namespace) -> None:
    match options.act:
        case "set":
            workspace.set_plan(load_plan(options.plan))
        case "add":
            workspace.faults.set(read_rule(_given(options, RULE_OPTIONS)))
        case "limit":
            workspace.set_conditions(**_limits(options))
        case "clear":
            workspace.set_plan(Plan())
        case _:
            pass


def _given(options: argparse.Namespace, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(options, name)) is not None}


def _limits(options: argparse.Namespace) -> dict[str, Any]:
    given = {name: getattr(options, name) for name in LIMIT_OPTIONS if hasattr(options, name)}
    if not given:
        raise PlanInvalid(["limit needs --per-token, --per-workspace or --window"])
    return given


def _shown(plan: Plan, states: Sequence[RuleState]) -> Iterator[str]:
    set_apart = unusual(plan.conditions)
    told = ", ".join(f"{name} {json.dumps(value)}" for name, value in set_apart.items())
    yield f"Conditions: {told or 'as Notion has them, without rate limits'}."
    if not states:
        yield "Faults: none."
        return
    yield f"Faults, the first that fits and is due acts (seed {plan.seed}):"
    for number, state in enumerate(states, start=1):
        yield f"{number}. {_rule_line(state)}"


def _rule_line(state: RuleState) -> str:
    known = written_rule(state.rule)
    route, fault = known.pop("route"), known.pop("fault")
    told = ", ".join(f"{name} {value}" for name, value in known.items() if value is not None)
    left = "until cleared" if state.left_count is None else f"{state.left_count} left"
    acted = f"acted on {state.acted_count} of {state.seen_count} requests, {left}"
    return f"{route}: {fault}{f' ({told})' if told else ''}; {acted}"

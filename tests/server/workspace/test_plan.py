"""Fault plans as documents: what they say, and all that is wrong with one, told at once."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from server.cli.parser import FAULTS
from server.workspace.conditions import Conditions
from server.workspace.core import Workspace
from server.workspace.effects import BY_NAME, Delayed, RateLimited
from server.workspace.faults import FaultRule
from server.workspace.plan import (
    Plan,
    PlanInvalid,
    load_plan,
    read_plan,
    ready_made,
    written_plan,
    written_state,
)

DOCUMENT: dict[str, Any] = {
    "seed": 7,
    "conditions": {"token_budget": 180, "revoked": ["Robot"], "clock_skew_s": -90},
    "rules": [
        {"route": "POST /v1/pages", "fault": "rate_limited", "rate": 0.2, "count": 10,
         "retry_after_s": 2, "reason": "mcp_tool_rate_limit"},
        {"route": "*", "fault": "delayed", "after": 3, "latency_ms": 200, "p95_ms": 900},
    ],
}  # fmt: skip
PLAN = Plan(
    7,
    Conditions(token_budget=180, revoked=("Robot",), clock_skew_s=-90),
    (
        FaultRule(RateLimited(2, "mcp_tool_rate_limit"), "POST /v1/pages", count=10, rate=0.2),
        FaultRule(Delayed(200, 900), after=3),
    ),
)


def mistakes_in(document: object) -> list[str]:
    with pytest.raises(PlanInvalid) as caught:
        read_plan(document)
    return list(caught.value.mistakes)


def test_a_document_is_a_plan_and_written_as_one() -> None:
    assert read_plan(DOCUMENT) == PLAN
    assert read_plan(json.loads(json.dumps(written_plan(PLAN)))) == PLAN


def test_what_a_plan_does_not_name_is_as_notion_has_it() -> None:
    assert read_plan({}) == Plan(0, Conditions(), ())


@pytest.mark.parametrize("fault", BY_NAME)
def test_every_fault_can_be_planned(fault: str) -> None:
    options = {"latency_ms": 5} if fault == "delayed" else {}

    (rule,) = read_plan({"rules": [{"fault": fault, **options}]}).rules

    assert type(rule.effect) is BY_NAME[fault]


def test_all_mistakes_are_told_at_once_with_their_place() -> None:
    told = mistakes_in(
        {
            "sead": 1,
            "conditions": {"token_budget": "180", "window_s": 0},
            "rules": [
                {"route": "v1/pages", "fault": "rate_limited", "rate": 2, "retry_after": 1},
                {"fault": "earthquake"},
                {},
                "storm",
            ],
        }
    )

    assert [sentence.partition(": ")[0] for sentence in told] == [
        "sead", "conditions.window_s", "conditions.token_budget", "rules[0].route", "rules[0].rate",
        "rules[0].retry_after", "rules[1].fault", "rules[2].fault", "rules[3]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        pytest.param([], "the plan: should be an object", id="no-object"),
        pytest.param({"seed": "x"}, "seed: should be a whole number", id="seed"),
        pytest.param({"seed": 10**30}, "seed: should be a whole number", id="huge-seed"),
        pytest.param({"rules": {}}, "rules: should be an array", id="no-array"),
        pytest.param(
            {"sead": 1},
            "sead: there is no such key (did you mean seed?); valid: seed, conditions, rules",
            id="unknown-key",
        ),
        pytest.param(
            {"rules": [{"fault": "conflict", "route": "get x"}]},
            "rules[0].route: should be '*', or like 'POST /v1/pages*' without a query, not 'get x'",
            id="route",
        ),
        pytest.param(
            {"rules": [{"fault": "delayed", "latency_ms": 9, "p95_ms": 3}]},
            "rules[0]: p95_ms must be no less than latency_ms, and both more than 0",
            id="percentile",
        ),
        pytest.param(
            {"rules": [{"fault": "failed", "status": 418}]},
            "rules[0].status: should be 500, 502, 503 or 504",
            id="status",
        ),
        pytest.param(
            {"rules": [{"fault": "conflict", "count": True}]},
            "rules[0].count: should be a valid integer",
            id="no-coercion",
        ),
        pytest.param(
            {"rules": [{"fault": "conflict", "count": 2**70}]},
            "rules[0].count: should be less than or equal to 1000000000",
            id="huge-count",
        ),
        pytest.param(
            {"rules": [{"fault": "conflict", "after": 2**63}]},
            "rules[0].after: should be less than or equal to 1000000000",
            id="huge-after",
        ),
        pytest.param(
            {"conditions": {"query_results_limit": 2**70}},
            "conditions.query_results_limit: should be less than or equal to 1000000000",
            id="huge-limit",
        ),
    ],
)
def test_a_mistake_says_what_would_be_right(document: object, sentence: str) -> None:
    assert mistakes_in(document) == [sentence]


@pytest.mark.parametrize(
    ("route", "is_one"),
    [
        pytest.param("*", True, id="everything"),
        pytest.param("POST *", True, id="a-method"),
        pytest.param("* /v1/data_sources/*/query", True, id="a-path"),
        pytest.param("GET /v1/comments?block_id=*", False, id="a-query"),
        pytest.param("GET /pages/*", False, id="no-path-of-the-api"),
        pytest.param("FETCH /v1/pages", False, id="no-method"),
        pytest.param("GET /v1/[a-f]*", False, id="a-class-of-letters"),
    ],
)
def test_a_route_that_no_request_can_fit_is_refused(route: str, *, is_one: bool) -> None:
    document = {"rules": [{"fault": "conflict", "route": route}]}

    assert (read_plan(document).rules[0].route == route) if is_one else mistakes_in(document)


def test_a_plan_takes_the_place_of_all_that_was_in_force(workspace: Workspace) -> None:
    workspace.set_conditions(search_delay_s=3)
    workspace.faults.set(FaultRule(RateLimited()))

    workspace.set_plan(PLAN)

    assert workspace.plan() == PLAN


def test_a_plan_in_force_tells_how_far_its_rules_are(workspace: Workspace) -> None:
    workspace.set_plan(Plan(rules=(FaultRule(RateLimited(), "GET *", count=3),)))
    workspace.faults.take("GET", "/v1/users")

    state = written_state(workspace.plan(), workspace.faults.states())

    assert state["progress"] == [{"seen": 1, "acted": 1, "left": 2}]
    assert state["plan"]["rules"][0]["count"] == 3


@pytest.mark.parametrize("name", ready_made())
def test_a_ready_made_plan_is_one(name: str) -> None:
    assert load_plan(name).rules


def test_a_plan_is_read_from_json_or_toml(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "plan.toml").write_text('seed = 3\n[[rules]]\nfault = "conflict"\n')

    assert load_plan(str(tmp_path / "plan.json")) == PLAN
    assert load_plan(str(tmp_path / "plan.toml")).seed == 3


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        pytest.param("plan.json", b"{", "it is no JSON", id="json"),
        pytest.param("plan.json", b"\xff", "it is no JSON", id="not-utf-8"),
        pytest.param("plan.json", b"[" * 100_000, "it is no JSON", id="too-deep"),
        pytest.param("plan.toml", b"= 3", "it is no TOML", id="toml"),
        pytest.param("none.json", None, "there are: flaky, outage, slow, storm", id="missing"),
    ],
)
def test_a_file_that_is_no_plan_is_told(
    tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(PlanInvalid, match=told):
        load_plan(str(tmp_path / name))


def test_the_help_of_the_command_names_every_fault() -> None:
    assert [name for name in BY_NAME if name not in FAULTS] == []


def test_the_documented_plan_is_one_and_every_fault_and_condition_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "embedded-workspace.md").read_text("utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)

    assert len(read_plan(json.loads(example)).rules) == 3
    names = [*BY_NAME, *(field.name for field in fields(Conditions))]
    assert [name for name in names if f"`{name}`" not in page] == []

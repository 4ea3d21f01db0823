"""`workspace faults` while another process serves the workspace: what is planned acts there."""

import json
from collections.abc import Generator

import httpx
import pytest

from tests.journeys.house import Here, Home, Served

VERSION = "2026-03-11"


@pytest.fixture
def owner(served: Served) -> Generator[Home]:
    """Whose workspace it is that is served; at the end nothing is planned any more."""
    served.restore()
    yield Home(served.file.parents[2])
    served.restore()


@pytest.fixture
def client(served: Served) -> Generator[httpx.Client]:
    headers = {"Authorization": f"Bearer {served.own_token}", "Notion-Version": VERSION}
    with httpx.Client(base_url=served.address, headers=headers) as opened:
        yield opened


def faults(here: Here, owner: Home, *arguments: str) -> str:
    ended = here.run(owner, "workspace", "faults", *arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_a_rule_that_is_added_acts_on_the_served_workspace_until_it_is_cleared(
    owner: Home, here: Here, client: httpx.Client
) -> None:
    added = faults(
        here, owner, "add", "--route", "GET /v1/users/*", "--fault", "rate_limited", "--count", "3",
        "--retry-after", "2",
    )  # fmt: skip
    limited = client.get("/v1/users/me")
    state = json.loads(faults(here, owner, "--json"))
    cleared = faults(here, owner, "clear")

    assert "GET /v1/users/*: rate_limited" in added
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "2")
    assert state["progress"] == [{"seen": 1, "acted": 1, "left": 2}]
    assert "Faults: none." in cleared
    assert client.get("/v1/users/me").status_code == 200


def test_limits_hold_for_the_served_workspace(
    owner: Home, here: Here, client: httpx.Client
) -> None:
    shown = faults(here, owner, "limit", "--per-token", "1", "--window", "3600")
    statuses = {client.get("/v1/users/me").status_code for _ in range(3)}
    off = faults(here, owner, "limit", "--per-token", "off")

    assert "token_budget 1, " in shown or "token_budget 1." in shown
    assert 429 in statuses
    assert "token_budget" not in off


def test_a_plan_is_set_from_a_file_or_by_its_name(owner: Home, here: Here) -> None:
    plan = {"seed": 3, "conditions": {"block_limit": 9}, "rules": [{"fault": "conflict"}]}
    (owner.working / "plan.json").write_text(json.dumps(plan))

    from_file = faults(here, owner, "set", "plan.json")
    named = faults(here, owner, "--json", "set", "outage")

    assert "block_limit 9" in from_file
    assert "*: conflict; acted on 0 of 0 requests, until cleared" in from_file
    assert json.loads(named)["plan"]["conditions"] == {}
    assert [rule["fault"] for rule in json.loads(named)["plan"]["rules"]] == ["failed"] * 3

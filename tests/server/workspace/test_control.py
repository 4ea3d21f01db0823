"""The fault plan over HTTP: only from this machine, with a token, and never failing itself."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from server.workspace.core import Workspace
from server.workspace.effects import RateLimited
from server.workspace.faults import FaultRule
from tests.notion_types import checked_app

PATH = "/_workspace/faults"
PLAN: dict[str, Any] = {"seed": 4, "rules": [{"route": "GET *", "fault": "conflict"}]}


@pytest.fixture
async def control(
    workspace: Workspace, token: str, bot_id: str
) -> AsyncGenerator[httpx.AsyncClient]:
    del bot_id
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(checked_app(workspace)),
        base_url="http://localhost:8787",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client


async def test_a_plan_is_set_shown_and_cleared(
    control: httpx.AsyncClient, workspace: Workspace
) -> None:
    put = await control.put(PATH, json=PLAN)
    shown = await control.get(PATH)
    cleared = await control.delete(PATH)

    assert (put.status_code, shown.json()["plan"]["seed"]) == (200, 4)
    assert put.json()["plan"] == shown.json()["plan"]
    assert shown.json()["progress"] == [{"seen": 0, "acted": 0, "left": None}]
    assert cleared.json()["plan"] == {"seed": 0, "conditions": {}, "rules": []}
    assert workspace.faults.states() == ()


async def test_faults_and_limits_do_not_act_on_it(
    control: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(RateLimited()))
    workspace.set_conditions(token_budget=1, revoked=("Robot",))

    answers = [await control.get(PATH) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_a_plan_with_mistakes_changes_nothing_and_names_them_all(
    control: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.faults.set(FaultRule(RateLimited()))

    answer = await control.put(PATH, json={"seed": "x", "rules": [{"fault": "y"}]})

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert "seed: should be a whole number" in answer.json()["message"]
    assert "rules[0].fault: there is no 'y'" in answer.json()["message"]
    assert len(workspace.faults.states()) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Authorization": "Bearer ntn_wrong"}, 401, id="unknown-token"),
        pytest.param({"Authorization": ""}, 401, id="no-token"),
        pytest.param({"Host": "evil.example"}, 403, id="another-name-for-this-machine"),
        pytest.param({"Host": ""}, 403, id="no-name"),
        pytest.param({"Host": "["}, 403, id="what-is-no-name"),
        pytest.param({"Origin": "http://evil.example"}, 403, id="a-page-from-elsewhere"),
        pytest.param({"Origin": "http://localhost:3000"}, 403, id="a-page-of-another-server"),
        pytest.param({"Origin": "null"}, 403, id="a-page-of-nowhere"),
        pytest.param({"Origin": "http://localhost:8787"}, 200, id="its-own-page"),
        pytest.param({"Host": "127.0.0.1:1"}, 200, id="by-address"),
        pytest.param({"Host": "[::1]:8787"}, 200, id="by-newer-address"),
    ],
)
async def test_only_this_machine_with_a_token_may_plan(
    control: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await control.get(PATH, headers=headers)).status_code == status


async def test_another_machine_may_not(workspace: Workspace, token: str, bot_id: str) -> None:
    del bot_id
    far = httpx.ASGITransport(checked_app(workspace), client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=far, base_url="http://localhost") as client:
        answer = await client.get(PATH, headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["code"]) == (403, "restricted_resource")


async def test_it_has_no_other_methods(control: httpx.AsyncClient) -> None:
    assert (await control.post(PATH, json=PLAN)).json()["code"] == "invalid_request_url"

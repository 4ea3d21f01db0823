"""The conditions: a revoked token, a full workspace, a clock that is wrong."""

from typing import Any

import httpx
import pytest

from server.workspace.conditions import Conditions
from server.workspace.core import Workspace
from server.workspace.plan import PlanInvalid


@pytest.mark.parametrize("named", ["by-name", "by-id"])
async def test_a_revoked_token_is_refused_until_it_is_restored(
    api: httpx.AsyncClient, workspace: Workspace, bot_id: str, named: str
) -> None:
    workspace.set_conditions(revoked=("Robot" if named == "by-name" else bot_id,))
    refused = await api.get("/v1/users/me")
    workspace.set_conditions(revoked=())
    restored = await api.get("/v1/users/me")

    assert (refused.status_code, refused.json()["message"]) == (401, "API token is invalid.")
    assert restored.status_code == 200


async def test_a_full_workspace_takes_no_new_blocks_and_lets_the_rest_be_edited(
    api: httpx.AsyncClient, workspace: Workspace, root: str
) -> None:
    workspace.set_conditions(block_limit=2)
    two: dict[str, Any] = {"children": [{"divider": {}}, {"divider": {}}]}

    reaching = await api.patch(f"/v1/blocks/{root}/children", json=two)
    beyond = await api.patch(f"/v1/blocks/{root}/children", json=two)
    removed = await api.delete(f"/v1/blocks/{reaching.json()['results'][0]['id']}")
    still = await api.post("/v1/pages", json={"parent": {"page_id": root}, "properties": {}})

    assert (reaching.status_code, removed.status_code) == (200, 200)
    for refused in (beyond, still):
        assert (refused.status_code, refused.json()["code"]) == (403, "restricted_resource")
        assert refused.json()["additional_data"] == {"block_limit": 2}
    listed = (await api.get(f"/v1/blocks/{root}/children")).json()["results"]
    assert len(listed) == 1


@pytest.mark.parametrize(
    ("skew_s", "shown"),
    [
        pytest.param(3600, "2026-05-13T10:30:00.000Z", id="ahead"),
        pytest.param(-60, "2026-05-13T09:29:00.000Z", id="behind"),
    ],
)
async def test_a_clock_that_jumps_dates_what_is_made(
    api: httpx.AsyncClient, workspace: Workspace, root: str, skew_s: float, shown: str
) -> None:
    workspace.set_conditions(clock_skew_s=skew_s)

    made = await api.post("/v1/pages", json={"parent": {"page_id": root}, "properties": {}})

    assert made.json()["created_time"] == shown


async def test_a_clock_that_jumps_moves_the_windows(
    api: httpx.AsyncClient, workspace: Workspace
) -> None:
    workspace.set_conditions(token_budget=1)
    await api.get("/v1/users/me")
    spent = (await api.get("/v1/users/me")).status_code

    workspace.set_conditions(clock_skew_s=60)

    assert (spent, (await api.get("/v1/users/me")).status_code) == (429, 200)


def test_conditions_are_kept_and_those_not_named_stay(workspace: Workspace, bot_id: str) -> None:
    changes: dict[str, Any] = {"window_s": 5, "revoked": (bot_id,), "search_delay_s": 0.5}
    workspace.set_conditions(**changes)
    workspace.set_conditions(window_s=60)

    assert workspace.conditions() == Conditions(revoked=(bot_id,), search_delay_s=0.5)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"search_delay_s": "x"}, id="another-type"),
        pytest.param({"window_s": 0}, id="out-of-range"),
        pytest.param({"serch_delay_s": 1}, id="unknown"),
    ],
)
def test_mistaken_conditions_are_refused_and_change_nothing(
    workspace: Workspace, changes: dict[str, Any]
) -> None:
    workspace.set_conditions(window_s=5)

    with pytest.raises(PlanInvalid, match=next(iter(changes))):
        workspace.set_conditions(**changes)

    assert workspace.conditions() == Conditions(window_s=5)

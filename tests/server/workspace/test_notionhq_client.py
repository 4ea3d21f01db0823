"""@notionhq/client, unchanged, over loopback: each family of endpoints in both newer versions."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.workspace.core import Workspace
from server.workspace.effects import Overloaded, RateLimited
from server.workspace.faults import FaultRule
from tests.server.workspace.conftest import Served, Watch

CHECKOUT = Path(__file__).parents[3]
NODE = Path(sys.executable).with_name("node")
SCRIPT = Path(__file__).with_name("notionhq_client.mjs")
NEWEST = "2026-03-11"
VERSIONS = ("2025-09-03", NEWEST)

pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(
        not (NODE.exists() and (CHECKOUT / "node_modules/@notionhq/client").exists()),
        reason="Node or the npm package @notionhq/client is not installed here",
    ),
]

SEEN: dict[str, dict[str, Any]] = {
    "users": {
        "me": "Robot",
        "again": True,
        "all": [["Ada", "person"], ["Robot", "bot"]],
        "full": True,
    },
    "search": {
        "type": "page_or_data_source",
        "pages": ["Alpha row"],
        "tables": ["Alpha table"],
    },
    "databases": {
        "full": True,
        "titles": ["Before", "After"],
        "about": "About",
        "icon": "🔥",
        "inline": True,
        "tables": ["Before"],
        "trashed": True,
    },
    "dataSources": {
        "full": True,
        "title": "Renamed",
        "properties": ["Effort", "Name", "State"],
        "rows": ["row 3", "row 2"],
        "shown": ["Name"],
        "trashed": True,
    },
    "pages": {
        "full": True,
        "names": ["before", "after"],
        "icon": "✅",
        "shown": ["Name"],
        "items": [["a", "b"], ["c"]],
        "done": True,
        "trash": [True, False],
        "hidden": 0,
    },
    "moving": {"same": True, "parent": "data_source_id", "rows": ["Wanderer"]},
    "blocks": {
        "full": True,
        "types": ["paragraph", "divider", "toggle", "to_do"],
        "inside": ["inside"],
        "ticked": [["three", True], ["three", True]],
        "left": ["divider", "toggle", "to_do"],
    },
    "comments": {
        "full": True,
        "together": True,
        "listed": ["first", "reply"],
        "changed": ["better", "better"],
        "left": [True],
    },
    "paging": {
        "more": True,
        "collected": ["five", "four", "one", "three", "two"],
        "same": True,
        "templates": [],
    },
    "errors": {
        "known": True,
        "unauthorized": ["unauthorized", 401],
        "malformed": ["validation_error", 400],
        "missing": ["object_not_found", 404],
        "nowhere": ["invalid_request_url", 400],
        "invalid": ["validation_error", 400],
        "traversal": ["notionhq_client_invalid_path_parameter", None],
    },
}
ARCHIVED: dict[str, dict[str, Any]] = {
    "databases": {"archived": True},
    "pages": {"archived": [True, False]},
    "blocks": {"deleted": [True, True]},
}
"""What only answers before 2026-03-11 say besides."""

NOT_ARCHIVED: dict[str, dict[str, Any]] = {
    "databases": {"archived": False},
    "pages": {"archived": [None, None]},
    "blocks": {"deleted": [True, None]},
}


def travel(served: Served, journey: str, version: str = NEWEST) -> dict[str, Any]:
    """What the client saw."""
    given = (served.address, served.token, version, journey, served.root)
    ended = subprocess.run(
        [NODE, SCRIPT, *given], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    seen: dict[str, Any] = json.loads(ended.stdout)
    return seen


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("journey", SEEN)
def test_a_journey_sees_what_it_would_see_in_notion(
    served: Served, journey: str, version: str
) -> None:
    of_version = NOT_ARCHIVED if version == NEWEST else ARCHIVED

    assert travel(served, journey, version) == SEEN[journey] | of_version.get(journey, {})


def test_rows_beyond_the_limit_of_a_query_are_found_in_windows(
    served: Served,
    workspace: Workspace,
    watch: Watch,
    make_table: Callable[..., str],
    add_row: Callable[..., str],
) -> None:
    table = make_table({})
    for number in range(7):
        add_row(table, str(number))
        watch.now += timedelta(minutes=1)
    workspace.set_conditions(query_results_limit=3)

    assert travel(served, "windows") == {"part": 3, "whole": [str(number) for number in range(7)]}


def test_it_waits_and_repeats_when_it_is_told_to(served: Served, workspace: Workspace) -> None:
    limited, overloaded = RateLimited(retry_after_s=0), Overloaded(retry_after_s=0)
    workspace.faults.set(FaultRule(limited, "GET /v1/users/me", count=1))
    workspace.faults.set(FaultRule(overloaded, "PATCH /v1/pages/*", count=2))
    workspace.faults.set(FaultRule(overloaded, "POST /v1/search", count=3))

    seen = travel(served, "retries")

    assert seen == {"read": "Robot", "written": "written", "refused": ["service_overload", 529]}
    assert [state.left_count for state in workspace.faults.states()] == [0, 0, 0]

"""`plans`, `approve` and `audit`, with a terminal of their own or without."""

import fcntl
import json
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from sqlalchemy import Engine, update

from playbooks.apply_plan import apply_plan
from playbooks.approval import approve
from playbooks.plan import Plan
from server.app import House
from server.cli.main import main
from server.store.schema import journal
from server.store.sql import SqlStore
from tests.playbooks.planned import TARGET, Office

CHECKOUT = Path(__file__).parents[3]
SERVER = (sys.executable, "-m", "server")
TIMEOUT_S = 20


@pytest.fixture
async def plan(house: House, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    office = Office.opened(await house.desk())
    return await office.plan()


@dataclass(frozen=True, slots=True)
class Here:
    """Commands in this process, for what asks no terminal: starting Python takes longer."""

    capsys: pytest.CaptureFixture[str]

    async def run(self, *arguments: str) -> tuple[int, str]:
        """Its exit status, and what it printed."""
        status = await to_thread.run_sync(main, arguments)
        return status, self.capsys.readouterr().out


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(capsys)


def run(*arguments: str, **given: Any) -> subprocess.CompletedProcess[str]:
    """The command without a controlling terminal."""
    return subprocess.run(
        [*SERVER, *arguments],
        **given,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        start_new_session=True,
    )


def run_on_terminal(arguments: Sequence[str], typed: str) -> tuple[int, str]:
    """The command with a controlling terminal of its own, on which something is typed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*SERVER, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
    ) as process:
        os.close(theirs)
        os.write(ours, f"{typed}\n".encode())
        shown = read_all(ours)
        status = process.wait(TIMEOUT_S)
    os.close(ours)
    return status, shown


def read_all(terminal: int) -> str:
    """Until the other side closes, which Linux tells as an error."""
    parts = list[bytes]()
    try:
        while part := os.read(terminal, 4096):
            parts.append(part)
    except OSError:
        pass
    return b"".join(parts).decode()


async def kept(house: House, plan: Plan) -> Plan:
    found = await (await house.desk()).store.plan(plan.id)
    assert found is not None
    return found


async def test_a_person_who_types_yes_and_the_digest_approves(house: House, plan: Plan) -> None:
    status, shown = run_on_terminal(["approve", plan.id], f"yes {plan.short_digest}")

    assert status == 0, shown
    assert "mirror.ttl_s.d: (unset) -> 3600" in shown
    assert "Approved." in shown
    approved = await kept(house, plan)
    assert (approved.state, approved.approved_by) == ("approved", "terminal")


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("yes 00000000", id="another digest"),
        pytest.param("yes", id="no digest", marks=pytest.mark.long),
        pytest.param("y", id="less than yes", marks=pytest.mark.long),
        pytest.param("", id="nothing", marks=pytest.mark.long),
    ],
)
async def test_anything_else_that_is_typed_approves_nothing(
    house: House, plan: Plan, typed: str
) -> None:
    status, shown = run_on_terminal(["approve", plan.id], typed)

    assert status == 1
    assert "Nothing was approved." in shown
    assert (await kept(house, plan)).state == "planned"


async def test_a_pipe_cannot_approve(house: House, plan: Plan) -> None:
    ended = run("approve", plan.id, input=f"yes {plan.short_digest}\n")

    assert ended.returncode == 64
    assert "a pipe cannot approve" in ended.stderr
    assert (await kept(house, plan)).state == "planned"


async def test_a_shell_applies_nothing_that_nobody_approved(house: House, plan: Plan) -> None:
    ended = run("call", "apply_plan", "--plan-id", plan.id, input=f"yes {plan.short_digest}\n")

    assert ended.returncode != 0
    assert f"notion-playbooks approve {plan.id}" in ended.stderr
    assert (await kept(house, plan)).state == "planned"


async def test_a_terminal_as_input_alone_is_no_controlling_terminal(
    house: House, plan: Plan
) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"yes {plan.short_digest}\n".encode())

    ended = run("approve", plan.id, stdin=theirs)
    os.close(ours)
    os.close(theirs)

    assert ended.returncode == 64
    assert (await kept(house, plan)).state == "planned"


async def test_an_unknown_plan_is_answered_with_those_that_exist(plan: Plan) -> None:
    status, shown = run_on_terminal(["approve", "plan_nowhere"], "yes")

    assert status == 64
    assert plan.id in shown


async def test_plans_are_listed_with_their_state(plan: Plan, here: Here) -> None:
    _, shown = await here.run("plans", "--json")
    (listed,) = json.loads(shown)

    assert (listed["id"], listed["state"], listed["changes_count"]) == (plan.id, "planned", 1)
    assert plan.id in (await here.run("plans"))[1]


async def test_one_plan_is_shown_whole_with_what_came_of_each_change(
    house: House, plan: Plan, here: Here
) -> None:
    desk = await house.desk()
    await approve(desk, plan.id, digest=plan.digest, by="terminal", actor="somebody")
    await desk.store.tune({TARGET: 900})
    await apply_plan(desk, plan.id)

    status, shown = await here.run("plans", plan.id)
    _, as_json = await here.run("plans", plan.id, "--json")

    assert status == 0
    assert f"{plan.id} (optimize): failed; 1 change, 0 requests of Notion" in shown
    assert f"digest {plan.digest}" in shown
    assert f"! - {TARGET}: (unset) -> 3600" in shown
    assert "[skipped]" in shown
    assert [change["step"] for change in json.loads(as_json)["changes"]] == ["skipped"]


async def test_an_unknown_plan_is_not_shown(plan: Plan, here: Here) -> None:
    del plan

    assert (await here.run("plans", "plan_nowhere"))[0] == 64


async def test_a_plan_that_was_not_decided_upon_is_listed_as_expired(
    house: House, plan: Plan, here: Here
) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    store = (await house.desk()).store
    await store.move_plan(plan.id, from_states=("planned",), to="planned", expires_at=past)

    _, shown = await here.run("plans", "--json")

    (listed,) = json.loads(shown)
    assert listed["state"] == "expired"


async def test_the_journal_is_verified(house: House, plan: Plan, here: Here) -> None:
    del plan
    store = (await house.desk()).store
    assert isinstance(store, SqlStore)
    whole = await here.run("audit")

    def falsify(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(update(journal).values(actor="somebody else"))

    await store.perform(falsify)
    broken = await here.run("audit")

    assert whole == (0, "The journal is whole.\n")
    assert broken == (1, "The journal is not whole: entry 1 is missing or was changed.\n")

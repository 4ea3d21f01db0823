"""Live or dead: only where a person switched it on, and what it changes."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from playbooks.desk import Desk
from playbooks.report import Report
from playbooks.security_ports import Wish
from playbooks.security_scan import security_scan
from server.app import open_house
from server.notion.liveness import NotionLiveness
from server.security import ByHand
from server.settings import read_configuration
from server.store.kept_security import KeptSecurity
from server.store.sql import SqlStore
from tests.sweeping import Sweep


@pytest.fixture
async def desk(sample_home: Path) -> AsyncGenerator[Desk]:
    del sample_home
    async with open_house(read_configuration(), by_hand=ByHand(verify=True)) as house:
        yield await house.desk()


@pytest.fixture
def sweep(home: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Sweep:
    return Sweep(home, capfd, caplog)


async def scanned(desk: Desk, status: int) -> Report:
    """What a scan tells when Notion answers so."""
    assert isinstance(desk.store, SqlStore)
    assert isinstance(desk.liveness, NotionLiveness)
    body = {"object": "error" if status != httpx.codes.OK else "user"}
    network = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    book = KeptSecurity(desk.store)
    asking = NotionLiveness(desk.liveness.value_of, book, desk.clock, network)
    return await security_scan(replace(desk, liveness=asking), Wish())


async def test_a_live_token_is_critical_whatever_a_comment_accepts(
    desk: Desk, sweep: Sweep, home: Path
) -> None:
    sweep.plant(home / "work" / "a.py", f"k = '{sweep.secret()}'  # gitleaks:allow\n")

    report = await scanned(desk, 200)

    sweep.require_absent(report.model_dump_json())
    assert report.status == "critical"
    assert report.measurements["secrets_live_count"] == 1
    assert report.measurements["secrets_accepted_count"] == 0
    assert "live" in report.findings[0].what


async def test_what_was_found_to_live_counts_where_nobody_asks(
    desk: Desk, sweep: Sweep, home: Path
) -> None:
    sweep.plant(home / "work" / "a.py", f"k = '{sweep.secret()}'  # gitleaks:allow\n")
    await scanned(desk, 200)

    async with open_house(read_configuration()) as house:
        report = await security_scan(await house.desk(), Wish())

    assert report.status == "critical"
    assert report.measurements["secrets_live_count"] == 1
    assert report.measurements["secrets_accepted_count"] == 0


async def test_a_dead_token_only_informs(desk: Desk, sweep: Sweep, home: Path) -> None:
    sweep.plant(home / "work" / "a.py", f"k = '{sweep.secret('notion-secret')}'\n")

    report = await scanned(desk, 401)

    assert report.status == "ok"
    assert report.measurements["secrets_dead_count"] == 1
    assert report.measurements["secrets_found_count"] == 1
    assert report.findings[0].severity == "info"


async def test_a_token_that_got_no_answer_is_as_bad_as_before(
    desk: Desk, sweep: Sweep, home: Path
) -> None:
    sweep.plant(home / "work" / "a.py", f"k = '{sweep.secret()}'\n")

    report = await scanned(desk, 429)

    assert report.status == "critical"
    assert report.measurements["secrets_live_count"] == 0
    assert "not known whether live" in report.findings[0].what


async def test_tokens_of_others_are_never_asked_about(desk: Desk, sweep: Sweep, home: Path) -> None:
    sweep.plant(home / "work" / "a.py", f"k = '{sweep.secret('github-token')}'\n")

    report = await scanned(desk, 200)

    assert report.measurements["secrets_live_count"] == 0


@pytest.mark.usefixtures("sample_home")
async def test_without_a_persons_wish_nobody_is_asked() -> None:
    async with open_house(read_configuration()) as house:
        liveness = (await house.desk()).liveness
        assert liveness is not None
        assert not liveness.asks


@pytest.mark.usefixtures("sample_home")
async def test_only_the_users_own_file_switches_it_on(home: Path) -> None:
    setting = "[security]\nverify = true\n"
    (home / "work" / "playbooks.toml").write_text(setting, "utf-8")
    refused = read_configuration()
    (home / "work" / "playbooks.toml").unlink()
    own = home / "config" / "notion-playbooks" / "playbooks.toml"
    own.parent.mkdir(parents=True)
    own.write_text(setting, "utf-8")

    async with open_house(read_configuration()) as house:
        liveness = (await house.desk()).liveness
        assert liveness is not None
        assert liveness.asks
    assert not refused.settings.security.verify
    assert "[security]: accepted in" in refused.mistakes[0]

"""The four checks of the playbook (P22), each with what it must find and what it must not tell."""

import os
import subprocess
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playbooks.create_backup import create_backup
from playbooks.errors import NoAnswer, PlaybookError
from playbooks.plan_change import plan_change
from playbooks.security_ports import PathUnusable, Seen, Thing
from playbooks.security_scan import security_scan
from tests.secured import Secured, finding, gate, ids, secured, text
from tests.sweeping import Sweep


@pytest.fixture
def sweep(
    home: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Generator[Sweep]:
    made = Sweep(home, capfd, caplog)
    yield made
    made.require_absent()


@pytest.fixture
async def office(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Secured]:
    async with secured(home, monkeypatch) as opened:
        yield opened


@pytest.fixture
def work(home: Path) -> Path:
    return home / "work"


def git_in(work: Path, *words: str) -> str:
    who = ("-c", "user.name=somebody", "-c", "user.email=s@example.org")
    command = ["git", *who, *words]
    return subprocess.run(
        command, cwd=work, capture_output=True, text=True, check=True
    ).stdout.strip()


PLACES = ("logs/server.log", "a.py", "b.js", "c.ts", ".env", ".env.local", "config.toml", "x.json")


async def test_a_clean_folder_is_secure(office: Secured, work: Path) -> None:
    (work / "a.py").write_text("print('hello')\n", "utf-8")

    report = await office.scan()

    assert report.status == "ok"
    assert report.measurements["files_scanned_count"] == 1
    assert report.measurements["secrets_found_count"] == 0
    assert gate(report, "exposed keys: files") == "ok"
    assert report.headline == "No exposed secret in 1 file."


@pytest.mark.parametrize("rule", ["notion-token", "notion-secret", "github-token", "openai-key"])
async def test_a_key_is_found_wherever_the_playbook_looks(
    office: Secured, sweep: Sweep, work: Path, rule: str
) -> None:
    for name in PLACES:
        sweep.plant(work / name, f"key: {sweep.secret(rule)}\n")

    report = await office.scan()

    sweep.require_absent(report.model_dump_json())
    assert report.status == "critical"
    assert report.measurements["secrets_found_count"] == len(PLACES)
    evidence = " ".join(line for each in report.findings for line in each.evidence)
    assert all(f"`{name}`" in evidence for name in PLACES)


async def test_one_key_in_two_places_is_one_finding(
    office: Secured, sweep: Sweep, work: Path
) -> None:
    key = sweep.secret()
    sweep.plant(work / "a.py", f"k = '{key}'")
    sweep.plant(work / "b.py", f"k = '{key}'")

    report = await office.scan()

    found = finding(report, "notion-token")
    assert found.evidence == ("file: `a.py`:1:6", "file: `b.py`:1:6")
    assert key[-4:] in found.what
    assert "refresh its secret" in found.remedy


async def test_a_removed_key_is_found_in_the_history_with_its_commit(
    office: Secured, sweep: Sweep, work: Path
) -> None:
    git_in(work, "init", "--quiet")
    sweep.plant(work / "a.py", sweep.secret())
    git_in(work, "add", "a.py")
    git_in(work, "commit", "--quiet", "--message", "first")
    commit = git_in(work, "rev-parse", "HEAD")
    (work / "a.py").write_text("", "utf-8")
    git_in(work, "commit", "--quiet", "--all", "--message", "second")

    with_history = await office.scan(history=True)
    without = await office.scan()

    assert finding(with_history, "notion-token").evidence == (
        f"history: `a.py`:1:1 in commit {commit[:12]}",
    )
    assert with_history.measurements["commits_scanned_count"] == 2
    assert gate(with_history, "exposed keys: history") == "critical"
    assert gate(without, "exposed keys: history") == "not_measured"
    assert without.measurements["secrets_found_count"] == 0


async def test_a_history_that_is_known_to_be_clean_counts_as_looked_at(
    office: Secured, work: Path
) -> None:
    git_in(work, "init", "--quiet")
    git_in(work, "commit", "--quiet", "--allow-empty", "--message", "empty")

    scans = [await office.scan(history=True) for _ in range(2)]

    assert [gate(each, "exposed keys: history") for each in scans] == ["ok", "ok"]
    assert [each.measurements["commits_scanned_count"] for each in scans] == [1, 1]


async def test_generic_assignments_inform_on_request(office: Secured, work: Path) -> None:
    (work / "a.py").write_text('db_password = "kV9x2LqPz7RtW4mB"\n', "utf-8")

    report = await office.scan(generic=True)

    assert report.status == "ok"
    assert report.measurements["generic_found_count"] == 1
    assert report.measurements["secrets_found_count"] == 0
    assert finding(report, "generic").severity == "info"


async def test_what_a_comment_accepts_is_counted_and_does_not_vote(
    office: Secured, sweep: Sweep, work: Path
) -> None:
    sweep.plant(work / "a.py", f"k = '{sweep.secret()}'  # gitleaks:allow\n")

    report = await office.scan()

    assert report.status == "ok"
    assert report.measurements["secrets_accepted_count"] == 1
    assert report.measurements["secrets_found_count"] == 0
    assert "`a.py`" in finding(report, "accepted").evidence[0]


async def test_nobody_accepts_a_key_by_what_they_write_in_notion(
    office: Secured, sweep: Sweep
) -> None:
    sweep.in_notion = True
    said = f"{sweep.secret()} # gitleaks:allow"
    cells = {"properties": {"Notes": {"rich_text": text(said)}}}
    office.perform("PATCH", f"/v1/pages/{office.row_ids[0]}", cells)

    report = await office.scan(notion=True)

    assert report.measurements["secrets_found_count"] == 1


@pytest.mark.skipif(os.name != "posix", reason="modes tell nothing elsewhere")
@pytest.mark.parametrize(
    ("mode", "status"),
    [
        pytest.param(0o600, "warning", id="of its owner alone"),
        pytest.param(0o644, "critical", id="readable by others"),
    ],
)
async def test_a_key_in_a_private_env_file_is_less_exposed(
    office: Secured, sweep: Sweep, work: Path, mode: int, status: str
) -> None:
    sweep.plant(work / ".env", f"NOTION_API_TOKEN={sweep.secret()}\n").chmod(mode)

    report = await office.scan()

    assert finding(report, "notion-token").severity == status


async def test_a_key_in_the_example_of_an_env_file_is_as_bad_as_anywhere(
    office: Secured, sweep: Sweep, work: Path
) -> None:
    sweep.plant(work / ".env.example", f"NOTION_API_TOKEN={sweep.secret()}\n").chmod(0o600)

    report = await office.scan()

    assert finding(report, "notion-token").severity == "critical"


async def test_a_shallow_clone_makes_the_history_unknown_and_not_the_files(
    office: Secured, work: Path
) -> None:
    git_in(work, "init", "--quiet")
    git_in(work, "commit", "--quiet", "--allow-empty", "--message", "first")
    (work / ".git" / "shallow").write_text(git_in(work, "rev-parse", "HEAD") + "\n", "utf-8")

    report = await office.scan(history=True)

    assert gate(report, "exposed keys: history") == "unknown"
    assert gate(report, "exposed keys: files") == "ok"


async def test_what_could_not_be_looked_at_is_unknown(office: Secured, work: Path) -> None:
    (work / ".git").write_text("gitdir: /nowhere/else\n", "utf-8")

    report = await office.scan(history=True)

    assert report.status == "unknown"
    assert not report.coverage.complete
    assert gate(report, "exposed keys: files") == "unknown"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        pytest.param("..", "outside the folders that may be scanned", id="outside"),
        pytest.param("none.txt", "There is no file or folder 'none.txt'", id="missing"),
    ],
)
async def test_a_path_that_cannot_be_scanned_is_one_clear_error(
    office: Secured, path: str, told: str
) -> None:
    with pytest.raises(PathUnusable, match=told):
        await office.scan(path=path)


async def test_notions_content_is_looked_through_wherever_text_stands(
    office: Secured, sweep: Sweep
) -> None:
    sweep.in_notion = True
    title, note, split, said = (sweep.secret() for _ in range(4))
    row = office.row_ids[0]
    office.perform(
        "PATCH",
        f"/v1/pages/{row}",
        {"properties": {"Name": {"title": text(title)}, "Notes": {"rich_text": text(note)}}},
    )
    paragraph = {"type": "paragraph", "paragraph": {"rich_text": text(split[:9], split[9:])}}
    office.perform("PATCH", f"/v1/blocks/{office.child_id}/children", {"children": [paragraph]})
    comment = {"parent": {"page_id": office.home_id}, "rich_text": text(said)}
    office.perform("POST", "/v1/comments", comment)

    report = await office.scan(notion=True)

    sweep.require_absent(report.model_dump_json())
    assert report.measurements["secrets_found_count"] == 4
    evidence = " ".join(line for each in report.findings for line in each.evidence)
    assert "`property Name`" in evidence
    assert "`property Notes`" in evidence
    assert f"of https://www.notion.so/{office.child_id.replace('-', '')}" in evidence
    assert "`comment " in evidence
    assert gate(report, "data leakage: content") == "critical"
    assert gate(report, "data leakage: page texts") == "ok"


async def test_what_stands_beside_pages_texts_is_looked_through_too(
    office: Secured, sweep: Sweep
) -> None:
    sweep.in_notion = True
    database, table, column, address, file, parameter = (sweep.secret() for _ in range(6))
    office.perform("PATCH", f"/v1/databases/{office.database_id}", {"description": text(database)})
    office.perform(
        "PATCH",
        f"/v1/data_sources/{office.table_id}",
        {
            "description": text(table),
            "properties": {"Notes": {"description": column}, "Files": {"files": {}}},
        },
    )
    link = {"content": "here", "link": {"url": f"https://a.org/{address}"}}
    external = {"name": "a.pdf", "external": {"url": f"https://a.org/{file}"}}
    signed = f"https://a.org/?X-Amz-Token={parameter}"
    cells = {
        "Notes": {"rich_text": [{"type": "text", "text": link}, *text(f" {signed}")]},
        "Files": {"files": [external]},
    }
    office.perform("PATCH", f"/v1/pages/{office.row_ids[0]}", {"properties": cells})

    report = await office.scan(notion=True)

    sweep.require_absent(report.model_dump_json())
    assert report.measurements["secrets_found_count"] == 6


async def test_a_comment_on_a_block_is_heard_though_the_page_comes_from_a_backup(
    office: Secured, sweep: Sweep
) -> None:
    sweep.in_notion = True
    office.set_back()
    paragraph = {"type": "paragraph", "paragraph": {"rich_text": text("words")}}
    added = office.perform(
        "PATCH", f"/v1/blocks/{office.child_id}/children", {"children": [paragraph]}
    )
    await create_backup(office.desk)
    said = {"parent": {"block_id": added["results"][0]["id"]}, "rich_text": text(sweep.secret())}
    office.perform("POST", "/v1/comments", said)
    unread = office.desk.bands.model_copy(update={"security_most_pages": 0})
    unheard = unread.model_copy(update={"security_most_comment_calls": 0})

    report = await security_scan(replace(office.desk, bands=unread), notion=True)
    deaf = await security_scan(replace(office.desk, bands=unheard), notion=True)

    assert report.measurements["secrets_found_count"] == 1
    assert gate(report, "data leakage: page texts") == "ok"
    assert gate(deaf, "data leakage: page texts") == "unknown"
    assert not deaf.coverage.complete


async def test_what_only_an_older_backup_holds_is_found_once(office: Secured, sweep: Sweep) -> None:
    sweep.in_notion = True
    row = office.row_ids[0]
    said = {"properties": {"Notes": {"rich_text": text(sweep.secret())}}}
    office.perform("PATCH", f"/v1/pages/{row}", said)
    await create_backup(office.desk)
    await create_backup(office.desk)
    office.perform("PATCH", f"/v1/pages/{row}", {"properties": {"Notes": {"rich_text": []}}})
    await create_backup(office.desk)

    report = await office.scan(notion=True)

    found = finding(report, "notion-token")
    assert [line.partition(":")[0] for line in found.evidence] == ["backup"]


async def test_a_backup_that_cannot_be_read_makes_our_own_files_unknown(
    office: Secured, home: Path
) -> None:
    await create_backup(office.desk)
    (manifest,) = (home / "data").rglob("manifest.json")
    manifest.write_text("{", "utf-8")

    report = await office.scan()

    assert gate(report, "exposed keys: own files") == "unknown"


async def test_page_texts_come_from_a_backup_at_no_cost(office: Secured, sweep: Sweep) -> None:
    sweep.in_notion = True
    code = {"type": "code", "code": {"rich_text": text(sweep.secret()), "language": "shell"}}
    office.perform("PATCH", f"/v1/blocks/{office.child_id}/children", {"children": [code]})
    await create_backup(office.desk)
    later = {"properties": {"title": {"title": text("Edited since")}}}
    office.perform("PATCH", f"/v1/pages/{office.apart_id}", later)
    office.perform("PATCH", f"/v1/pages/{office.home_id}", later)
    unbound = office.desk.bands.model_copy(update={"security_most_pages": 0})

    kept = await office.scan()
    live = await security_scan(replace(office.desk, bands=unbound), notion=True)

    assert finding(kept, "notion-token").evidence[0].startswith("backup: `block ")
    assert live.measurements["notion_pages_unread_count"] == 1, "what was edited since"
    assert "of a backup of" in str(live.gates)


async def test_a_title_or_name_that_is_a_key_itself_is_not_told(
    office: Secured, sweep: Sweep
) -> None:
    sweep.in_notion = True
    office.page(sweep.secret(), {"page_id": office.home_id})
    office.workspace.add_person(sweep.secret(), None)
    named: dict[str, Any] = {"properties": {sweep.secret(): {"rich_text": {}}}}
    office.perform("PATCH", f"/v1/data_sources/{office.table_id}", named)

    planned = await plan_change(office.desk, "baseline", actor="test")
    report = await office.scan(notion=True)
    await office.approve_baseline()

    sweep.require_absent(report.model_dump_json(), planned.model_dump_json())
    assert report.measurements["secrets_found_count"] == 2


async def test_a_presigned_address_is_no_finding(office: Secured, sweep: Sweep) -> None:
    key = sweep.secret("aws-key-id")
    address = f"https://files.example.org/a.png?X-Amz-Credential={key}%2F2026&X-Amz-Signature=1"
    link = {"type": "text", "text": {"content": "file", "link": {"url": address}}}
    paragraph = {"type": "paragraph", "paragraph": {"rich_text": [link]}}
    office.perform("PATCH", f"/v1/blocks/{office.child_id}/children", {"children": [paragraph]})

    report = await office.scan(notion=True)

    assert report.measurements["secrets_found_count"] == 0


async def test_content_that_nobody_asked_for_is_not_called_well(office: Secured) -> None:
    report = await office.scan()

    assert gate(report, "data leakage: content") == "not_measured"
    assert any("notion=true" in action for action in report.next_actions)


async def test_pages_beyond_the_bound_are_unknown(office: Secured) -> None:
    bounded = office.desk.bands.model_copy(update={"security_most_pages": 1})
    office.desk = replace(office.desk, bands=bounded)

    report = await office.scan(notion=True)

    assert gate(report, "data leakage: page texts") == "unknown"
    assert report.measurements["notion_pages_unread_count"] == 3
    assert not report.coverage.complete


async def test_a_silent_notion_is_unknown(office: Secured) -> None:
    class Silent:
        def attributed(self, procedure: str, run_id: str) -> "Silent":
            del procedure, run_id
            return self

        async def look(self, progress: object, *, most_calls: int) -> Seen:
            del progress, most_calls
            raise NoAnswer("the connection stood still")

        async def reread(self, thing: Thing) -> Thing | None:
            raise AssertionError(thing)

    report = await security_scan(replace(office.desk, access=Silent()))

    assert report.status == "unknown"
    assert gate(report, "access: baseline") == "unknown"


async def test_without_an_approved_access_nothing_is_called_well(office: Secured) -> None:
    report = await office.scan()

    assert gate(report, "access: baseline") == "not_measured"
    assert any("plan_change(kind='baseline')" in action for action in report.next_actions)


async def test_a_token_that_writes_for_a_server_that_reads_is_told(office: Secured) -> None:
    reading = replace(office.desk.connection, read_only=True)

    report = await security_scan(replace(office.desk, connection=reading))

    assert gate(report, "escalation: capabilities") == "warning"
    assert "update_content" in finding(report, "writes_while_read_only").what


async def test_our_own_files_are_looked_through(office: Secured, sweep: Sweep, home: Path) -> None:
    sweep.plant(home / "data" / "notion-playbooks" / "server.log", f"token {sweep.secret()}\n")

    report = await office.scan()

    assert gate(report, "exposed keys: own files") == "critical"
    assert finding(report, "notion-token").evidence[0].startswith("own file: ")


@pytest.mark.skipif(os.name != "posix", reason="modes tell nothing elsewhere")
async def test_a_store_that_others_can_read_is_told(office: Secured, home: Path) -> None:
    await office.scan()
    (home / "data" / "notion-playbooks" / "store.sqlite3").chmod(0o644)

    report = await office.scan()

    assert gate(report, "escalation: files") == "warning"
    assert "chmod 600" in finding(report, "open-permissions").remedy


async def test_a_scan_stays_with_its_run_and_tells_since_when(
    office: Secured, sweep: Sweep, work: Path
) -> None:
    sweep.plant(work / "a.py", sweep.secret())
    first = await office.scan()

    second = await office.scan()

    assert await office.desk.store.run(second.run_id) == second
    assert finding(second, "notion-token").evidence[-1].startswith("seen since ")
    assert ids(first) == ids(second)


async def test_a_configuration_with_mistakes_is_refused(office: Secured) -> None:
    mistaken = replace(office.desk.configuration, mistakes=("a: b",))

    with pytest.raises(PlaybookError, match="1 mistake"):
        await security_scan(replace(office.desk, configuration=mistaken))

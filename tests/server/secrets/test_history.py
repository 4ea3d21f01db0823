"""Histories: every place in which git keeps a secret, and to whom it is put down."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

from server.secrets.found import Found
from server.secrets.git_command import GitFailed, Repository
from server.secrets.git_seen import SeenFile
from server.secrets.scan import scan_paths
from tests.server.secrets.planting import Git, Planter, Scanner, of_rule


def in_history(scan: Scanner, git: Git) -> list[Found]:
    scanned = scan(git.worktree)
    assert scanned.complete
    return [each for each in of_rule(scanned) if each.source == "history"]


def test_a_secret_that_was_removed_is_put_down_to_the_commit_that_brought_it(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    git.commit("a.txt", "nothing")
    guilty = git.commit("src/b.py", f"\nx = '{planter.secret()}'\n")
    git.commit("src/b.py", "x = None\n")

    (found,) = in_history(scan, git)

    assert (found.place.commit, found.place.path) == (guilty, "src/b.py")
    assert (found.line, found.column) == (2, 6)
    assert found.place.first_seen.endswith("+00:00")


def test_the_earliest_of_several_commits_with_the_same_content_is_told(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    content = planter.secret()
    first = git.commit("a", content)
    git("mv", "a", "b")
    git("commit", "--quiet", "--message", "moved")

    (found,) = in_history(scan, git)

    assert (found.place.commit, found.place.path) == (first, "a")


def test_what_only_a_merge_holds_is_put_down_to_the_merge(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    git.commit("a", "a")
    git("checkout", "--quiet", "-b", "side")
    git.commit("b", "b")
    git("checkout", "--quiet", "main")
    git.commit("c", "c")
    git("merge", "--quiet", "--no-commit", "side")
    evil = git.commit("evil", planter.secret())

    (found,) = in_history(scan, git)

    assert (found.place.commit, found.place.path) == (evil, "evil")


def test_files_that_diffs_leave_out_are_looked_at(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    git.commit(".gitattributes", "*.dat -diff\n")
    commits = [
        git.commit("a.dat", planter.secret()),
        git.commit("nul", b"\0" + planter.secret().encode()),
        git.commit("wide", planter.secret().encode("utf-16")),
    ]

    found = in_history(scan, git)

    assert {(each.place.commit, each.place.path) for each in found} == set(
        zip(commits, ["a.dat", "nul", "wide"], strict=True)
    )


def test_messages_of_commits_and_tags_are_looked_at_and_not_shown(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    commit = git.commit("a", "a", f"rotate {planter.secret()}")
    git("tag", "--annotate", "v1", "--message", f"with {planter.secret()}")

    found = in_history(scan, git)

    assert {each.place.object_id for each in found} == {commit, git("rev-parse", "v1")}
    assert {each.place.commit for each in found} == {commit, ""}


def test_stashes_amended_staged_and_dangling_objects_are_looked_at(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    git.commit("a", "a")
    for number in range(2):
        (git.worktree / "a").write_text(f"{number} {planter.secret()}")
        git("stash")
    amended = git.commit("b", planter.secret())
    (git.worktree / "b").write_text("clean")
    git("commit", "--quiet", "--all", "--amend", "--message", "amended")
    (git.worktree / "staged").write_text(planter.secret())
    git("add", "staged")
    (git.worktree / "staged").unlink()
    dangling = git("hash-object", "-w", "--stdin", text=planter.secret())

    found = {each.place.path or each.place.object_id: each.place for each in in_history(scan, git)}

    assert set(found) == {"a", "b", "staged", dangling}
    assert found["b"].commit == amended
    assert (found["staged"].commit, found[dangling].commit) == ("", "")


def test_packed_and_large_objects_are_looked_at_once(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    big = b"line\n" * 1_500_000
    git.commit("big", big + planter.secret().encode() + b"\n" + big)
    for number in range(12):
        git.commit("grows", "line\n" * number + planter.secret())
    git("gc", "--quiet", "--aggressive", "--prune=now")

    found = in_history(scan, git)

    assert sorted(each.line for each in found if each.place.path == "grows") == list(range(1, 13))
    assert [each.line for each in found if each.place.path == "big"] == [1_500_001]


def test_a_packed_log_in_the_history_is_looked_into_when_archives_are_asked_for(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    commit = git.commit("x.log.gz", gzip.compress(planter.secret().encode()))
    (git.worktree / "x.log.gz").unlink()

    (found,) = of_rule(scan(git.worktree, archives=True))

    assert (found.place.commit, found.place.path) == (commit, "x.log.gz!")


def test_a_bare_repository_in_the_tree_is_a_history(
    git: Git, planter: Planter, scan: Scanner, tmp_path: Path
) -> None:
    commit = git.commit("a", planter.secret())
    bare = tmp_path / "elsewhere" / "bare.git"
    git("clone", "--quiet", "--bare", str(git.worktree), str(bare))

    (found,) = of_rule(scan(bare.parent))

    assert (found.source, found.place.commit) == ("history", commit)


def test_counts_tell_how_much_was_looked_at(git: Git, scan: Scanner) -> None:
    git.commit("a", "a")
    git.commit("b", "b")

    scanned = scan(git.worktree)

    assert (scanned.commits_count, scanned.objects_count) == (2, 4)


def test_what_was_clean_is_not_read_again_and_what_was_not_is(
    git: Git, planter: Planter, scan: Scanner, tmp_path: Path
) -> None:
    seen = SeenFile(tmp_path / "cache" / "seen.sqlite3")
    git.commit("a", "a")
    git.commit("b", planter.secret())

    first = scan(git.worktree, seen=seen)
    git.commit("c", planter.secret())
    second = scan(git.worktree, seen=seen)
    other_rules = scan(git.worktree, seen=seen, generic=True)

    assert [each.objects_count for each in (first, second, other_rules)] == [4, 3, 6]
    assert len([each for each in of_rule(second) if each.source == "history"]) == 2


def test_a_damaged_memory_makes_the_scan_read_everything_and_is_made_anew(
    git: Git, scan: Scanner, tmp_path: Path
) -> None:
    (tmp_path / "seen").write_bytes(b"no database" * 100)
    git.commit("a", "a")

    scans = [scan(git.worktree, seen=SeenFile(tmp_path / "seen")) for _ in range(3)]

    assert [each.objects_count for each in scans] == [2, 2, 0]


def test_a_damaged_repository_is_told_and_the_scan_is_incomplete(git: Git, scan: Scanner) -> None:
    git.commit("a", "a" * 5000)
    git("gc", "--quiet")
    (pack,) = (git.worktree / ".git" / "objects" / "pack").glob("*.pack")
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[:60])

    assert not scan(git.worktree).complete


def test_a_git_that_hangs_is_ended(git: Git) -> None:
    repository = Repository(git.worktree / ".git", git.worktree / ".git", timeout_s=0.2)
    never_written, end = os.pipe()

    with (
        pytest.raises(GitFailed) as failed,
        repository.running(("cat-file", "--batch"), stdin=never_written) as stream,
    ):
        stream.read()

    os.close(never_written)
    os.close(end)

    assert failed.value.reason == "timeout"


def test_the_files_that_git_keeps_beside_its_objects_are_looked_at(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    git.commit("a", "a")
    git("config", "remote.origin.url", f"https://somebody:{planter.secret()}@example.org/x.git")
    (git.worktree / ".git" / "hooks" / "pre-push").write_text(planter.secret())
    git("config", "remote.other.url", "https://somebody:S0me-made-up-pass@example.org/y.git")
    git("config", "credential.helper", "store --file=/somewhere")
    planter.planted.append("S0me-made-up-pass")

    scanned = scan(git.worktree)

    places = {(each.rule, each.place.path) for each in scanned.found}
    assert places >= {
        ("notion-token", ".git/config"),
        ("notion-token", ".git/hooks/pre-push"),
        ("git-credential-store", ".git/config"),
    }
    assert {rule for rule, _ in places} & {"git-remote-password", "database-address"}


def test_a_submodule_that_is_not_checked_out_has_its_history_too(
    git: Git, planter: Planter, scan: Scanner, tmp_path: Path
) -> None:
    module = Git(tmp_path / "module")
    commit = module.commit("a", planter.secret())
    git(
        "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(module.worktree), "m"
    )
    shutil.rmtree(git.worktree / "m")

    (found,) = of_rule(scan(git.worktree))

    assert (found.place.commit, found.place.path) == (commit, "a")


def test_the_objects_that_worktrees_share_are_read_once(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    git.commit("a", planter.secret())
    git("worktree", "add", "--quiet", "-b", "other", "linked")

    scanned = scan(git.worktree)

    assert scanned.objects_count == 2
    assert [each.source for each in of_rule(scanned)] == ["file", "file", "history"]


def test_a_scan_cancelled_in_the_history_tells_what_it_has_and_that_it_is_not_all(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    git.commit("a", planter.secret())
    done: list[str] = []

    def progress(count: int, total: int | None, what: str) -> None:
        del count, total
        done.append(what)

    scanned = scan_paths([git.worktree], scan.options, progress, lambda: "files" in done)

    assert [each.source for each in of_rule(scanned)] == ["file"]
    assert scanned.objects_count == 0
    assert not scanned.complete

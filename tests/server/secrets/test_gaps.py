"""What a history lacks, or does not let us see whole: told, and never called clean."""

import gzip
import random
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from server.secrets.found import Scanned
from server.secrets.git_seen import SeenFile
from tests.server.secrets.planting import Git, Planter, Scanner, of_rule, reasons


def object_path(git: Git, object_id: str) -> Path:
    path = git.worktree / ".git" / "objects" / object_id[:2] / object_id[2:]
    path.chmod(0o600)
    return path


def commits_of(scanned: Scanned) -> set[str]:
    return {each.place.commit for each in of_rule(scanned) if each.source == "history"}


def test_an_object_of_garbage_is_told_and_the_rest_is_looked_at(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    guilty = git.commit("a", planter.secret())
    git.commit("b", "b")
    broken = git("rev-parse", "HEAD:b")
    object_path(git, broken).write_bytes(b"garbage")

    scanned = scan(git.worktree)

    assert commits_of(scanned) == {guilty}
    (skipped,) = scanned.skipped
    assert (skipped.reason, skipped.examples) == ("damaged", (broken,))
    assert not scanned.complete


def test_an_object_cut_off_does_not_hide_those_that_are_read_with_it(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    commits = {git.commit(f"a{number}", planter.secret()) for number in range(9)}
    git.commit("b", random.Random(1).randbytes(90_000))
    path = object_path(git, git("rev-parse", "HEAD:b"))
    path.write_bytes(path.read_bytes()[:2000])

    scanned = scan(git.worktree)

    assert commits_of(scanned) == commits
    assert reasons(scanned) == {"damaged": 1}
    assert scanned.objects_count == 19


def test_what_a_commit_holds_and_git_lacks_is_counted(git: Git, scan: Scanner) -> None:
    git.commit("a", "a")
    git.commit("b", "b")
    for name in ("HEAD:a", "HEAD:b"):
        object_path(git, git("rev-parse", name)).unlink()

    scanned = scan(git.worktree)

    assert reasons(scanned) == {"missing from git": 2}
    assert not scanned.complete


@pytest.mark.parametrize(("options", "told"), [
    pytest.param(["--depth=1"], {"shallow clone": 1}, id="shallow"),
    pytest.param(
        ["--filter=blob:none", "--no-checkout"],
        {"partial clone": 1, "missing from git": 2},
        id="partial",
    ),
])  # fmt: skip
def test_a_clone_that_is_not_whole_is_told(
    git: Git, scan: Scanner, tmp_path: Path, options: list[str], told: dict[str, int]
) -> None:
    git("config", "uploadpack.allowFilter", "true")
    git.commit("a", "a")
    git.commit("b", "b")
    clone = tmp_path / "clone"
    git("clone", "--quiet", *options, f"file://{git.worktree}", str(clone))

    scanned = scan(clone)

    assert reasons(scanned) == told
    assert not scanned.complete


def zipped(content: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a", content)
    return file.getvalue()


@pytest.mark.parametrize(("content", "reason"), [
    pytest.param(gzip.compress(b"x" * 999)[:-9], "damaged", id="damaged"),
    pytest.param(gzip.compress(bytes(17 << 20)), "too large", id="cut"),
    pytest.param(zipped(random.Random(1).randbytes(5 << 20)), "too large", id="huge"),
    pytest.param(b"7z\xbc\xaf\x27\x1c" + bytes(99), "not opened", id="of-another-kind"),
])  # fmt: skip
def test_a_second_scan_tells_what_the_first_could_not_see_whole(
    git: Git, scan: Scanner, tmp_path: Path, content: bytes, reason: str
) -> None:
    seen = SeenFile(tmp_path / "seen")
    git.commit("packed", content)
    (git.worktree / "packed").unlink()

    scans = [scan(git.worktree, archives=True, seen=seen) for _ in range(2)]

    assert [reasons(each) for each in scans] == [{reason: 1}] * 2
    assert not any(each.complete for each in scans)
    assert [each.objects_count for each in scans] == [2, 1]

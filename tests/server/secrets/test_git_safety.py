"""Repositories made to run something, to read elsewhere, or to hide: nothing of them is run."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server.secrets.planting import Git, Planter, Scanner, of_rule, reasons


@pytest.fixture
def alarm(tmp_path: Path) -> Path:
    """A program that, once run, leaves a file `ran` beside itself."""
    program = tmp_path / "alarm"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> "{tmp_path}/ran"\ncat >/dev/null\nexit 0\n')
    program.chmod(0o700)
    return program


def configured(git: Git, alarm: Path) -> None:
    """Everything in a repository that names a program names the alarm."""
    names = [
        "core.fsmonitor", "core.sshCommand", "core.gitProxy", "core.pager", "core.editor",
        "core.askPass", "core.alternateRefsCommand", "gpg.program", "gpg.ssh.program",
        "gpg.x509.program", "diff.external", "diff.planted.textconv", "diff.planted.command",
        "filter.planted.clean", "filter.planted.smudge", "filter.planted.process",
        "merge.planted.driver", "credential.helper", "uploadpack.packObjectsHook", "pager.log",
        "pager.cat-file", "interactive.diffFilter", "sequence.editor", "trailer.planted.command",
    ]  # fmt: skip
    for name in names:
        git("config", name, str(alarm))
    for name in ("log.showSignature", "core.untrackedCache", "log.follow"):
        git("config", name, "true")
    for name in ("alias.log", "alias.cat-file", "alias.ls-files"):
        git("config", name, f"!{alarm}")
    git("config", "core.hooksPath", str(git.worktree / "hooks"))
    for folder in (git.worktree / "hooks", git.worktree / ".git" / "hooks"):
        folder.mkdir(exist_ok=True)
        for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
            shutil.copy(alarm, folder / hook)


def signed_commit(git: Git) -> None:
    """A commit that log would have gpg verify."""
    tree = git("write-tree")
    body = f"tree {tree}\nauthor a <a@b> 1700000000 +0000\ncommitter a <a@b> 1700000000 +0000\n"
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n aaaa\n -----END PGP SIGNATURE-----\n"
    commit = git("hash-object", "-t", "commit", "-w", "--stdin", text=f"{body}{signature}\nx\n")
    git("update-ref", "refs/heads/signed", commit)


def test_nothing_that_a_repository_names_is_run(
    git: Git, planter: Planter, scan: Scanner, alarm: Path
) -> None:
    git.commit(".gitattributes", "* filter=planted diff=planted merge=planted\n")
    git.commit("a", planter.secret())
    git.commit(".env", f"TOKEN={planter.secret()}\n")
    signed_commit(git)
    (git.worktree / ".env.local").write_text("A=b\n")
    configured(git, alarm)

    found = of_rule(scan(git.worktree))

    assert {each.place.path for each in found if each.source == "history"} == {"a", ".env"}
    assert not (alarm.parent / "ran").exists()


def test_what_a_partial_clone_lacks_is_not_fetched(
    git: Git, planter: Planter, scan: Scanner, alarm: Path
) -> None:
    git.commit("a", planter.secret())
    git.commit("b", "b")
    missing = git("rev-parse", "HEAD~1^{tree}")
    git("config", "core.repositoryFormatVersion", "1")
    git("config", "extensions.partialClone", "origin")
    git("config", "remote.origin.promisor", "true")
    git("config", "remote.origin.url", "ssh://somewhere.example/x.git")
    git("config", "core.sshCommand", str(alarm))
    (git.worktree / ".git" / "objects" / missing[:2] / missing[2:]).unlink()

    scanned = scan(git.worktree)

    assert not (alarm.parent / "ran").exists()
    assert [each.source for each in of_rule(scanned)] == ["file", "history"]
    assert reasons(scanned)["missing from git"] == 1
    assert not scanned.complete


def test_variables_of_git_in_our_environment_lead_nowhere(
    git: Git, planter: Planter, scan: Scanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git.commit("a", "a")
    other = Git(tmp_path / "other")
    other.commit("a", planter.secret())
    monkeypatch.setenv("GIT_DIR", str(other.worktree / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.worktree / ".git" / "objects"))

    assert scan(git.worktree).found == ()


def test_a_replacement_does_not_hide_the_object(git: Git, planter: Planter, scan: Scanner) -> None:
    git.commit("a", planter.secret())
    dirty = git("rev-parse", "HEAD:a")
    git("replace", dirty, git("hash-object", "-w", "--stdin", text="clean"))
    (git.worktree / "a").unlink()

    assert [each.place.object_id for each in of_rule(scan(git.worktree))] == [dirty]


def pointing_alternates(git: Git, other: Git) -> None:
    alternates = git.worktree / ".git" / "objects" / "info" / "alternates"
    alternates.write_text(f"{other.worktree}/.git/objects\n")


def relative_alternates(git: Git, other: Git) -> None:
    alternates = git.worktree / ".git" / "objects" / "info" / "alternates"
    alternates.write_text(f"../../../../{other.worktree.name}/.git/objects\n")


def linked_alternates(git: Git, other: Git) -> None:
    hidden = other.worktree / "list"
    hidden.write_text(f"{other.worktree}/.git/objects\n")
    (git.worktree / ".git" / "objects" / "info" / "alternates").symlink_to(hidden)


def git_file(git: Git, other: Git) -> None:
    shutil.rmtree(git.worktree / ".git")
    (git.worktree / ".git").write_text(f"gitdir: {other.worktree}/.git\n")


def linked_git(git: Git, other: Git) -> None:
    shutil.rmtree(git.worktree / ".git")
    (git.worktree / ".git").symlink_to(other.worktree / ".git")


def common_directory(git: Git, other: Git) -> None:
    (git.worktree / ".git" / "commondir").write_text(f"{other.worktree}/.git\n")


def linked_objects(git: Git, other: Git) -> None:
    shutil.rmtree(git.worktree / ".git" / "objects")
    (git.worktree / ".git" / "objects").symlink_to(other.worktree / ".git" / "objects")


def linked_pack(git: Git, other: Git) -> None:
    other("gc", "--quiet")
    for path in (other.worktree / ".git" / "objects" / "pack").iterdir():
        (git.worktree / ".git" / "objects" / "pack" / path.name).symlink_to(path)


@pytest.mark.parametrize(
    "point",
    [
        pointing_alternates,
        relative_alternates,
        linked_alternates,
        git_file,
        linked_git,
        common_directory,
        linked_objects,
        linked_pack,
    ],
)
def test_a_repository_that_points_outside_the_roots_is_refused(
    git: Git, planter: Planter, scan: Scanner, tmp_path: Path, point: Callable[[Git, Git], None]
) -> None:
    git.commit("a", "a")
    other = Git(tmp_path / "other")
    other.commit("b", planter.secret())
    (other.worktree / "b").unlink()
    point(git, other)

    scanned = scan(git.worktree, allowed_roots=(git.worktree,))

    assert scanned.found == ()
    assert not scanned.complete
    assert reasons(scanned)["outside"] == 1


def test_a_worktree_whose_repository_lies_in_the_roots_is_read(
    git: Git, planter: Planter, scan: Scanner, tmp_path: Path
) -> None:
    commit = git.commit("a", planter.secret())
    git("rm", "--quiet", "a")
    git("commit", "--quiet", "--message", "gone")
    linked = tmp_path / "linked"
    git("worktree", "add", "--quiet", str(linked))

    (found,) = of_rule(scan(linked, allowed_roots=(tmp_path,)))

    assert found.place.commit == commit


def test_a_worktree_of_another_directory_is_not_taken_for_ours(
    git: Git, planter: Planter, scan: Scanner, tmp_path: Path
) -> None:
    git.commit("a", "a")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / ".env").write_text(planter.secret())
    git("config", "core.worktree", str(outside))

    assert scan(git.worktree).found == ()


def test_a_repository_of_somebody_else_is_told_and_not_read(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only the superuser can give a folder away")
    git.commit("a", planter.secret())
    (git.worktree / "a").unlink()
    os.chown(git.worktree / ".git", 12345, 12345)

    scanned = scan(git.worktree)

    assert scanned.found == ()
    assert reasons(scanned)["other owner"] == 1
    assert not scanned.complete

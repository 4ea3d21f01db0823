"""What git keeps beside its objects, and what hides behind its names."""

from pathlib import Path

import pytest

from tests.server.secrets.planting import Git, Planter, Scanner, of_rule, paths, reasons


@pytest.mark.parametrize("name", [
    "credentials", "SQUASH_MSG", "rebase-apply/0001", "worktrees/w/COMMIT_EDITMSG",
    "lfs/objects/ab/cd/abcd", "NOTES_EDITMSG", "objects/kept.txt", "objects/pack/kept.txt",
])  # fmt: skip
@pytest.mark.parametrize("history", [True, False])
def test_every_file_of_git_but_its_objects_is_looked_at(
    git: Git, planter: Planter, scan: Scanner, name: str, history: bool
) -> None:
    git.commit("a", "a")
    path = git.worktree / ".git" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(planter.secret())

    assert paths(of_rule(scan(git.worktree, history=history))) == [f".git/{name}"]


def test_a_remote_with_a_password_is_told_without_the_history(git: Git, scan: Scanner) -> None:
    git("config", "remote.origin.url", "https://somebody:S0me-made-up-pass@example.org/y.git")

    rules = {each.rule for each in scan(git.worktree, history=False).found}

    assert rules & {"git-remote-password", "database-address"}


def test_branches_and_files_of_old_commits_that_are_named_after_a_secret_are_told(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    git.commit(f"{planter.secret()}.txt", "a")
    git("mv", f"{planter.planted[-1]}.txt", "b.txt")
    git("commit", "--quiet", "--message", "renamed")
    git("branch", planter.secret())
    git("pack-refs", "--all")

    found = [each for each in of_rule(scan(git.worktree)) if each.source == "history"]

    assert paths(found) == ["(secret).txt", "refs/heads/(secret)"]


@pytest.mark.parametrize("history", [True, False])
def test_a_folder_that_looks_like_a_repository_hides_no_file(
    tmp_path: Path, planter: Planter, scan: Scanner, history: bool
) -> None:
    for name in ("objects", "refs", "deep"):
        (tmp_path / name).mkdir()
    (tmp_path / "HEAD").touch()
    names = [".env", "a.txt", "deep/b.txt", "objects/c.txt", "refs/d.txt"]
    for name in names:
        (tmp_path / name).write_text(planter.secret())

    assert sorted(set(paths(of_rule(scan(tmp_path, history=history))))) == names


def test_a_repository_in_a_folder_that_looks_like_one_is_looked_at(
    git: Git, planter: Planter, scan: Scanner, tmp_path: Path
) -> None:
    commit = git.commit("a", planter.secret())
    linked = tmp_path / "linked"
    git("worktree", "add", "--quiet", "--no-checkout", str(linked))
    for name in ("objects", "refs", "HEAD"):
        (linked / name).mkdir()

    assert commit in {each.place.commit for each in of_rule(scan(linked))}


def test_a_folder_within_a_repository_has_its_history_and_its_tracked_env(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    commit = git.commit("other/a", planter.secret())
    git.commit("other/.env", "A=b\n")
    git.commit("sub/.env", "A=b\n")

    scanned = scan(git.worktree / "sub")

    assert {each.place.commit for each in of_rule(scanned)} == {commit}
    assert paths(of_rule(scanned, "env-tracked")) == [".env"]


def test_a_repository_above_the_roots_is_told_and_not_read(
    git: Git, planter: Planter, scan: Scanner
) -> None:
    git.commit("a", planter.secret())
    sub = git.worktree / "sub"
    sub.mkdir()

    scanned = scan(sub, allowed_roots=(sub,))

    assert scanned.found == ()
    assert reasons(scanned) == {"repository above": 1}
    assert not scanned.complete


def test_a_env_that_is_a_link_out_of_the_tree_is_told(tmp_path: Path, scan: Scanner) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tmp_path / "outside").write_text("A=b")
    (tree / "inside").write_text("A=b")
    (tree / ".env").symlink_to(tmp_path / "outside")
    (tree / ".env.local").symlink_to("inside")

    scanned = scan(tree)

    assert reasons(scanned) == {"link": 1, "linked .env": 1}
    assert not scanned.complete

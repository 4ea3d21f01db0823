"""Made-up secrets planted in trees and repositories, and the search that none comes out again."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from server.secrets.found import Found, Scanned
from server.secrets.options import ScanOptions
from server.secrets.rules import RULES
from server.secrets.samples import forms_of, sample
from server.secrets.scan import scan_paths

KEY = b"k" * 32

IDENTITY = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")


@dataclass
class Planter:
    """Makes secrets, remembers them, and looks for them in whatever it is given."""

    random: Random
    planted: list[str] = field(repr=False)

    def secret(self, rule_id: str = "notion-token") -> str:
        """One more secret of that rule."""
        rule = next(rule for rule in RULES if rule.id == rule_id)
        text, value = sample(rule, forms_of(rule)[0], self.random)
        self.planted.append(value)
        return text

    def absent_from(self, *texts: str) -> bool:
        """Whether none of the secrets, nor half of one, is in what came out."""
        halves = [value[len(value) // 4 : -(len(value) // 4)] for value in self.planted]
        return not any(half in text for half in halves for text in texts)


@dataclass
class Scanner:
    """Scans as the product does, and searches what it tells for what was planted."""

    planter: Planter
    options: ScanOptions
    capfd: pytest.CaptureFixture[str]
    caplog: pytest.LogCaptureFixture

    def __call__(self, *roots: Path, **changes: object) -> Scanned:
        scanned = scan_paths(roots, replace(self.options, **changes))  # type: ignore[arg-type]  # any option
        captured = self.capfd.readouterr()
        assert self.planter.absent_from(repr(scanned), captured.out, captured.err, self.caplog.text)
        return scanned


class Git:
    """A repository to build by hand."""

    def __init__(self, worktree: Path) -> None:
        self.worktree = worktree
        worktree.mkdir(parents=True, exist_ok=True)
        self("init", "--quiet", "--initial-branch=main")

    def __call__(self, *arguments: str, text: str = "") -> str:
        command = ["git", *IDENTITY, *arguments]
        return subprocess.run(
            command, cwd=self.worktree, input=text, text=True, capture_output=True, check=True
        ).stdout.strip()

    def commit(self, name: str, content: str | bytes, message: str = "more") -> str:
        """The id of a commit that writes one file."""
        path = self.worktree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self("add", "--force", name)
        self("commit", "--quiet", "--message", message)
        return self("rev-parse", "HEAD")


def of_rule(scanned: Scanned, rule_id: str = "notion-token") -> list[Found]:
    """The hits of one rule."""
    return [each for each in scanned.found if each.rule == rule_id]


def paths(found: Sequence[Found]) -> list[str]:
    """Where they are."""
    return [each.place.path for each in found]


def reasons(scanned: Scanned) -> dict[str, int]:
    """How much was left out, by reason."""
    return {each.reason: each.count for each in scanned.skipped}

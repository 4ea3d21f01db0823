"""What is scanned: sources of packages from the registry, and a history made of them.

Both are kept in the user's cache directory, with made-up secrets planted in them. Only ordinary
clients are used: pip to download, git to import.
"""

import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO

from server.secrets.rules import RULES
from server.secrets.samples import forms_of, sample

SMALL = ("Django==5.2.19", "sympy==1.14.0", "transformers==5.24.0")
FULL = (*SMALL, "ansible==12.3.0", "botocore==1.44.8", "google-api-python-client==2.202.0")

PLANTED_COUNT = 200
"""So many secrets lie in the sources, each in a file of its own, and as many in the history."""

_FROM_S = 1_700_000_000
_SOURCE_BYTES = range(2_000, 60_000)
_SOURCES_COUNT = 3_000
_DONE = "complete"


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder to scan, what of it was made where, and its size."""

    path: Path
    bytes: int

    @property
    def megabytes(self) -> float:
        """In 10^6 bytes."""
        return self.bytes / 1e6


def sources(cache: Path, packages: Sequence[str]) -> Corpus:
    """The unpacked packages with PLANTED_COUNT secrets among them.

    Raises:
        subprocess.CalledProcessError: pip cannot download them.
    """
    folder = cache / f"sources-{len(packages)}"
    if not (folder / _DONE).exists():
        wheels = cache / "wheels"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
        only_wheels = ["--only-binary", ":all:", "--disable-pip-version-check"]
        subprocess.run([*command, str(wheels), *only_wheels, *packages], check=True)
        for package in packages:
            name = package.split("==")[0].lower().replace("-", "_")
            for wheel in wheels.glob("*.whl"):
                if wheel.name.lower().startswith(f"{name}-"):
                    zipfile.ZipFile(wheel).extractall(folder)
        _plant(folder / "planted")
        (folder / _DONE).touch()
    sizes = (path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Corpus(folder, sum(sizes))


def history(cache: Path, made_from: Corpus, commits_count: int) -> Corpus:
    """A bare repository of so many commits, each of which changes two of the sources."""
    folder = cache / f"history-{commits_count}.git"
    if not (folder / _DONE).exists():
        subprocess.run(["git", "init", "--quiet", "--bare", folder], check=True)
        command = ["git", "-C", str(folder), "fast-import", "--quiet"]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            _write_commits(process.stdin, made_from.path, commits_count)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        (folder / _DONE).touch()
    return Corpus(folder, _object_bytes(folder))


def _plant(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, secret in enumerate(_secrets(PLANTED_COUNT)):
        (folder / f"{number}.py").write_text(f'# nothing\ntoken = "{secret}"\n', "utf-8")


def _secrets(count: int) -> Iterator[str]:
    """Made up, of the rules with a prefix in turn, the same each time."""
    random = Random(7)
    rules = [rule for rule in RULES if rule.tier == "token" and "{pem}" not in rule.forms[0]]
    for number in range(count):
        rule = rules[number % len(rules)]
        yield sample(rule, forms_of(rule)[0], random)[0]


def _write_commits(stream: IO[bytes], folder: Path, commits_count: int) -> None:
    random = Random(7)
    paths = [path for path in sorted(folder.rglob("*.py")) if path.stat().st_size in _SOURCE_BYTES]
    chosen = random.sample(paths, min(len(paths), _SOURCES_COUNT))
    lines = {path: path.read_bytes().split(b"\n") for path in chosen}
    planted_each = commits_count // PLANTED_COUNT
    secrets = _secrets(PLANTED_COUNT)
    for number in range(commits_count):
        changed = random.sample(chosen, 2)
        for path in changed:
            lines[path].insert(random.randrange(len(lines[path])), b"# change %d" % number)
        contents = {path: b"\n".join(lines[path]) for path in changed}
        if number % planted_each == 0 and (secret := next(secrets, None)):
            contents[folder / f"{number}.py"] = f'token = "{secret}"\n'.encode()
        _write_commit(stream, number, {p.relative_to(folder): c for p, c in contents.items()})


def _write_commit(stream: IO[bytes], number: int, contents: dict[Path, bytes]) -> None:
    message = b"change %d\n" % number
    who = b"somebody <somebody@example.org> %d +0000" % (_FROM_S + number * 60)
    stream.write(b"commit refs/heads/main\ncommitter %s\n" % who)
    stream.write(b"data %d\n%s\n" % (len(message), message))
    for path, content in contents.items():
        stream.write(b"M 100644 inline %s\n" % path.as_posix().encode())
        stream.write(b"data %d\n%s\n" % (len(content), content))


def _object_bytes(repository: Path) -> int:
    """The inflated size of all blobs, commits and tags."""
    command = ["git", "-C", str(repository), "cat-file", "--batch-all-objects", "--unordered"]
    check = "--batch-check=%(objecttype) %(objectsize)"
    listed = subprocess.run([*command, check], capture_output=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return sum(int(size) for kind, size in rows if kind != b"tree")

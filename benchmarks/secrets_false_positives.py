"""False alarms in other people's source, each explained, and how fast each engine reads it.

Scanned are Python's standard library, the packages of our own environment, and the Node packages
of the clients that the tests drive (`make node_modules/.stamp` installs them; left out when
absent), or the folders that are named. What is told of a finding is its rule and place, never its
text; one that `secrets_explained.toml` does not explain makes the exit status 1. Run it from a
checkout: `.venv/bin/python -m benchmarks.secrets_false_positives [--quick] [--json] [FOLDER …]`.
"""

import argparse
import json
import os
import site
import sys
import sysconfig
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from server.secrets.matching import Engine, Matcher, open_matcher

CHECKOUT: Final = Path(__file__).resolve().parents[1]
EXPLAINED: Final = Path(__file__).with_name("secrets_explained.toml")

ENGINES: Final[tuple[Engine, ...]] = ("hyperscan", "re2", "stdlib")
SPEED_BYTES: Final[Mapping[Engine, int]] = {
    "hyperscan": 1 << 40,
    "re2": 60_000_000,
    "stdlib": 15_000_000,
}
"""The slower engines read so much of it only."""

QUICK_BYTES: Final = 100_000_000
LARGEST_FILE_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Explained:
    """Why findings of a rule in files of a pattern are harmless."""

    rule: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding: its rule and place; `reason` is empty when nobody explained it."""

    rule: str
    place: str
    reason: str


def main(argv: Sequence[str] | None = None) -> int:
    """Scan and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the first 100 MB only")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    options = parser.parse_args(argv)
    files = list(
        _read(options.folders or _own_folders(), QUICK_BYTES if options.quick else 1 << 40)
    )
    alarms = list(_alarms(open_matcher(), files))
    speeds: dict[Engine, float] = {
        engine: _mb_per_s(open_matcher(engine), files) for engine in ENGINES
    }
    print(_told(files, alarms, speeds))
    unexplained_count = sum(not each.reason for each in alarms)
    if options.json:
        print(json.dumps(_summary(files, alarms, speeds)))
    return 1 if unexplained_count else 0


def _own_folders() -> list[Path]:
    """The source that every checkout has."""
    library = Path(sysconfig.get_path("stdlib"))
    return [library, *map(Path, site.getsitepackages()), CHECKOUT / "node_modules"]


def _read(folders: Sequence[Path], most_bytes: int) -> Iterator[tuple[Path, bytes]]:
    """Every file once, whatever links lead to it; compiled Python is only source again."""
    total = 0
    seen: set[Path] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file() or path.suffix == ".pyc" or path in seen:
                continue
            if path.stat().st_size > LARGEST_FILE_BYTES:
                continue
            seen.add(path)
            content = path.read_bytes()
            total += len(content)
            if total > most_bytes:
                return
            yield path, content


def _alarms(matcher: Matcher, files: Sequence[tuple[Path, bytes]]) -> Iterator[Alarm]:
    explained = [Explained(**each) for each in tomllib.loads(EXPLAINED.read_text())["explained"]]
    for path, content in files:
        for match in matcher.matches(content):
            line = content.count(b"\n", 0, match.start) + 1
            reason = _reason(explained, match.rule.id, path)
            yield Alarm(match.rule.id, f"{path}:{line}", reason)


def _reason(explained: Sequence[Explained], rule: str, path: Path) -> str:
    """Why it is harmless, as far as somebody has looked."""
    for each in explained:
        if each.rule == rule and fnmatchcase(path.as_posix(), f"*/{each.path}"):
            return each.reason
    return ""


def _mb_per_s(matcher: Matcher, files: Sequence[tuple[Path, bytes]]) -> float:
    """How fast the engine goes through contents that are in memory."""
    left = SPEED_BYTES[matcher.engine]
    started = time.perf_counter()
    scanned = 0
    for _, content in files:
        matcher.matches(content)
        scanned += len(content)
        if scanned > left:
            break
    return scanned / 1e6 / (time.perf_counter() - started)


def _told(
    files: Sequence[tuple[Path, bytes]], alarms: Sequence[Alarm], speeds: Mapping[Engine, float]
) -> str:
    """For people."""
    megabytes = sum(len(content) for _, content in files) / 1e6
    lines = [f"{len(files):,} files, {megabytes:,.0f} MB, on {os.cpu_count()} CPUs"]
    lines += [f"  {engine}: {speed:,.0f} MB/s in one thread" for engine, speed in speeds.items()]
    lines += [f"{len(alarms)} findings"]
    lines += [
        f"  {each.rule}  {each.place}\n    {each.reason or 'NOT EXPLAINED'}" for each in alarms
    ]
    return "\n".join(lines)


def _summary(
    files: Sequence[tuple[Path, bytes]], alarms: Sequence[Alarm], speeds: Mapping[Engine, float]
) -> dict[str, float | int | None]:
    return {
        "files_count": len(files),
        "bytes_scanned": sum(len(content) for _, content in files),
        "findings_count": len(alarms),
        "unexplained_count": sum(not each.reason for each in alarms),
        **{f"{engine}_mb_per_s": round(speed, 1) for engine, speed in speeds.items()},
        "cpu_count": os.cpu_count(),
    }


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

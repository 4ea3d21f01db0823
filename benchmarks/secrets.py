"""How fast our secret scanner is, against other scanners and a plain search, in one run.

Every measurement starts a process of its own, rounds are interleaved, and medians are compared: the
ratios are steady between runs, the times are not. Run it from a checkout with
`.venv/bin/python -m benchmarks.secrets [--quick] [--json]`. What it downloads and makes is kept in
the user's cache directory, so that the first run takes longer.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from platformdirs import user_cache_path

from benchmarks.secrets_corpus import FULL, SMALL, Corpus, history, sources
from benchmarks.secrets_peers import CHECKOUT, Scanner, Task, ours, peers

PROJECT_COUNT = 150
"""So many files of the corpus make a small project; detect-secrets is given no more than that."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is scanned, and how often; slow scanners half as often."""

    packages: tuple[str, ...]
    commits_count: int
    rounds_count: int


FULL_SIZE = Size(FULL, commits_count=12_000, rounds_count=5)
QUICK_SIZE = Size(SMALL, commits_count=2_000, rounds_count=3)


@dataclass(slots=True)
class Measured:
    """One scanner's times on one corpus, and how much it found in the last round."""

    scanner: Scanner
    corpus: Corpus
    seconds: list[float] = field(default_factory=list[float])
    found_count: int = 0

    @property
    def median_s(self) -> float:
        """Of all rounds."""
        return median(self.seconds)

    @property
    def rate(self) -> float:
        """In 10^6 bytes a second."""
        return self.corpus.megabytes / self.median_s


def measure(
    task: Task, corpus: Corpus, scanners: Sequence[Scanner], rounds_count: int
) -> list[Measured]:
    """Each scanner's times, interleaved, after an untimed round that fills the caches."""
    measured = [Measured(scanner, corpus) for scanner in scanners]
    for number in range(rounds_count + 1):
        for each in measured:
            if each.scanner.slow and not 1 <= number <= max(1, rounds_count // 2):
                continue
            _progress(f"{corpus.path.name}: {each.scanner.label}, round {number}")
            seconds = _run(each, task)
            if number:
                each.seconds.append(seconds)
    _progress("")
    return measured


def _run(measured: Measured, task: Task) -> float:
    with tempfile.TemporaryDirectory() as folder:
        report, printed = Path(folder, "report"), Path(folder, "printed")
        command = measured.scanner.command(task, measured.corpus.path, report)
        with printed.open("wb") as stdout:
            begin = time.perf_counter()
            subprocess.run(
                command, cwd=CHECKOUT, stdout=stdout, stderr=subprocess.DEVNULL, check=False
            )
            seconds = time.perf_counter() - begin
        measured.found_count = measured.scanner.count(report if report.exists() else printed)
    return seconds


def small_project(corpus: Corpus, cache: Path) -> Corpus:
    """PROJECT_COUNT files from all over the corpus, planted ones among them."""
    folder = cache / f"{corpus.path.name}-project"
    if not folder.exists():
        paths = sorted(corpus.path.rglob("*.py"))
        folder.mkdir()
        for number, path in enumerate(paths[:: len(paths) // PROJECT_COUNT]):
            shutil.copy(path, folder / f"{number}.py")
    return Corpus(folder, sum(path.stat().st_size for path in folder.iterdir()))


def ratio(measured: Sequence[Measured], *, to_bound: bool = False) -> float | None:
    """Our median to that of the fastest other scanner, or to the bound's; below one is faster."""
    own, *others = measured
    medians = [each.median_s for each in others if each.scanner.bound is to_bound]
    return round(own.median_s / min(medians), 3) if medians else None


def table(measured: Sequence[Measured]) -> str:
    """One line a scanner."""
    form = "{:<16} {:>9} {:>9} {:>9}".format
    corpus = measured[0].corpus
    lines = [f"{corpus.path.name}, {corpus.megabytes:.1f} MB", form("", "s", "MB/s", "found")]
    for each in measured:
        numbers = (f"{each.median_s:.3f}", f"{each.rate:.0f}", each.found_count)
        lines.append(form(each.scanner.label, *numbers))
    return "\n".join([*lines, form("ours to fastest", f"{ratio(measured)}", "", "")])


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where what is to be scanned cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, under 40 s")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")
    options = parser.parse_args(argv)
    size = QUICK_SIZE if options.quick else FULL_SIZE
    cache = user_cache_path("notion-playbooks", ensure_exists=True) / "benchmarks"
    try:
        _progress("downloading and making what is to be scanned")
        corpus = sources(cache, size.packages)
        repository = history(cache, corpus, size.commits_count)
    except (OSError, subprocess.SubprocessError) as failure:
        print(f"failed: nothing to scan: {failure}", file=sys.stderr)
        return 1
    _progress("installing the other scanners")
    others, missing = peers(cache)
    project = small_project(corpus, cache)
    fast = [each for each in others if each.label != "detect-secrets"]
    with_history = [each for each in fast if not each.bound]
    rounds_count = size.rounds_count
    files = measure("files", corpus, [ours(), *fast], rounds_count)
    small = measure("files", project, [ours(), *others], rounds_count)
    commits = measure("history", repository, [ours(), *with_history], rounds_count)
    _report((files, small, commits), missing, as_json=options.json)
    return 0


def _report(
    measured: tuple[list[Measured], list[Measured], list[Measured]],
    missing: Sequence[str],
    *,
    as_json: bool,
) -> None:
    files, small, commits = measured
    print("\n\n".join([*map(table, measured), *missing]))
    print(f"\nmedians of one run on {os.cpu_count()} CPUs, starting the process included")
    if not as_json:
        return
    ratios = {
        "ratio_to_fastest": ratio(files),
        "history_ratio_to_fastest": ratio(commits),
        "small_ratio_to_fastest": ratio(small),
        "ratio_to_ripgrep": ratio(files, to_bound=True),
    }
    numbers = {"mb_per_s": round(files[0].rate, 1), "history_mb_per_s": round(commits[0].rate, 1)}
    sizes = {"corpus_mb": round(files[0].corpus.megabytes, 1), "cpu_count": os.cpu_count()}
    seconds = {"small_project_s": round(small[0].median_s, 3)}
    print(json.dumps({**ratios, **numbers, **sizes, **seconds, "missing": list(missing)}))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

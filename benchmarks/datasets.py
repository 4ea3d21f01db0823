"""The real data sets as files that the importer reads.

SiP is read as it is published. The others lack a title or a key, or have their figures in several
columns: a copy with what lacks goes into a temporary directory and is gone with it.
"""

import csv
import lzma
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from statistics import fmean
from typing import Final, TypeAlias

from server.importing.dates import date_reader
from server.importing.map import TaskMap, parse_map
from server.importing.source import TaskFile

MAPS: Final = Path(__file__).resolve().parents[1] / "docs/maps"
SIP_FILES: Final = ("sip/Sip-task-info.csv", "sip/est-act-dates.csv")
METR_FILE: Final = "metr/data_complete.csv"
SEVEN_FILE: Final = "sevendigital/7digital2012.csv.xz"
HOLIDAYS_FILE: Final = "sevendigital/england-wales-hols.csv.xz"

_REVIEW: Final = "post_review_implementation_time"
_HOUR_MINUTES: Final = 60
Cells: TypeAlias = Mapping[str, str | float]


def tawos_file(project: str) -> str:
    """Where the dates of a project lie."""
    return f"tawos/{project}.csv"


def sip(data: Path) -> TaskFile:
    """One company's tasks of ten years: the file as it was published."""
    tasks, dates = (data / name for name in SIP_FILES)
    return TaskFile(tasks, _map("sip"), join=dates)


def metr(data: Path, directory: Path) -> TaskFile:
    """The trial's issues; a missing review takes as long as the mean of its arm."""
    with (data / METR_FILE).open(encoding="ascii", newline="") as lines:
        rows = list(csv.DictReader(lines))
    review = {arm: _mean_review_minutes(rows, arm) for arm in {row["ai_treatment"] for row in rows}}
    issues = (_issue(row, review[row["ai_treatment"]]) for row in rows)
    return TaskFile(_written(directory, issues), _map("metr"))


def _mean_review_minutes(rows: Iterable[Mapping[str, str]], arm: str) -> float:
    texts = (row[_REVIEW] for row in rows if row["ai_treatment"] == arm)
    return fmean(float(text) for text in texts if text)


def _issue(row: Mapping[str, str], usual_review_minutes: float) -> Cells:
    """The README beside the file says it the other way round: 1 is AI allowed."""
    minutes = float(row["initial_implementation_time"])
    minutes += float(row[_REVIEW] or usual_review_minutes)
    return {
        "issue_id": row["issue_id"],
        "Title": f"Issue {row['issue_id']}",
        "State": "Done",
        "dev_id": row["dev_id"],
        "AI": "AI" if float(row["ai_treatment"]) else "",
        "Hours forecast without AI": float(row["predicted_time_no_ai"]) / _HOUR_MINUTES,
        "Hours": minutes / _HOUR_MINUTES,
    }


def sevendigital(data: Path, directory: Path) -> TaskFile:
    """One web team's features."""
    with lzma.open(data / SEVEN_FILE, "rt", encoding="ascii", newline="") as lines:
        features = [{**_keyed(key), **row} for key, row in enumerate(csv.DictReader(lines), 1)]
    return TaskFile(_written(directory, features), _map("sevendigital"))


def holidays(data: Path) -> tuple[date, ...]:
    """Of England and Wales, 2002 to 2012."""
    read = date_reader("DD Mon YYYY")
    with lzma.open(data / HOLIDAYS_FILE, "rt", encoding="ascii", newline="") as lines:
        texts = chain.from_iterable(row.values() for row in csv.DictReader(lines))
        return tuple(read(text) for text in texts if text)


def tawos(data: Path, directory: Path, project: str) -> tuple[TaskFile, Sequence[date]]:
    """One project's completed issues, and their days in order."""
    days = sorted(map(date.fromisoformat, (data / tawos_file(project)).read_text("ascii").split()))
    issues = ({**_keyed(key), "Done": f"{day}"} for key, day in enumerate(days, 1))
    return TaskFile(_written(directory, issues), _map("tawos")), days


def _keyed(key: int) -> dict[str, str]:
    return {"Key": f"{key}", "Title": f"Task {key}", "State": "Done"}


def _map(name: str) -> TaskMap:
    return parse_map([str(MAPS / f"{name}.toml")])


def _written(directory: Path, tasks: Iterable[Cells]) -> Path:
    path = directory / "tasks.csv"
    every = list(tasks)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(every[0]))
        writer.writeheader()
        writer.writerows(every)
    return path

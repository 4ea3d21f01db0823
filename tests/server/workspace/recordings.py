"""Real exchanges with Notion, read from the shared recordings; each cassette is one story."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Any

from server.workspace.core import JSON

DATA = Path(__file__).parents[4] / "shared/data/notion"
"""Beside the checkout; a test that needs it skips where it is absent."""

RECORDING = "notion-sdk-py.jsonl"
UUID = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as it was sent and the answer that Notion gave."""

    story: str
    number: int
    version: str
    method: str
    path: str
    query: Sequence[tuple[str, str]]
    request: Any
    status: int
    answer: JSON

    @property
    def key(self) -> str:
        """Names the exchange: its story and its place in it."""
        return f"{self.story}#{self.number}"

    @property
    def endpoint(self) -> str:
        """The request with ids left out, as `GET /v1/pages/{id}`."""
        return f"{self.method} {UUID.sub('{id}', self.path)}"


def lines(name: str, data: Path = DATA) -> Iterator[JSON]:
    """Every object of a JSONL file among the shared data."""
    with (data / name).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def stories(data: Path = DATA) -> list[list[Exchange]]:
    """Every story with its exchanges in order."""
    told = [_exchange(line) for line in lines(RECORDING, data)]
    return [list(group) for _, group in groupby(told, key=attrgetter("story"))]


def _exchange(line: JSON) -> Exchange:
    return Exchange(
        story=PurePosixPath(line["cassette"]).stem,
        number=line["seq"],
        version=line["notion_version"],
        method=line["method"],
        path=line["path"],
        query=[(key, value) for key, value in line["query"]],
        request=line["request_body"],
        status=line["status"],
        answer=line["response_body"],
    )

"""Holds an answer of ours against a recorded one: keys, their order, types, values, ids mapped.

Values that no two runs share are compared by what stays: of a time its form (cut to the minute or
exact), of a request id and an avatar that they are there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast

from tests.server.workspace.recordings import UUID

Kind: TypeAlias = Literal["status", "error", "keys", "key order", "length", "type", "value"]

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:(\d\d\.\d{3})(Z|\+00:00)")
_PRESENT_ONLY = ("request_id", "avatar_url")


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, and where."""

    kind: Kind
    path: str
    told: str

    def __str__(self) -> str:
        return f"{self.kind} at {self.path or 'top'}: {self.told}"


@dataclass(slots=True)
class IdMap:
    """Ids of a recording and ours, learned from answers that name both at the same place."""

    ours: dict[str, str] = field(default_factory=dict[str, str])

    def learn(self, recorded: Any, answer: Any) -> None:
        """Take in every new id of an answer; one of ours never stands for two."""
        for theirs, our in _paired_ids(recorded, answer):
            if theirs not in self.ours and our not in self.ours.values():
                self.ours[theirs] = our

    def translate(self, value: Any) -> Any:
        """A recorded value as it would read with our ids."""
        if isinstance(value, dict):
            members = cast("dict[str, Any]", value)
            return {key: self.translate(member) for key, member in members.items()}
        if isinstance(value, list):
            return [self.translate(each) for each in cast("Sequence[Any]", value)]
        return self.text(value) if isinstance(value, str) else value

    def text(self, recorded: str) -> str:
        """A recorded text with our ids in it; dashes stay as they were."""
        if recorded in self.ours:
            return self.ours[recorded]
        return UUID.sub(lambda found: self._one(found[0]), recorded)

    def _one(self, recorded: str) -> str:
        our = self.ours.get(_plain(recorded), recorded)
        return our if "-" not in recorded else _dashed(our)


def differences(recorded: Any, answer: Any, path: str = "") -> Iterator[Difference]:
    """Every difference between two JSON values; ids are translated already."""
    if _type(recorded) != _type(answer):
        yield Difference("type", path, f"{_type(recorded)} there, {_type(answer)} here")
    elif isinstance(recorded, dict):
        yield from _object(cast("dict[str, Any]", recorded), answer, path)
    elif isinstance(recorded, list):
        yield from _array(cast("Sequence[Any]", recorded), answer, path)
    elif _stays(recorded) != _stays(answer):
        kind: Kind = "error" if path in ("code", "message") else "value"
        yield Difference(kind, path, f"{recorded!r} there, {answer!r} here")


def _object(recorded: dict[str, Any], answer: dict[str, Any], path: str) -> Iterator[Difference]:
    missing = [key for key in recorded if key not in answer]
    added = [key for key in answer if key not in recorded]
    if missing or added:
        yield Difference("keys", path, f"missing {missing}, added {added}")
    shared = [key for key in recorded if key in answer]
    order = [key for key in answer if key in recorded]
    if shared != order:
        yield Difference("key order", path, f"{shared} there, {order} here")
    for key in shared:
        if key not in _PRESENT_ONLY:
            yield from differences(recorded[key], answer[key], f"{path}.{key}".lstrip("."))


def _array(recorded: Sequence[Any], answer: Sequence[Any], path: str) -> Iterator[Difference]:
    if len(recorded) != len(answer):
        yield Difference("length", path, f"{len(recorded)} there, {len(answer)} here")
    for i, (theirs, our) in enumerate(zip(recorded, answer, strict=False)):
        yield from differences(theirs, our, f"{path}[{i}]")


def _type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _stays(value: Any) -> Any:
    """A value without what differs from run to run."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    return f"time {'cut to the minute' if found[1] == '00.000' else 'exact'}, {found[2]}"


def _paired_ids(recorded: Any, answer: Any, key: str = "") -> Iterator[tuple[str, str]]:
    match recorded, answer:
        case dict(), dict():
            theirs = cast("dict[str, Any]", recorded)
            for name in theirs.keys() & answer.keys() - {"request_id"}:
                yield from _paired_ids(theirs[name], answer[name], name)
        case list(), list():
            pairs = zip(
                cast("Sequence[Any]", recorded), cast("Sequence[Any]", answer), strict=False
            )
            for their, our in pairs:
                yield from _paired_ids(their, our)
        case str(), str():
            if UUID.fullmatch(recorded) and UUID.fullmatch(answer):
                yield _plain(recorded), _plain(answer)
            elif key == "id" and recorded != answer:
                yield recorded, answer
        case _:
            return


def _plain(uuid: str) -> str:
    return uuid.replace("-", "")


def _dashed(uuid: str) -> str:
    plain = _plain(uuid)
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))

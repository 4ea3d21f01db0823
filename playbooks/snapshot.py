"""Backups as procedures see them: what a snapshot holds, and what was found when it was checked.

A snapshot is complete in itself. An incremental one asked Notion only for what had changed since
its base, and took the rest over from there. Records are Notion's own JSON: foreign, opaque here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from playbooks.report import Frozen

Json = Any
"""A JSON value of Notion, foreign and opaque to procedures."""

RecordKind = Literal["database", "data_source", "page", "content", "comments", "user", "setting"]
"""`page`: a row or a page of its own, its relations complete. `content`: the tree of blocks of a
page, each with `children` where it has some. `comments`: the open ones of a page and its blocks."""

Mode = Literal["full", "incremental"]

CheckLevel = Literal[0, 1, 2, 3]
"""0: hashes. 1: every record parses, counts and schemas agree. 2: relations lead to what is there,
or to what is known to be outside. 3: restored into an embedded workspace and compared."""


class FileEntry(Frozen):
    """One file of a snapshot."""

    name: str
    records_count: int = Field(ge=0)
    bytes: int = Field(ge=0, description="As stored.")
    raw_bytes: int = Field(ge=0, description="Before compression and encryption.")
    sha256: str


class Manifest(Frozen):
    """Written last: a snapshot without one was never finished."""

    format: int = 1
    id: str
    connection: str = Field(description="Key of the address and token it was read with.")
    workspace: str
    tool_version: str
    api_version: str
    mode: Mode
    base_id: str | None
    started_at: datetime
    full_at: datetime = Field(
        description="When everything was last read, its base's past included."
    )
    finished_at: datetime
    read_at: dict[str, datetime] = Field(
        default_factory=dict,
        description='When the rows of each table, and the pages of their own (""), were last read'
        " whole; what is not in it was read in part, or never.",
    )
    content: bool = Field(description="Whether page content and comments were read.")
    unread_content: tuple[str, ...] = Field(
        default=(), description="Pages whose content is not in it, since it could not be read."
    )
    comments_read: bool = Field(
        default=True, description="Whether the comments of every page it read could be."
    )
    encrypted: bool
    requests_count: int = Field(ge=0)
    counts: dict[str, int] = Field(description="Records by kind; rows by `rows/{data source id}`.")
    edited_meanwhile_count: int = Field(ge=0, description="Pages edited while they were read.")
    warnings: tuple[str, ...] = ()
    files: tuple[FileEntry, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """What came of checking a snapshot; `says` is one sentence of ours."""

    snapshot_id: str
    level: CheckLevel
    at: datetime
    passed: bool
    says: str
    duration_s: float
    measurements: Mapping[str, float | int | str | None] = field(
        default_factory=dict[str, float | int | str | None]
    )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot that is there; `root_hash` is the SHA-256 of its manifest."""

    manifest: Manifest
    root_hash: str
    bytes: int
    checks: tuple[Check, ...] = ()

    @property
    def id(self) -> str:
        """Its id, which sorts by time."""
        return self.manifest.id

    def verified(self, level: CheckLevel = 1) -> bool:
        """Whether a check of that level or a higher one passed and none failed after it."""
        passed = False
        for check in self.checks:
            passed = check.passed and (passed or check.level >= level)
        return passed


@dataclass(frozen=True, slots=True)
class Broken:
    """A directory that is no usable snapshot, and why; `foreign`: it never was one of ours."""

    id: str
    why: str
    foreign: bool = False

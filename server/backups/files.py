"""Files of a snapshot: JSON lines, compressed with zstd, encrypted chunk by chunk with a key.

Of an encrypted file each line is one sealed chunk of the compressed stream.
"""

import hashlib
import json
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from playbooks.errors import BackupUnusable
from playbooks.snapshot import FileEntry, Json
from server.backups.sealing import PRIVATE_FILE, KeyMissing, Sealer

Record: TypeAlias = tuple[str, str, Json]
"""Place, id and record."""

COMPRESSED: Final = ".jsonl.zst"
ENCRYPTED: Final = ".sealed"

_CHUNK_BYTES: Final = 1 << 20
_LEVEL: Final = 9
"""Smaller than gzip even where most of a record is ids; a hundredth of the time of its requests."""


@dataclass(slots=True)
class _Tally:
    """What went into a file."""

    records_count: int = 0
    raw_bytes: int = 0


def canonical(value: Json) -> str:
    """The one way in which a JSON value is written: keys sorted, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def encoded(value: Json) -> bytes:
    """Canonical bytes; half a surrogate pair, which a user can type, is kept."""
    return canonical(value).encode("utf-8", "surrogatepass")


def decoded(text: bytes) -> Json:
    """The value of canonical bytes; may raise ValueError."""
    return json.loads(text.decode("utf-8", "surrogatepass"))


def write_records(path: Path, records: Iterable[Record], sealer: Sealer) -> FileEntry:
    """Write the records as they come; they are on the disk when this returns."""
    tally, digest = _Tally(), hashlib.sha256()
    with _private(path) as file:
        for chunk in _compressed(_lines(records, tally)):
            stored = sealer.seal(chunk) + b"\n" if sealer.encrypts else chunk
            digest.update(stored)
            file.write(stored)
        stored_bytes = file.tell()
        _to_disk(file)
    return FileEntry(
        name=path.name,
        records_count=tally.records_count,
        bytes=stored_bytes,
        raw_bytes=tally.raw_bytes,
        sha256=digest.hexdigest(),
    )


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` in the file's place: a reader sees the old or the new, never a part."""
    temporary = path.with_name(f".{path.name}.new")
    with _private(temporary) as file:
        file.write(content)
        _to_disk(file)
    temporary.replace(path)


def sync_directory(directory: Path) -> None:
    """Let renames in it be on the disk, where the system can."""
    try:
        handle = os.open(directory, os.O_RDONLY)
    except OSError:  # Windows opens no directories
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_records(directory: Path, entry: FileEntry, sealer: Sealer) -> Generator[Record]:
    """The records of a file, once every byte of it is as the manifest says.

    Raises BackupUnusable with the reason.
    """
    path = directory / entry.name
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != entry.sha256:
                raise unusable(f"{entry.name} is not as the manifest says: its SHA-256 differs")
            file.seek(0)
            yield from _records(file, entry, sealer)
    except OSError as error:
        raise unusable(f"{entry.name} cannot be read: {error.strerror or 'no reason'}") from None


def unusable(why: str) -> BackupUnusable:
    """A snapshot that must not be used, and why."""
    return BackupUnusable(
        f"The backup cannot be used: {why}.",
        remedy="Use another one (`notion-playbooks backups list`), or make a new one with"
        " create_backup.",
    )


def _records(file: IO[bytes], entry: FileEntry, sealer: Sealer) -> Iterator[Record]:
    count = 0
    with closing(_raw_lines(_decompressed(_chunks(file, entry, sealer), entry))) as lines:
        for count, line in enumerate(lines, start=1):
            try:
                kept = decoded(line)
                record = (str(kept["place"]), str(kept["id"]), kept["record"])
            except (ValueError, KeyError, TypeError):
                raise unusable(f"line {count} of {entry.name} is no record") from None
            yield record
    if count != entry.records_count:
        raise unusable(f"{entry.name} holds {count} records, not {entry.records_count}")


def _lines(records: Iterable[Record], tally: _Tally) -> Iterator[bytes]:
    for place, record_id, record in records:
        line = encoded({"place": place, "id": record_id, "record": record}) + b"\n"
        tally.records_count += 1
        tally.raw_bytes += len(line)
        yield line


def _compressed(lines: Iterable[bytes]) -> Iterator[bytes]:
    import zstandard  # noqa: PLC0415 - heavy, and most servers never write a backup

    # The library's types leave open what the two methods give.
    chunker: Any = zstandard.ZstdCompressor(level=_LEVEL).chunker(chunk_size=_CHUNK_BYTES)
    for line in lines:
        yield from chunker.compress(line)
    yield from chunker.finish()


def _chunks(file: IO[bytes], entry: FileEntry, sealer: Sealer) -> Iterator[bytes]:
    """The compressed stream in parts."""
    if not entry.name.endswith(ENCRYPTED):
        yield from iter(lambda: file.read(_CHUNK_BYTES), b"")
        return
    if not sealer.encrypts:
        raise KeyMissing(
            "The backup is encrypted, and no key is configured.",
            remedy="Name the key file it was made with as encryption_key_file under [backups] in"
            " the user's own playbooks.toml.",
        )
    for line in file:
        yield sealer.open(line.rstrip(b"\n"))


def _decompressed(chunks: Iterable[bytes], entry: FileEntry) -> Iterator[bytes]:
    import zstandard  # noqa: PLC0415 - heavy, see above

    stream = zstandard.ZstdDecompressor().decompressobj()
    raw_bytes = 0
    for chunk in chunks:
        try:
            raw = stream.decompress(chunk)
        except zstandard.ZstdError:
            raise unusable(f"{entry.name} cannot be decompressed") from None
        raw_bytes += len(raw)
        yield raw
    if raw_bytes != entry.raw_bytes:
        raise unusable(f"{entry.name} holds {raw_bytes} bytes, not {entry.raw_bytes}")


def _raw_lines(parts: Iterable[bytes]) -> Generator[bytes]:
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        yield from whole
    if rest:
        yield rest


def _private(path: Path) -> IO[bytes]:
    """Opened anew for writing, for its owner alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, PRIVATE_FILE), "wb")


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())

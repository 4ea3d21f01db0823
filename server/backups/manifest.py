"""The manifest of a snapshot, and whether the directory is what it says; no file is read."""

import hashlib
import stat
from collections.abc import Mapping
from pathlib import Path

from playbooks.snapshot import Manifest, Snapshot
from server.backups.files import unusable
from server.backups.layout import CHECKS, MANIFEST, MANIFEST_HASH, is_known


def snapshot_in(directory: Path) -> Snapshot:
    """The snapshot of that directory, without its checks; BackupUnusable with the reason."""
    sizes = _sizes_in(directory)
    manifest, root_hash = _manifest_in(directory)
    if manifest.id != directory.name:
        raise unusable("its manifest is that of another backup")
    _judge_names(manifest, sizes)
    sizes.pop(CHECKS, None)
    return Snapshot(manifest, root_hash, sum(sizes.values()))


def _manifest_in(directory: Path) -> tuple[Manifest, str]:
    """The manifest and its SHA-256, which is as its own file says."""
    try:
        content = (directory / MANIFEST).read_bytes()
        said = (directory / MANIFEST_HASH).read_bytes()
    except FileNotFoundError:
        raise unusable("it has no manifest: it was never finished, or a part is missing") from None
    except OSError as error:
        raise unusable(f"its manifest cannot be read: {error.strerror or 'no reason'}") from None
    root_hash = hashlib.sha256(content).hexdigest()
    if said != f"{root_hash}  {MANIFEST}\n".encode():
        raise unusable("its manifest was changed or cut: the SHA-256 differs")
    try:
        return Manifest.model_validate_json(content), root_hash
    except ValueError:
        raise unusable("its manifest is of another version of this program") from None


def _sizes_in(directory: Path) -> dict[str, int]:
    """Of plain files alone: what a link leads to may be anybody's, and change."""
    try:
        found = {path.name: path.lstat() for path in directory.iterdir()}
    except OSError as error:
        raise unusable(f"a file cannot be read: {error.strerror or 'no reason'}") from None
    strange = sorted(name for name, each in found.items() if not stat.S_ISREG(each.st_mode))
    if strange:
        raise unusable(f"{strange[0][:64]!r} is no plain file")
    return {name: each.st_size for name, each in found.items()}


def _judge_names(manifest: Manifest, sizes: Mapping[str, int]) -> None:
    """Exactly the files of the manifest, each of its size."""
    strange = [file.name for file in manifest.files if not is_known(file.name)]
    expected = {MANIFEST, MANIFEST_HASH, *(file.name for file in manifest.files)}
    missing = sorted(expected - sizes.keys())
    added = sorted(sizes.keys() - expected - {CHECKS})
    if missing or strange:
        raise unusable(f"a file is missing: {(missing or strange)[0]}")
    if added:
        raise unusable(f"a file was added: {added[0][:64]!r}")
    for file in manifest.files:
        if sizes[file.name] != file.bytes:
            raise unusable(f"{file.name} has {sizes[file.name]} bytes, not {file.bytes}")

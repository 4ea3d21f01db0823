"""`backups`: list, verify and prune them, and get back the settings that one holds."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anyio

from playbooks.arguments import LATEST
from playbooks.backups_kept import rows_count
from playbooks.create_backup import prune
from playbooks.errors import BackupUnusable
from playbooks.snapshot import Broken, Check, Snapshot
from server.app import House, open_house
from server.backups.sealing import new_key_file
from server.cli.exits import FAILED
from server.cli.frame import framed
from server.settings import Configuration
from server.told_settings import secrets_of, without_secrets


def run_backups(options: argparse.Namespace) -> int:
    """The action asked for; 1 when a backup is not whole, 64 when there is none of that id."""
    if options.action == "new-key":
        return _new_key(Path(options.file))
    return framed(options, lambda configuration: anyio.run(_act, configuration, options))


async def _act(configuration: Configuration, options: argparse.Namespace) -> int:
    async with open_house(configuration) as house:
        desk = await house.desk()
        if desk.unreachable is not None:
            raise desk.unreachable
        if desk.backups is None:
            raise BackupUnusable(
                "There is no workspace whose backups could be read.",
                remedy="`notion-playbooks --health-check` says why.",
            )
        match options.action:
            case "verify":
                return await _verify(house, options)
            case "prune":
                gone = await prune(desk, desk.backups, dry_run=options.dry_run)
                return _pruned(gone, dry_run=options.dry_run, as_json=options.json)
            case "settings":
                return await _settings(house, options.id)
            case _:
                return await _list(house, options)


async def _list(house: House, options: argparse.Namespace) -> int:
    everybodys = options.action == "list" and options.all
    found = await house.backups.snapshots(all_connections=everybodys)
    if options.json:
        _print_json([_row(each) for each in found])
    for each in () if options.json else found:
        sys.stdout.write(f"{_line(each)}\n")
    if not found and not options.json:
        sys.stdout.write("No backup of this workspace yet; create_backup makes one.\n")
    return FAILED if any(isinstance(each, Broken) and not each.foreign for each in found) else 0


def _row(found: Snapshot | Broken) -> dict[str, Any]:
    if isinstance(found, Broken):
        return {"id": found.id, _fault(found): found.why}
    manifest = found.manifest
    return {
        "id": found.id,
        "started_at": manifest.started_at.isoformat(),
        "mode": manifest.mode,
        "verified": found.verified(),
        "rows_count": rows_count(manifest),
        "bytes": found.bytes,
        "encrypted": manifest.encrypted,
        "warnings_count": len(manifest.warnings),
    }


def _fault(found: Broken) -> str:
    return "foreign" if found.foreign else "broken"


def _line(found: Snapshot | Broken) -> str:
    if isinstance(found, Broken):
        return f"{found.id}  {_fault(found)}: {found.why}"
    word = "verified" if found.verified() else "not verified"
    size = f"{rows_count(found.manifest):>7,} rows {found.bytes / 1000:>9,.0f} kB"
    return f"{found.id}  {found.manifest.mode:<11} {word:<12} {size}"


async def _verify(house: House, options: argparse.Namespace) -> int:
    check = await house.backups.verify(await _id(house, options.id), options.level)
    if options.json:
        _print_json({**asdict(check), "at": check.at.isoformat()})
    else:
        sys.stdout.write(f"{_checked(check)}\n")
    return 0 if check.passed else FAILED


def _checked(check: Check) -> str:
    word = "passed" if check.passed else "FAILED"
    return f"{check.snapshot_id}: level {check.level} {word}. {check.says}"


def _pruned(gone: tuple[str, ...], *, dry_run: bool, as_json: bool) -> int:
    if as_json:
        _print_json({"removed": gone, "dry_run": dry_run})
        return 0
    word = "would be removed" if dry_run else "removed"
    lines = [f"{each} {word}" for each in gone] or ["Nothing to remove."]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


async def _settings(house: House, backup_id: str) -> int:
    import tomlkit  # noqa: PLC0415 - heavy, and only this action needs it

    found = house.backups.records(await _id(house, backup_id), "setting")
    settings = {name: value async for _, name, value in found if name != "tuned"}
    missing = sorted(secrets_of(settings))
    comments = [
        f"# {name} holds a secret, which no backup keeps: set it yourself.\n" for name in missing
    ]
    sys.stdout.write("".join(comments) + tomlkit.dumps(without_secrets(settings)))
    return 0


async def _id(house: House, given: str) -> str:
    if given != LATEST:
        return given
    found = await house.backups.snapshots()
    newest = next((each.id for each in found if isinstance(each, Snapshot)), None)
    if newest is None:
        raise BackupUnusable("There is no backup yet.", remedy="create_backup makes one.")
    return newest


def _new_key(file: Path) -> int:
    try:
        new_key_file(file)
    except OSError as error:
        sys.stderr.write(f"notion-playbooks: {file}: {error.strerror or 'cannot be written'}\n")
        return FAILED
    sys.stdout.write(
        f"{file} holds a new key. Keep a copy elsewhere: without it no backup can be read.\n"
        "Name it in your own playbooks.toml: [backups] encryption_key_file = …\n"
    )
    return 0


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")

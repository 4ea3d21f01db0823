"""`contract infer|show|acknowledge|acknowledged`: what a team expects of its data."""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import anyio

from playbooks.contract_infer import Inferred, infer
from playbooks.contract_text import toml_of
from playbooks.databases import KINDS, DatabaseKey
from playbooks.desk import Desk
from playbooks.kept_data import Acknowledged
from playbooks.row_rules_check import contract_of, rules_of
from playbooks.text import visible
from playbooks.verdict import Verdict
from server.app import open_house
from server.cli.exits import FAILED, USAGE
from server.cli.frame import framed
from server.contracts import directory_of
from server.settings import Configuration

_BY: Final = "the command line"


def run_contract(options: argparse.Namespace) -> int:
    """One of its actions."""
    return framed(options, lambda configuration: anyio.run(_act, configuration, options))


async def _act(configuration: Configuration, options: argparse.Namespace) -> int:
    async with open_house(configuration) as house:
        desk = await house.desk()
        match options.action:
            case "infer":
                return await _infer(desk, configuration, options)
            case "show":
                return _show(desk, options.database)
            case "acknowledge":
                return await _acknowledge(desk, options)
            case _:
                return await _acknowledged(desk)


async def _infer(desk: Desk, configuration: Configuration, options: argparse.Namespace) -> int:
    """Print what was inferred, or write each to its file; a file that is there stays."""
    directory = directory_of(configuration.file, configuration.settings.contracts.directory)
    status = 0
    for key in _keys(options.database):
        inferred = await infer(desk, key, run_id=desk.new_run_id())
        if isinstance(inferred, Verdict):
            sys.stderr.write(f"notion-playbooks: {key}: {inferred.gate.reason}\n")
            status = FAILED if options.database else status
        elif options.write:
            status = max(status, _write(directory, key, inferred, force=options.force))
        else:
            sys.stdout.write(f"# {key}.toml\n{inferred.toml}\n")
    return status


def _write(directory: Path, key: DatabaseKey, inferred: Inferred, *, force: bool) -> int:
    path = directory / f"{key}.toml"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(inferred.toml)
    except FileExistsError as error:
        if error.filename == str(directory):
            return _refused(f"{directory} is a file; contracts need a directory", USAGE)
        return _refused(f"{path} is there already; --force replaces it", USAGE)
    except OSError as error:
        return _refused(f"{path}: {error.strerror or 'cannot be written'}", FAILED)
    sys.stdout.write(f"Wrote {path}.\n")
    return 0


def _keys(only: DatabaseKey | None) -> list[DatabaseKey]:
    return [
        kind.key for kind in KINDS if only in {None, kind.key} and not (only is None and kind.ours)
    ]


def _show(desk: Desk, only: DatabaseKey | None) -> int:
    for key in _keys(only):
        contract = contract_of(desk, key)
        whose = "the team's over the playbook's" if key in desk.contracts else "the playbook's"
        sys.stdout.write(f"# {key}: {whose}, fingerprint {contract.fingerprint}\n")
        sys.stdout.write(f"{toml_of(contract, {})}\n")
    return 0


async def _acknowledge(desk: Desk, options: argparse.Namespace) -> int:
    if desk.book is None:
        return _refused("there is no workspace; health_check says why", FAILED)
    if options.until == date.max:
        return _refused(f"{options.until} has no day after it: give an earlier one", USAGE)
    until = desk.work.days.begins(options.until + timedelta(days=1))
    if until <= desk.clock():
        return _refused(f"{options.until} is past", USAGE)
    if (unknown := await _unknown(desk, options.rule)) is not None:
        return unknown
    known = Acknowledged(options.rule, options.row or "", options.reason, _BY, desk.clock(), until)
    await desk.book.acknowledge([known])
    whom = f"row {options.row}" if options.row else "every row"
    sys.stdout.write(f"Known until {options.until}: {options.rule}, {whom}.\n")
    return 0


async def _unknown(desk: Desk, rule: str) -> int | None:
    """The exit status where there is no such rule, which is told; a change of the schema may be."""
    database = rule.partition(".")[0]
    key: DatabaseKey = next(kind for kind in KINDS if kind.key == database).key
    if rule.startswith(f"{key}.drift."):
        return None
    valid = await rules_of(desk, key, procedure="contract", run_id=desk.new_run_id())
    if isinstance(valid, Verdict):
        return _refused(f"{key}: {valid.gate.reason}", FAILED)
    if rule not in valid:
        return _refused(f"there is no rule {rule}; valid: {', '.join(sorted(valid))}", USAGE)
    return None


def _refused(why: str, status: int) -> int:
    sys.stderr.write(f"notion-playbooks: {why}\n")
    return status


async def _acknowledged(desk: Desk) -> int:
    known = () if desk.book is None else await desk.book.acknowledged()
    for each in known:
        over = " (expired)" if each.until <= desk.clock() else ""
        whom = each.row_id or "every row"
        last = desk.work.days.local_day(each.until - timedelta(microseconds=1))
        until = f"until {last}{over}"
        sys.stdout.write(f"{each.rule}  {whom}  {until}  {visible(each.reason)}\n")
    if not known:
        sys.stdout.write("Nothing is acknowledged.\n")
    return 0

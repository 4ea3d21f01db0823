"""`init`: find the databases of a workspace, map them, ask, and write playbooks.toml."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import anyio

from playbooks.databases import KINDS, DatabaseKind, Role
from playbooks.desk import Desk
from playbooks.errors import ConfigurationInvalid, PlaybookError
from playbooks.mapping import titled
from playbooks.objects import Found
from playbooks.ports import Notion
from playbooks.proposal import Proposal, candidates, fitting, propose
from playbooks.text import listed, shown
from server.app import open_house
from server.cli.exits import FAILED, USAGE
from server.settings import Configuration, read_configuration

LISTED_COUNT: Final = 20
"""More choices than this are no choice; a title narrows them better."""


def run_init(options: argparse.Namespace) -> int:
    """Propose, ask, write; nothing is written over without --force."""
    target = Path(options.output)
    if target.exists() and not options.force:
        return _refuse(f"{target} is there already: say --force to replace it, or --output FILE")
    if not options.yes and not sys.stdin.isatty():
        return _refuse("init asks questions: run it on a terminal, or say --yes")
    asking = _Asking(sure=options.yes)
    try:
        text = anyio.run(_map, read_configuration(options.config), asking)
        target.write_text(text, "utf-8")
    except ConfigurationInvalid as error:
        return _refuse(str(error))
    except PlaybookError as error:
        _refuse(str(error))
        return FAILED
    except _Left:
        raise KeyboardInterrupt from None
    except OSError as error:
        return _refuse(f"{target} cannot be written: {error.strerror}")
    sys.stdout.write(f"\nWrote {target}. Next: notion-playbooks --health-check\n")
    return 0


def _refuse(problem: str) -> int:
    sys.stderr.write(f"notion-playbooks: {problem}\n")
    return USAGE


class _Asking:
    """Questions on a terminal; with `sure` every proposal is taken."""

    def __init__(self, *, sure: bool) -> None:
        self._sure = sure

    def choose(self, question: str, choices: Sequence[str], *, proposed: bool) -> int | None:
        """The index of the choice taken, None for none; Enter takes the first when proposed."""
        if self._sure or not choices:
            return 0 if proposed and choices else None
        for number, choice in enumerate(choices[:LISTED_COUNT], start=1):
            sys.stdout.write(f"  {number}. {choice}\n")
        default = "1" if proposed else "0"
        while True:
            typed = _typed(f"{question} [number, 0 for none; Enter: {default}] ") or default
            if typed.isdecimal() and int(typed) <= min(len(choices), LISTED_COUNT):
                return int(typed) - 1 if int(typed) else None


class _Left(Exception):
    """A question was ended with Ctrl-C or Ctrl-D."""


def _typed(prompt: str) -> str:
    # The event loop takes Ctrl-C for itself and acts on it later, but it stands still meanwhile.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input(prompt).strip()
    except (KeyboardInterrupt, EOFError):
        raise _Left from None
    finally:
        signal.signal(signal.SIGINT, before)


async def _map(configuration: Configuration, asking: _Asking) -> str:
    """The text of the file that the answers make."""
    async with open_house(configuration) as house:
        desk = await house.desk()
        notion = _reachable(desk).attributed("init", desk.new_run_id())
        bot = await notion.who_am_i()
        shared = await notion.find_data_sources("")
        sys.stdout.write(
            f"{shown(bot.name)} of {shown(bot.workspace_name or '')} ({desk.connection.workspace})"
            f" sees {len(shared)} databases.\n"
        )
        wanted = [kind for kind in KINDS if not kind.ours]
        found = [await _one(notion, kind, shared, asking) for kind in wanted]
    proposals = [proposal for proposal in found if proposal is not None]
    return _toml(proposals, embedded=desk.connection.workspace == "sample workspace")


def _reachable(desk: Desk) -> Notion:
    if desk.unreachable is not None:
        raise desk.unreachable
    if desk.notion is None:
        lost = "a Notion workspace is configured, but NOTION_API_TOKEN is not set"
        raise ConfigurationInvalid(desk.configuration.mistakes or (lost,))
    return desk.notion


async def _one(
    notion: Notion, kind: DatabaseKind, shared: Sequence[Found], asking: _Asking
) -> Proposal | None:
    """One database of the playbook: which data source, and how its properties map."""
    ranked = candidates(kind, shared)
    proposed = len(titled(kind, ranked)) == 1
    titles = [f"{shown(found.title)} {found.id}" for found in ranked]
    sys.stdout.write(f"\n{kind.key}\n")
    index = asking.choose(f"Which is {kind.key}?", titles, proposed=proposed)
    if index is None:
        sys.stdout.write("  left out\n")
        return None
    proposal = propose(kind, await notion.data_source(ranked[index].id))
    for role in proposal.missing:
        proposal = _fill(proposal, role, asking)
    _tell(proposal)
    return proposal


def _fill(proposal: Proposal, role: Role, asking: _Asking) -> Proposal:
    choices = fitting(role, proposal.source)
    names = [f"{shown(choice.name)} ({choice.type})" for choice in choices]
    index = asking.choose(f"Which property is its {role.name}?", names, proposed=False)
    return proposal if index is None else proposal.with_property(role, choices[index])


def _tell(proposal: Proposal) -> None:
    for role_name, name in proposal.properties.items():
        sys.stdout.write(f"  {role_name:<18} {shown(name)}\n")
    for status, options in proposal.statuses.items():
        sys.stdout.write(f"  status {status:<11} {listed([shown(option) for option in options])}\n")
    for role in proposal.missing:
        sys.stdout.write(
            f"  {role.name:<18} (required, and no property of a fitting type chosen)\n"
        )


def _statuses(proposal: Proposal) -> dict[str, dict[str, list[str]]]:
    named: dict[str, list[str]] = {}
    for role, names in proposal.statuses.items():
        named[role] = list(names)
    return {"statuses": named} if named else {}


def _toml(proposals: Sequence[Proposal], *, embedded: bool) -> str:
    """The file, in the order of the playbook."""
    import tomlkit  # noqa: PLC0415 - needed by this command alone

    document = tomlkit.document()
    document.add(tomlkit.comment("Written by `notion-playbooks init`; edit it freely."))
    if embedded:
        document.add("workspace", tomlkit.item("embedded"))
    databases = tomlkit.table(is_super_table=True)
    for proposal in proposals:
        databases.add(
            proposal.kind.key,
            {
                "id": proposal.source.id,
                "properties": dict(proposal.properties),
            }
            | _statuses(proposal),
        )
    document.add("databases", databases)
    return tomlkit.dumps(document)

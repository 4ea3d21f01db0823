"""What the command line accepts."""

import argparse
import re
from collections.abc import Sequence
from datetime import date
from typing import Final, NoReturn

from playbooks.databases import KINDS
from server.cli.exits import USAGE


class _Parser(argparse.ArgumentParser):
    """One clear line and status 64, instead of the usage page and 2."""

    def error(self, message: str) -> NoReturn:
        """Refuse in one line."""
        self.exit(USAGE, f"notion-playbooks: {message}. See `{self.prog} --help`.\n")


def parse(given: Sequence[str]) -> argparse.Namespace:
    """The options; ends the process with one line and status 64 for what it does not know."""
    whole = _parser()
    options = whole.parse_args(given)
    if options.health_check and options.command is not None:
        whole.error(f"--health-check and {options.command} are two commands")
    return options


def _parser() -> argparse.ArgumentParser:
    whole = _Parser(
        prog="notion-playbooks",
        description="Runs the playbook of a Notion workspace. Without a command: MCP over stdio.",
        allow_abbrev=False,
    )
    whole.add_argument("--config", metavar="FILE", help="the playbooks.toml to use")
    health = whole.add_argument_group("health check")
    health.add_argument("--health-check", action="store_true", help="check, print a report, exit")
    health.add_argument("--json", action="store_true", help="print the structured report alone")
    health.add_argument(
        "--fail-on",
        choices=("warning", "critical"),
        default="warning",
        help="exit 0 below this; unknown always fails (default: warning)",
    )
    health.add_argument(
        "--max-age", type=_seconds, default=0, metavar="S", help="accept a report of that age"
    )
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    _call(commands.add_parser("call", help="call any tool, as an assistant would"))
    _init(commands.add_parser("init", help="map an existing workspace, write playbooks.toml"))
    _plans(commands.add_parser("plans", help="list the plans for changes, or show one"))
    approve = commands.add_parser("approve", help="see a plan and approve it, on a terminal")
    approve.add_argument("plan", metavar="PLAN", help="its id, from plans or plan_change")
    commands.add_parser("audit", help="verify the journal of runs, approvals and writes")
    _backups(commands.add_parser("backups", help="list, verify and prune the backups"))
    _contract(commands.add_parser("contract", help="what is expected of the data"))
    _usage(commands.add_parser("import-usage", help="record calls of AI tools from files"))
    _workspace(commands.add_parser("workspace", help="the embedded workspace"))
    return whole


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 on")
    return value


def _call(call: argparse.ArgumentParser) -> None:
    call.add_argument("tool", metavar="TOOL")
    call.add_argument(
        "arguments",
        nargs=argparse.REMAINDER,
        metavar="--argument value",
        help="the tool's arguments; --json prints the structured report alone",
    )


def _init(init: argparse.ArgumentParser) -> None:
    init.add_argument("--yes", action="store_true", help="accept every proposal")
    init.add_argument("--output", default="playbooks.toml", metavar="FILE", help="what to write")
    init.add_argument("--force", action="store_true", help="replace an existing file")


def _plans(plans: argparse.ArgumentParser) -> None:
    plans.add_argument("plan", metavar="PLAN", nargs="?", help="show this one whole")
    plans.add_argument("--json", action="store_true", help="print JSON alone")
    plans.add_argument(
        "--limit", type=_count, default=20, metavar="N", help="how many (default: 20)"
    )


def _backups(backups: argparse.ArgumentParser) -> None:
    backups.add_argument("--json", action="store_true", help="print JSON alone")
    actions = backups.add_subparsers(dest="action", metavar="ACTION", help="without one: list")
    listing = actions.add_parser("list", help="the backups of this workspace, newest first")
    listing.add_argument("--all", action="store_true", help="those of other workspaces too")
    verify = actions.add_parser("verify", help="check one again, and remember the result")
    verify.add_argument("id", metavar="ID", help="from the list, or latest")
    verify.add_argument(
        "--level",
        type=int,
        choices=(0, 1, 2, 3),
        default=1,
        help="0 hashes, 1 records and counts, 2 relations, 3 a trial restore (default: 1)",
    )
    prune = actions.add_parser("prune", help="remove what the retention rule does not keep")
    prune.add_argument("--dry-run", action="store_true", help="only say which")
    settings = actions.add_parser("settings", help="print the settings in one, as playbooks.toml")
    settings.add_argument("id", metavar="ID", help="from the list, or latest")
    new_key = actions.add_parser("new-key", help="make the key file of encrypted backups")
    new_key.add_argument("file", metavar="FILE")


def _contract(contract: argparse.ArgumentParser) -> None:
    actions = contract.add_subparsers(dest="action", required=True, metavar="ACTION")
    infer = actions.add_parser("infer", help="propose contracts from schemas and rows")
    infer.add_argument("--write", action="store_true", help="to contracts/DATABASE.toml")
    infer.add_argument("--force", action="store_true", help="replace a file that is there")
    show = actions.add_parser("show", help="print the contracts in force")
    for action in (infer, show):
        keys = [kind.key for kind in KINDS]
        action.add_argument("database", nargs="?", choices=keys, metavar="DATABASE")
    know = actions.add_parser("acknowledge", help="say that a broken rule is known")
    know.add_argument("rule", type=_rule, metavar="RULE", help="as validate_data names it")
    know.add_argument("row", nargs="?", type=_page, metavar="ROW", help="without: every row")
    know.add_argument("--until", type=_day, required=True, metavar="DATE", help="YYYY-MM-DD")
    know.add_argument("--reason", required=True, metavar="TEXT")
    actions.add_parser("acknowledged", help="list what is known, and until when")


def _rule(text: str) -> str:
    database, _, name = text.partition(".")
    if not name or database not in {kind.key for kind in KINDS}:
        raise argparse.ArgumentTypeError(f"{text!r} is no rule, such as task_management.clock_time")
    return text


def _page(text: str) -> str:
    digits = text.partition("?")[0].replace("-", "").lower()[-32:]
    if not re.fullmatch("[0-9a-f]{32}", digits):
        raise argparse.ArgumentTypeError(f"{text!r} is no id or link of a page")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day, YYYY-MM-DD") from None


def _usage(usage: argparse.ArgumentParser) -> None:
    usage.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="CSV, JSON lines, or Continue's dev_data files or folder",
    )
    usage.add_argument(
        "--map",
        action="append",
        metavar="ROLE=COLUMN",
        help="which column is what, where its name does not say it",
    )
    usage.add_argument("--tool", metavar="NAME", help="the tool of lines that name none")
    usage.add_argument("--dry-run", action="store_true", help="read and count, keep nothing")
    usage.add_argument("--json", action="store_true", help="print the result as JSON alone")


def _workspace(workspace: argparse.ArgumentParser) -> None:
    actions = workspace.add_subparsers(dest="action", required=True, metavar="ACTION")
    serve = actions.add_parser("serve", help="serve it to other clients on loopback")
    serve.add_argument("--port", type=_port, default=0, metavar="N", help="0 takes a free one")
    reset = actions.add_parser("reset", help="throw it away and make the sample anew")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    load = actions.add_parser("import", help="load real tasks through the API")
    load.add_argument("what", choices=("tasks",))
    load.add_argument("file", metavar="FILE.csv")
    load.add_argument(
        "--map", action="append", required=True, metavar="MAP", help="a map file, or role=Column"
    )
    load.add_argument("--join", metavar="FILE2.csv", help="a second file with more columns")
    load.add_argument("--on", metavar="COLUMN", help="the column both files share (or the map's)")
    load.add_argument(
        "--encoding", metavar="E", help="of both files (default: the map's, or utf-8)"
    )
    load.add_argument(
        "--into", metavar="TITLE", default="Imported tasks", help="the database, by title or id"
    )
    load.add_argument("--limit", type=_count, metavar="N", help="load at most N tasks")
    load.add_argument("--json", action="store_true", help="print the result as JSON alone")
    _faults(actions.add_parser("faults", help="show or plan how it fails, for every process"))


def _faults(faults: argparse.ArgumentParser) -> None:
    faults.add_argument("--json", action="store_true", help="print what is in force as JSON alone")
    acts = faults.add_subparsers(dest="act", metavar="ACTION", help="without one: what is in force")
    put = acts.add_parser("set", help="put a plan in the place of all faults and conditions")
    put.add_argument("plan", metavar="PLAN", help="a JSON or TOML file, or a ready-made plan")
    add = acts.add_parser("add", help="add a rule behind those in force", epilog=FAULTS)
    add.add_argument("--fault", required=True, metavar="FAULT", help="what happens: see below")
    add.add_argument("--route", metavar="R", help="such as 'POST /v1/pages*' (default: *)")
    add.add_argument("--rate", type=float, metavar="P", help="the part that fails, 0 to 1")
    add.add_argument("--count", type=_count, metavar="N", help="how often (default: until cleared)")
    add.add_argument("--after", type=int, metavar="N", help="the first N requests pass")
    add.add_argument(
        "--retry-after", dest="retry_after_s", type=int, metavar="S", help="of 429 and 529"
    )
    add.add_argument("--reason", metavar="REASON", help="of rate_limited")
    add.add_argument("--status", type=int, metavar="STATUS", help="of failed: 500 and 502-504")
    add.add_argument("--latency", dest="latency_ms", type=int, metavar="MS", help="of delayed")
    add.add_argument(
        "--p95", dest="p95_ms", type=int, metavar="MS", help="of delayed: draw, --latency is median"
    )
    add.add_argument("--late", dest="late_s", type=float, metavar="S", help="of committed_late")
    add.add_argument("--duration", dest="duration_s", type=float, metavar="S", help="of stalled")
    limit = acts.add_parser("limit", help="rate limits of a fixed window")
    for name, whose in (("token", "each token"), ("workspace", "all tokens together")):
        limit.add_argument(
            f"--per-{name}",
            dest=f"{name}_budget",
            type=_count_or_off,
            default=argparse.SUPPRESS,
            metavar="N",
            help=f"requests of {whose} in a window, or off",
        )
    limit.add_argument(
        "--window", dest="window_s", type=_count, default=argparse.SUPPRESS, metavar="S"
    )
    acts.add_parser("clear", help="no faults, no limits: as Notion on a good day")


FAULTS: Final = """faults: rate_limited, overloaded, failed, database_unavailable, pool_exhausted,
conflict, revoked, blocked, stalled, reset (the request is not performed); committed, delayed,
committed_late, reset_in_body, truncated, invalid_json (it is performed)."""


def _count_or_off(text: str) -> int | None:
    return None if text == "off" else _count(text)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def _port(text: str) -> int:
    highest = 65_535
    if not text.isdigit() or int(text) > highest:
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 0 to {highest}")
    return int(text)

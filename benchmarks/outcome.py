"""What every benchmark asks of its command line, and how it tells what it has measured."""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def asked(description: str | None, argv: Sequence[str] | None) -> argparse.Namespace:
    """The options `quick` and `json`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, under 40 s")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")
    return parser.parse_args(argv)


def tell(table: str, note: str, summary: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the table, what it rests on, and the summary as JSON where that is wanted."""
    progress("")
    cpu_count = os.cpu_count()
    print(f"{table}\n\n{note}, on {cpu_count} CPUs")
    if as_json:
        print(json.dumps({**summary, "cpu_count": cpu_count}))


def progress(text: str) -> None:
    """Show on a terminal what goes on; the next text takes its place."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

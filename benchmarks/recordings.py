"""How far the embedded workspace answers as Notion did, by replaying real exchanges.

Run it from a checkout with `.venv/bin/python -m benchmarks.recordings [--json] [--data DIR]`.
It needs the shared recordings; nothing leaves the machine.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio

if not __package__:
    # Run by its path: the checkout takes this folder's place, whose names would hide others.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from tests.server.workspace import known_differences
from tests.server.workspace.recordings import DATA, RECORDING, stories
from tests.server.workspace.replaying import Report, replay


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay and print; 1 when an exchange differs for no known reason, 2 without recordings."""
    options = _options(arguments)
    if not (options.data / RECORDING).exists():
        print(f"No recordings at {options.data / RECORDING}; name their folder with --data.")
        return 2
    with tempfile.TemporaryDirectory() as directory:
        report = anyio.run(replay, stories(options.data), Path(directory))
    told = _figures(report)
    print(json.dumps(told) if options.json else _text(told))
    return 1 if told["unexplained"] else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--data", type=Path, default=DATA, help=f"the folder of {RECORDING}")
    return parser.parse_args(arguments)


def _figures(report: Report) -> dict[str, Any]:
    known, differing = known_differences.reasons(), report.differing()
    unexplained = {key: found for key, found in differing.items() if key not in known}
    return {
        "exchanges_count": len(report.outcomes),
        "agreeing_count": report.agreeing_count,
        "by_endpoint": report.by_endpoint(),
        "by_difference": report.by_kind(),
        "by_reason": Counter(known[key] for key in differing if key in known),
        "unexplained": {key: [str(each) for each in found] for key, found in unexplained.items()},
    }


def _text(told: dict[str, Any]) -> str:
    lines = [f"{told['agreeing_count']} of {told['exchanges_count']} exchanges agree fully."]
    lines += [
        f"{agreeing:4} of {total:3}  {endpoint}"
        for endpoint, (agreeing, total) in told["by_endpoint"].items()
    ]
    lines += [f"{count:4} differ in {kind}" for kind, count in told["by_difference"].items()]
    lines += [f"{count:4} differ because {reason}" for reason, count in told["by_reason"].items()]
    for key, found in told["unexplained"].items():
        lines += [f"unexplained: {key}", *(f"      {each}" for each in found)]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

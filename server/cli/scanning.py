"""What a shell may ask of `security_scan` beside its arguments: the live check, a SARIF file.

Neither is an argument of the tool: an assistant can ask for neither.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playbooks.report import Report
    from playbooks.security_ports import Exposure
    from server.security import ByHand

_TOOL: Final = "security_scan"


@dataclass(slots=True)
class ScanByHand:
    """The choices, and what the scan found once it has run."""

    tool: str
    verify: bool = False
    sarif: Path | None = None
    _exposures: "list[Exposure]" = field(default_factory=list["Exposure"])

    @property
    def by_hand(self) -> "ByHand | None":
        """What the house is told; None for any other tool."""
        if self.tool != _TOOL:
            return None
        from server.security import ByHand  # noqa: PLC0415 - heavy, and only this tool needs it

        return ByHand(self.verify, self._exposures.extend)

    def require_writable(self) -> None:
        """ValueError with a sentence where the SARIF file could not be written after the scan."""
        if self.sarif is None:
            return
        was_there = self.sarif.exists()
        try:
            self.sarif.open("ab").close()
        except OSError as error:
            raise ValueError(f"argument --sarif: {self.sarif}: {error.strerror}") from None
        if not was_there:
            self.sarif.unlink()

    def save(self, report: "Report") -> bool:
        """Write the SARIF file, in place of what was there; whether it could be written."""
        if self.sarif is None:
            return True
        from playbooks.sarif import sarif_of  # noqa: PLC0415 - only wanted here

        unseen = _unseen(report)
        log = sarif_of(self._exposures, version("notion-playbooks"), unseen=unseen)
        try:
            self.sarif.write_text(f"{json.dumps(log, indent=1)}\n", "utf-8")
        except OSError as error:
            sys.stderr.write(f"notion-playbooks: {self.sarif}: {error.strerror}\n")
            return False
        return True


def _unseen(report: "Report") -> list[str]:
    """What was not looked at, a sentence for each gate that says so."""
    told = [f"{each.name}: {each.reason}" for each in report.gates if each.status == "unknown"]
    return told or ([] if report.coverage.complete else ["Not everything was looked at."])


def scan_options(tool: str, words: Sequence[str]) -> tuple[list[str], ScanByHand]:
    """The words that are arguments, and what the others ask for; ValueError with a sentence."""
    scan, left = ScanByHand(tool), list(words)
    if tool != _TOOL:
        return left, scan
    if "--verify" in left:
        left.remove("--verify")
        scan.verify = True
    for number, word in enumerate(left):
        if word == "--sarif" or word.startswith("--sarif="):
            taken = 1 if "=" in word else 2
            file = word.partition("=")[2] or "".join(left[number + 1 : number + 2])
            if not file or (taken > 1 and file.startswith("--")):
                raise ValueError("argument --sarif has no file")
            scan.sarif = Path(file)
            del left[number : number + taken]
            break
    return left, scan

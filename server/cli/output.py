"""What a person sees: reports on stdout, progress on stderr and only on a terminal."""

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from playbooks.render import MARKS, figures_of, finding_lines, provenance, told_gates
from playbooks.report import Gate, Report
from playbooks.text import display_width

# rich is heavy, and a server never needs it.
if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

COLOURS: Final = {
    "ok": "green",
    "warning": "yellow",
    "critical": "bold red",
    "unknown": "magenta",
    "not_measured": "dim",
}


def print_report(report: Report, *, as_json: bool) -> None:
    """One line a gate, then what to do and where the answer came from; or JSON alone."""
    if as_json:
        sys.stdout.write(report.model_dump_json() + "\n")
        return
    from rich.console import Console  # noqa: PLC0415 - heavy, see above

    console = Console(highlight=False, markup=False, emoji=False)
    # Rendered first and written once: rich would end the process by itself on a closed pipe.
    with console.capture() as rendered:
        _render(console, report)
    sys.stdout.write(rendered.get())


def _render(console: "Console", report: Report) -> None:
    title = report.procedure.replace("_", " ").capitalize()
    _line(console, f"{title}: {report.status}", COLOURS[report.status])
    _line(console, f"{report.headline}\n")
    for figure in figures_of(report.summary):
        _line(console, f"{_in_columns(figure)}\n")
    for gate in told_gates(report):
        _gate(console, gate)
    for finding in report.findings:
        if finding.remedy:
            _line(console, "\n" + "\n".join(finding_lines(finding)))
    if report.next_actions:
        _line(console, "\n" + "\n".join(f"Next: {action}" for action in report.next_actions))
    _line(console, f"\n{provenance(report)}", "dim")


def _in_columns(figure: str) -> str:
    """A figure without its Markdown: what stands in a fence, or a table with even columns."""
    lines = [line for line in figure.splitlines() if not line.startswith(("```", "| ---"))]
    if not figure.startswith("| "):
        return "\n".join(lines)
    rows = [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in lines]
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_even(row, widths) for row in rows)


def _even(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)
    )
    told = [f"{gap}{cell}" for gap, cell in zip(others, row[1:], strict=True)]
    return "  ".join([f"{row[0]}{first}", *told])


def _gate(console: "Console", gate: Gate) -> None:
    latency = f"{gate.latency_ms:.0f} ms" if gate.latency_ms is not None else ""
    word = "" if gate.status == "ok" else f"{gate.status.replace('_', ' ')}: "
    text = f"{MARKS[gate.status]} {gate.name:<25}{latency:>9}  {word}{gate.reason}"
    _line(console, text, COLOURS[gate.status] if gate.status != "ok" else None)


def _line(console: "Console", text: str, style: str | None = None) -> None:
    console.print(text, style=style, soft_wrap=True)


class Telling:
    """Progress of whatever runs; says nothing where nobody looks."""

    def __init__(self, bar: "Progress | None") -> None:
        self._bar = bar
        self._task = None if bar is None else bar.add_task("starting", total=None)

    async def progress(self, done: int, total: int, what: str) -> None:
        """The port `Progress`."""
        self.show(done, total, what)

    def making(self, done: int, total: int) -> None:
        """How far the sample workspace is."""
        self.show(done, total, "making the sample workspace")

    def show(self, done: int, total: int | None, what: str) -> None:
        """Show `done` of `total`; may be called from any thread."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total, description=what)


@contextmanager
def telling() -> Generator[Telling]:
    """A progress bar on stderr while the block runs, when stderr is a terminal."""
    if not sys.stderr.isatty():
        yield Telling(None)
        return
    from rich.console import Console  # noqa: PLC0415 - heavy, see above
    from rich.progress import Progress  # noqa: PLC0415 - heavy, see above

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield Telling(bar)

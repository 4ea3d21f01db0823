"""What a terminal shows of a report."""

from collections.abc import Awaitable, Callable

import pytest

from playbooks import query_metrics as metrics
from playbooks import velocity_answer
from playbooks.desk import Desk
from playbooks.query_metrics import query_metrics
from playbooks.render import MARKS
from playbooks.report import Report
from playbooks.velocity_report import velocity_report
from server.cli.output import print_report


async def test_bars_are_shown_without_their_fence(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    print_report(await velocity_report(desk), as_json=False)

    shown = capsys.readouterr().out
    assert "\ntasks/week  " in shown
    assert "```" not in shown


async def test_a_table_is_shown_in_even_columns(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    print_report(await query_metrics(desk, "calls", days=400, group="week"), as_json=False)

    header, *rows = [
        line for line in capsys.readouterr().out.splitlines() if line[:4] in {"week", "2026"}
    ]
    assert header.endswith("  calls")
    assert len(rows) > 10
    assert {len(row) for row in rows} == {len(header)}


async def test_what_to_ask_next_is_printed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    report = await query_metrics(desk, "calls", days=400)

    print_report(report, as_json=False)

    shown = capsys.readouterr().out
    assert report.next_actions
    assert all(f"\nNext: {action}\n" in shown for action in report.next_actions)


async def latencies(desk: Desk) -> Report:
    return await query_metrics(desk, "response_time")


@pytest.mark.parametrize(
    ("procedure", "in_short"),
    [
        pytest.param(velocity_report, velocity_answer.in_short, id="velocity_report"),
        pytest.param(latencies, metrics.in_short, id="query_metrics"),
    ],
)
async def test_a_report_in_short_tells_every_gate_as_the_whole_one_does(
    desk: Desk,
    capsys: pytest.CaptureFixture[str],
    procedure: Callable[[Desk], Awaitable[Report]],
    in_short: Callable[[Report], Report],
) -> None:
    report = await procedure(desk)

    print_report(report, as_json=False)
    whole = gate_lines(capsys.readouterr().out)
    print_report(in_short(report), as_json=False)

    assert len(whole) == len(report.gates) > 2
    assert gate_lines(capsys.readouterr().out) == whole


def gate_lines(shown: str) -> list[str]:
    return [
        line for line in shown.splitlines() if line[:2] in {f"{each} " for each in MARKS.values()}
    ]

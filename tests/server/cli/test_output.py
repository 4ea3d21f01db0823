"""What a terminal shows of a report."""

import pytest

from playbooks.desk import Desk
from playbooks.query_metrics import query_metrics
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

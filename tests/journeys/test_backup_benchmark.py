"""The benchmark of backups measures what it says, at the smallest of sizes."""

from pathlib import Path

import pytest

from benchmarks.backup import figures, measure, summary, table


async def test_a_backup_and_its_restore_are_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = await measure(tmp_path, 12)

    told = summary([measured])
    assert told["by_rows"][12] == figures(measured)
    assert (told["rows_count"], told["match_percent"]) == (12, 100.0)
    # Content and comments of each row, beside what there is of everything else.
    assert 2 * 12 < measured.full.requests_count < 2 * 12 + 20
    assert measured.bare.requests_count == measured.floor_requests_count == 13
    assert measured.changed_count == 1
    assert measured.incremental.requests_count < measured.full.requests_count
    assert "restore_rows_per_s" in table([measured])
    assert capsys.readouterr().out == ""

"""Real data through the whole path give the published figures; skipped where they are absent."""

import json
from pathlib import Path

import pytest

from benchmarks.datasets import METR_FILE
from benchmarks.reproduce import DATA, NAMES, data_set, main, missing

METR_HEADER = (
    "dev_id,issue_id,predicted_time_no_ai,ai_treatment,initial_implementation_time,"
    "post_review_implementation_time"
)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_every_published_figure_of_real_data_comes_out(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if reason := missing(data_set(name, quick=True), DATA):
        pytest.skip(f"the shared data are not beside the checkout: {reason}")

    exit_status = main([name, "--quick", "--json"])

    assert json.loads(capsys.readouterr().out.splitlines()[-1])["missed"] == []
    assert exit_status == 0


@pytest.mark.parametrize("name", NAMES)
def test_absent_data_are_told_and_skipped(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--data", "nowhere", "--json"]) == 0

    told, last = capsys.readouterr().out.splitlines()
    assert told.startswith(f"skipped: {name}/")
    assert f"skipped: {json.loads(last)['skipped']}" == told


def test_other_data_miss_the_published_figures_and_the_exit_status_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{n % 4},{n},{30 + n}.0,{n % 2}.0,{40 + n * n % 7}.0,5.0" for n in range(1, 21)]
    path = tmp_path / METR_FILE
    path.parent.mkdir()
    path.write_text("\n".join([METR_HEADER, *rows, "1,21,60.0,1.0,50.0,"]))

    exit_status = main(["metr", "--data", str(tmp_path), "--json"])

    table, last = capsys.readouterr().out.rsplit("\n", 2)[:2]
    told = json.loads(last)
    assert (exit_status, told["ai_tasks_count"], told["unassisted_tasks_count"]) == (1, 11, 10)
    assert {"ai_tasks_count", "adjusted_ratio"} <= set(told["missed"])
    assert table.count("MISSED") == len(told["missed"])

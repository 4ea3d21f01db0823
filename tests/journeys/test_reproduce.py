"""Real data through the whole path give the published figures; skipped where they are absent."""

import json

import pytest

from benchmarks.reproduce import DATA, NAMES, data_set, main, missing


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

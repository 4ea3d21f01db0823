"""A shell shows no picture: it saves one."""

import pytest

from tests.journeys.house import Here, Home

SAMPLE = {"PLAYBOOKS_WORKSPACE": "embedded"}


def test_a_picture_becomes_a_file_in_the_working_directory(here: Here, sample_home: Home) -> None:
    asked = ("call", "velocity_report", "--picture", "cycle_times")

    ended = here.run(sample_home, *asked, env=SAMPLE)

    (file,) = sample_home.working.glob("*.png")
    assert ended.stderr == f"picture saved: {file.name}\n"
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param(("--metric", "calls", "--picture", "true"), "No picture: ", id="of-a-sum"),
        pytest.param(("--metric", "latency"), "", id="unasked"),
    ],
)
def test_where_there_is_no_picture_no_file_is_made(
    here: Here, sample_home: Home, asked: tuple[str, ...], told: str
) -> None:
    ended = here.run(sample_home, "call", "query_metrics", *asked, env=SAMPLE)

    assert list(sample_home.working.glob("*.png")) == []
    assert ended.stderr.startswith(told)
    assert bool(ended.stderr) == bool(told)

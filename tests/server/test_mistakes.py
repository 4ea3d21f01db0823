import pytest

from server.mistakes import line_of

TEXT = """\
zone = "UTC"
# bands
[bands.error_rate_percent]
good_below = 1

[ databases . "task_management" ]
id = "x"
properties.status = "State"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param(("zone",), 1, id="top"),
        pytest.param(("bands", "error_rate_percent", "good_below"), 4, id="in-a-table"),
        pytest.param(("databases", "task_management", "id"), 7, id="spaced-and-quoted-header"),
        pytest.param(("databases", "task_management", "properties", "status"), 8, id="dotted"),
        pytest.param(("databases", "task_management", "statuses"), 6, id="nearest-table"),
        pytest.param(("store",), None, id="not-there"),
    ],
)
def test_a_key_is_found_where_it_is_set(path: tuple[str, ...], line: int | None) -> None:
    assert line_of(TEXT, path) == line

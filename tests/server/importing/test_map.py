"""The map, as pairs and as a file."""

from pathlib import Path

import pytest

from server.importing.errors import MapInvalid
from server.importing.map import parse_map

MINIMAL = '[columns]\ntitle = "Task"\nexternal_id = "Key"\n'
SIP = Path(__file__).parents[3] / "docs/maps/sip.toml"


def test_pairs_name_the_columns_and_the_rest_is_usual() -> None:
    task_map = parse_map(["title=Task", "external_id=Key", "status=State = now", "priority=Prio"])

    assert task_map.columns["status"] == "State = now"
    assert task_map.types == {
        "title": "title", "external_id": "rich_text", "status": "status", "priority": "select",
    }  # fmt: skip
    assert task_map.nulls == frozenset({"NA"})
    assert task_map.encoding == "utf-8"


def test_the_documented_map_says_all_that_a_file_can_say() -> None:
    task_map = parse_map([str(SIP)])

    assert task_map.columns["started"] == "StartedOn"
    assert task_map.types["priority"] == "number"
    assert task_map.statuses["RELEASED"] == "Done"
    assert (task_map.encoding, task_map.join_on) == ("windows-1252", "TaskNumber")
    assert task_map.read_date("02-Nov-04").isoformat() == "2004-11-02"


@pytest.mark.parametrize(
    ("args", "problem", "remedy"),
    [
        pytest.param(["nowhere.toml"], "no map file 'nowhere.toml'", "or pairs", id="missing"),
        pytest.param(["title=A", "size=B"], "'size' is no role", "story_points", id="role"),
        pytest.param(["title=A", "B"], "'B' is no pair", "role=Column", id="no-pair"),
        pytest.param(["title=A", "title=B"], "title is given twice", "one column", id="twice"),
        pytest.param(["title=A"], "no column for external_id", "Add external_id", id="required"),
        pytest.param([], "no column for title", "Add title", id="nothing"),
    ],
)
def test_wrong_pairs_are_refused_with_what_is_right(
    args: list[str], problem: str, remedy: str
) -> None:
    with pytest.raises(MapInvalid) as refused:
        parse_map(args)

    assert problem in refused.value.problem
    assert remedy in refused.value.remedy


@pytest.mark.parametrize(
    ("content", "problem", "remedy"),
    [
        pytest.param("columns = [", "not TOML", "Correct it", id="bad-toml"),
        pytest.param("\xff", "not TOML", "Correct it", id="not-utf-8"),
        pytest.param('color = "red"', "unknown key 'color'", "date_format", id="key"),
        pytest.param('nulls = "NA"', "'nulls' has another shape", "sip.toml", id="shape"),
        pytest.param("[columns]\ntitle = 3", "'columns' has another shape", "sip", id="inside"),
        pytest.param('[columns]\nsize = "B"', "'size' is no role", "priority", id="role"),
        pytest.param(
            MINIMAL + '[types]\nstatus = "select"', "no column for status", "Add", id="type-alone"
        ),
        pytest.param(
            MINIMAL + '[types]\ntitle = "number"', "cannot be of type 'number'", "title", id="type"
        ),
        pytest.param(
            f'date_format = "%d-%b-%y"\n{MINIMAL}', "does not name day", "DD, MM", id="date-format"
        ),
    ],
)
def test_a_wrong_map_file_is_refused_with_what_is_right(
    tmp_path: Path, content: str, problem: str, remedy: str
) -> None:
    path = tmp_path / "map.toml"
    path.write_bytes(content.encode("latin-1"))

    with pytest.raises(MapInvalid) as refused:
        parse_map([str(path)])

    assert problem in refused.value.problem
    assert remedy in refused.value.remedy

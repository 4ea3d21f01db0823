"""Every recorded exchange with Notion is repeated here; what differs is known, and why."""

from pathlib import Path

import anyio
import pytest

from tests.server.workspace import known_differences
from tests.server.workspace.comparing import IdMap, differences
from tests.server.workspace.recordings import DATA, RECORDING, stories
from tests.server.workspace.replaying import Report, replay

USER = "7775f3a3-893f-43fa-b625-460c61094c78"
PAGE = "393abc1e-edcd-81e2-97ea-fad78f8ecc3a"
OURS = "12345678-1234-8234-9234-123456789abc"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    if not (DATA / RECORDING).exists():
        pytest.skip(f"the shared data are not beside the checkout: {RECORDING}")
    return anyio.run(replay, stories(), tmp_path_factory.mktemp("replay"))


def test_an_exchange_agrees_with_its_recording_unless_the_difference_is_known(
    report: Report,
) -> None:
    known = known_differences.reasons()

    new = {key: found for key, found in report.differing().items() if key not in known}

    assert {key: [str(each) for each in found] for key, found in new.items()} == {}


def test_a_known_difference_that_has_gone_leaves_the_table(report: Report) -> None:
    differing = report.differing()

    assert [key for key in known_differences.reasons() if key not in differing] == []


def test_every_recorded_exchange_is_repeated(report: Report) -> None:
    assert len(report.outcomes) == 332
    assert sum(total for _, total in report.by_endpoint().values()) == 332


@pytest.mark.parametrize(
    ("recorded", "answer", "kinds"),
    [
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, ["key order"], id="key-order"),
        pytest.param({"a": {"b": 1}}, {"a": {}}, ["keys"], id="missing-deep-below"),
        pytest.param({"a": 1}, {"a": 1, "b": 1}, ["keys"], id="one-key-too-many"),
        pytest.param({"a": None}, {"a": ""}, ["type"], id="null-is-no-text"),
        pytest.param({"a": True}, {"a": 1}, ["type"], id="true-is-no-number"),
        pytest.param({"a": [1]}, {"a": [1, 2]}, ["length"], id="longer-list"),
        pytest.param({"a": [1, 2]}, {"a": [2, 1]}, ["value", "value"], id="other-order"),
        pytest.param({"message": "No."}, {"message": "no"}, ["error"], id="wording"),
        pytest.param(
            {"t": "2026-07-04T09:13:00.000Z"},
            {"t": "2026-05-13T09:30:00.000Z"},
            [],
            id="other-time",
        ),
        pytest.param(
            {"t": "2026-07-04T09:13:00.000Z"},
            {"t": "2026-07-04T09:13:00.290Z"},
            ["value"],
            id="time-not-cut-to-the-minute",
        ),
        pytest.param({"request_id": "a"}, {"request_id": "b"}, [], id="request-id"),
        pytest.param({"request_id": "a"}, {}, ["keys"], id="no-request-id"),
    ],
)
def test_what_counts_as_a_difference(recorded: object, answer: object, kinds: list[str]) -> None:
    assert [each.kind for each in differences(recorded, answer)] == kinds


def test_ids_are_mapped_wherever_they_stand_with_dashes_or_without() -> None:
    ids = IdMap()
    ids.learn({"results": [{"id": PAGE}]}, {"results": [{"id": OURS}]})

    recorded = {"url": f"https://app.notion.com/p/A-{PAGE.replace('-', '')}", "by": USER}

    assert ids.translate(recorded) == {
        "url": f"https://app.notion.com/p/A-{OURS.replace('-', '')}",
        "by": USER,
    }
    assert ids.text(f"/v1/pages/{PAGE}") == f"/v1/pages/{OURS}"


def test_one_of_our_ids_never_stands_for_two_recorded_ones() -> None:
    ids = IdMap()
    ids.learn({"a": {"id": PAGE}, "b": {"id": USER}}, {"a": {"id": OURS}, "b": {"id": OURS}})

    told = list(differences(ids.translate([PAGE, USER]), [OURS, OURS]))

    assert len(told) == 1


def test_a_disagreement_is_found_when_an_answer_is_not_the_recorded_one(tmp_path: Path) -> None:
    if not (DATA / RECORDING).exists():
        pytest.skip(f"the shared data are not beside the checkout: {RECORDING}")
    told = [each for each in stories() if each[0].story in ("test_users_list", "test_users_me")]
    told[1][0].answer["bot"]["workspace_name"] = "another"

    report = anyio.run(replay, told, tmp_path)

    assert list(report.differing()) == ["test_users_me#0"]

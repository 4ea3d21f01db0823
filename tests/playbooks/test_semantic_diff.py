"""What means the same is no difference; what nobody can make again is named, all else counts."""

from typing import Any

import pytest

from playbooks.essence import Essence
from playbooks.semantic_diff import (
    ELSEWHERE,
    ONE_SIDE,
    PREFIX,
    TOO_LONG,
    Comparison,
    compare,
    together,
)

OLD = "00000000-0000-4000-8000-00000000000a"
NEW = "00000000-0000-4000-8000-00000000000b"
OTHER = "00000000-0000-4000-8000-00000000000c"
GONE = "00000000-0000-4000-8000-00000000000d"
IDS = {OLD: NEW}


def relation(*ids: str) -> Any:
    return {"relation": [{"id": each} for each in ids]}


def link(object_id: str) -> Any:
    return {"url": f"https://www.notion.so/Page-{object_id.replace('-', '')}"}


def compared(before: Any, after: Any) -> Comparison:
    def essence(value: Any) -> Essence:
        return Essence(values={} if value is None else {"place": value})

    return compare("row", essence(before), essence(after), IDS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"number": 3}, {"number": 3}, id="equal"),
        pytest.param(relation(OLD), relation(NEW), id="what-was-made-has-another-id"),
        pytest.param(relation(OLD, OTHER), relation(OTHER, NEW), id="relations-have-no-order"),
        pytest.param(link(OLD), link(NEW), id="links-lead-to-what-was-made"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_what_means_the_same_is_no_difference(before: Any, after: Any) -> None:
    assert compared(before, after).differences == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"number": 3}, {"number": 4}, id="another-value"),
        pytest.param({"number": 3}, None, id="a-value-that-is-lost"),
        pytest.param(None, {"number": 3}, id="a-value-that-nobody-had"),
        pytest.param(relation(OLD), relation(OLD), id="it-still-leads-to-the-original"),
        pytest.param(relation(OLD, OTHER), relation(OTHER), id="one-that-was-made-is-missing"),
        pytest.param({"a": [1, 2]}, {"a": [2, 1]}, id="other-lists-have-an-order"),
        pytest.param(relation(GONE, OLD), None, id="more-is-missing-than-what-is-gone"),
    ],
)
def test_any_other_value_is_a_difference_without_excuse(before: Any, after: Any) -> None:
    found = compared(before, after)

    assert [each.why for each in found.differences] == [None]
    assert found.match_percent == 0


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        pytest.param(relation(GONE, OLD), relation(NEW), ELSEWHERE, id="what-is-gone"),
        pytest.param(relation(GONE), None, ELSEWHERE, id="nothing-but-what-is-gone"),
        pytest.param(
            {"relation": {"data_source_id": GONE, "dual_property": {}}},
            {"relation": {"data_source_id": GONE, "single_property": {}}},
            ONE_SIDE,
            id="a-table-that-stays-gets-no-second-side",
        ),
        pytest.param(
            {"unique_id": {"prefix": "T"}}, {"unique_id": {}}, PREFIX, id="a-prefix-is-taken"
        ),
        pytest.param({"a": [*range(101)]}, {"a": [*range(100)]}, TOO_LONG, id="a-list-too-long"),
    ],
)
def test_a_difference_with_a_cause_is_named_and_not_counted(
    before: Any, after: Any, why: str
) -> None:
    found = compared(before, after)

    assert [each.why for each in found.differences] == [why]
    assert (found.values_count, found.match_percent) == (0, None)


def test_what_nobody_can_make_again_is_named_and_not_compared() -> None:
    before = Essence(values={"a": 1, "b": 2}, beyond={"b": "nobody can"})

    found = compare("row", before, Essence(values={"a": 1}), IDS)

    assert [(each.place, each.why) for each in found.differences] == [("b", "nobody can")]
    assert found.match_percent == 100


def test_what_is_not_there_is_lost_with_all_its_values() -> None:
    found = together([
        compare("row", Essence(values={"a": 1, "b": 2}), None, IDS),
        compare("other", Essence(values={"a": 1, "b": 2}), Essence(values={"a": 1, "b": 2}), IDS),
        Comparison(doubled=("stranger",)),
    ])  # fmt: skip

    assert (found.lost, found.doubled, found.match_percent) == (("row",), ("stranger",), 50)

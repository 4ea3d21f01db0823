from typing import Any

import pytest

from playbooks.plan import Change
from playbooks.plan_values import about, from_to, short


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param(None, "(empty)", id="nothing"),
        pytest.param({"number": 2.5}, "2.5", id="number"),
        pytest.param({"checkbox": False}, "no", id="checkbox"),
        pytest.param({"select": {"name": "To `do`"}}, "`To 'do'`", id="option"),
        pytest.param({"status": None}, "(empty)", id="empty-option"),
        pytest.param({"multi_select": [{"name": "a"}, {"name": "b"}]}, "`a`, `b`", id="options"),
        pytest.param(
            {"type": "title", "title": [{"text": {"content": "Fix "}}, {"plain_text": "it"}]},
            "`Fix it`",
            id="text",
        ),
        pytest.param({"date": {"start": "2026-03-01", "end": None}}, "`2026-03-01`", id="day"),
        pytest.param(
            {"date": {"start": "2026-03-01", "end": "2026-03-04"}},
            "`2026-03-01` to `2026-03-04`",
            id="span",
        ),
        pytest.param(
            {"relation": [{"id": str(n)} for n in range(5)]}, "`0`, `1`, `2` and 2 more", id="many"
        ),
        pytest.param({"relation": []}, "(empty)", id="none"),
        pytest.param({"url": "https://x.invalid"}, "`https://x.invalid`", id="address"),
        pytest.param({"a": 1, "b": 2}, '`{"a": 1, "b": 2}`', id="anything-else"),
    ],
)
def test_a_value_is_told_in_a_few_words(value: Any, told: str) -> None:
    assert short(value) == told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            Change(target="cell/p/h", before={"number": 3}, after=None),
            "cell `p/h`: 3 -> (empty)",
            id="cell",
        ),
        pytest.param(
            Change(target="cell/p/h", before=None, after="x", shown="Hours of `A`"),
            "Hours of `A`: (empty) -> `x`",
            id="named-by-its-plan",
        ),
        pytest.param(
            Change(
                target="cell/p/title",
                before={"title": [{"text": {"content": " Fix it  "}}]},
                after={"title": [{"text": {"content": "Fix it"}}]},
            ),
            "cell `p/title`: `␣Fix it␣␣` -> `Fix it`",
            id="spaces-around",
        ),
        pytest.param(
            Change(target="cell/p/t", before="x" * 90 + "a", after="x" * 90 + "b"),
            f"cell `p/t`: `{'x' * 59}…` -> `{'x' * 59}…` (other than shown here)",
            id="differs-beyond-what-is-shown",
        ),
        pytest.param(
            Change(target="trash/p", before=False, after=True),
            "trash `p`: to the trash",
            id="trash",
        ),
        pytest.param(
            Change(target="column/d/Due", before=None, after={"name": "Due", "date": {}}),
            "column `d/Due`: no column -> `Due` (date)",
            id="new-column",
        ),
        pytest.param(
            Change(
                target="column/d/a",
                before={"name": "Size", "select": {"options": [{"name": "S"}]}},
                after={"name": "Size", "select": {"options": [{"name": "S"}, {"name": "L"}]}},
            ),
            "column `d/a`: `Size` (select: `S`) -> `Size` (select: `S`, `L`)",
            id="another-option",
        ),
        pytest.param(
            Change(target="made/s/o", before=None, after={"hash": "h", "parent": "p"}),
            "made `s/o`: made again",
            id="made",
        ),
        pytest.param(
            Change(target="mirror.ttl_s.d", before=None, after=60.0),
            "mirror.ttl_s.d: (unset) -> 60",
            id="setting",
        ),
    ],
)
def test_a_change_is_told_from_what_to_what(change: Change, told: str) -> None:
    assert f"{about(change)}: {from_to(change)}" == told

"""What counts as having been written, although Notion shows it in other words."""

from typing import Any

import pytest

from server.notion.likeness import holds

TEXT = {"type": "text", "text": {"content": "Hi"}}
SHOWN = {**TEXT, "plain_text": "Hi", "annotations": {"bold": False}, "href": None}
ID = "393abc1e-edcd-80f3-813b-e205934558c6"


@pytest.mark.parametrize(
    ("sent", "there"),
    [
        pytest.param({"title": [TEXT]}, {"id": "title", "title": [SHOWN]}, id="text"),
        pytest.param(
            [{"text": {"content": "a"}}, {"text": {"content": "b"}}],
            [{"text": {"content": "ab"}}],
            id="text-in-other-parts",
        ),
        pytest.param({"select": {"name": "A"}}, {"select": {"id": "x", "name": "A"}}, id="select"),
        pytest.param({"select": None}, {"select": None}, id="emptied"),
        pytest.param({"people": []}, {"people": []}, id="nobody"),
        pytest.param([{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}], id="order"),
        pytest.param({"id": ID.replace("-", "")}, {"id": ID}, id="id-without-dashes"),
        pytest.param(
            {"start": "2026-11-23T12:00:00+01:00", "end": None},
            {"start": "2026-11-23T11:00:00.000Z", "end": None, "time_zone": None},
            id="the-same-instant",
        ),
        pytest.param({"start": "2026-11-23"}, {"start": "2026-11-23"}, id="day"),
        pytest.param({"number": 1}, {"number": 1.0}, id="number"),
        pytest.param({"checkbox": False}, {"checkbox": False}, id="unchecked"),
        pytest.param({"a%3Ab": {"number": 1}}, {"N": {"id": "a%3Ab", "number": 1}}, id="by-id"),
        pytest.param({"Old": {"name": "New"}}, {"New": {"name": "New"}}, id="renamed"),
        pytest.param({"Old": None}, {}, id="removed"),
    ],
)
def test_what_was_sent_is_recognised(sent: Any, there: Any) -> None:
    assert holds(there, sent)


@pytest.mark.parametrize(
    ("sent", "there"),
    [
        pytest.param([TEXT], [{"text": {"content": "Ho"}}], id="text"),
        pytest.param({"select": {"name": "A"}}, {"select": None}, id="empty"),
        pytest.param({"select": None}, {"select": {"name": "A"}}, id="not-emptied"),
        pytest.param([{"name": "a"}], [{"name": "a"}, {"name": "b"}], id="one-more"),
        pytest.param([{"id": "1"}, {"id": "2"}], [{"id": "1"}], id="one-less"),
        pytest.param({"Old": {"name": "New"}}, {"Old": {"name": "Old"}}, id="not-renamed"),
        pytest.param({"Old": None}, {"Old": {"type": "number"}}, id="not-removed"),
        pytest.param({"start": "2026-11-23T12:00:00Z"}, {"start": "2026-11-23"}, id="day-instead"),
        pytest.param({"start": "2026-99-99T12:00:00Z"}, {"start": "2026-11-23"}, id="no-instant"),
        pytest.param(
            [{"type": "mention", "mention": {"user": {"id": "1"}}}], [SHOWN], id="not-comparable"
        ),
        pytest.param({"a": 1}, [], id="another-shape"),
        pytest.param([1], {"a": 1}, id="no-list"),
        pytest.param("a", None, id="nothing"),
    ],
)
def test_what_differs_or_cannot_be_compared_is_not(sent: Any, there: Any) -> None:
    assert not holds(there, sent)

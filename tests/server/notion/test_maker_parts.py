"""What one request holds: all of it where that fits, and never more than Notion takes."""

from typing import Any

import pytest

from server.notion.maker_parts import MOST_BLOCKS, parts_of, sent_block
from server.notion.writable_blocks import WritableBlock


def block(kind: str = "paragraph", *children: WritableBlock, words: str = "") -> WritableBlock:
    return WritableBlock("", {"type": kind, kind: {"words": words}}, children)


def many(count: int, kind: str = "paragraph") -> list[WritableBlock]:
    return [block(kind) for _ in range(count)]


def nested(depth: int) -> WritableBlock:
    return block("toggle", nested(depth - 1)) if depth else block()


def depth_of(body: Any) -> int:
    children = body[body["type"]].get("children", [])
    return 1 + max(map(depth_of, children), default=0)


@pytest.mark.parametrize(
    ("wanted", "is_whole"),
    [
        pytest.param(block(), True, id="one-block"),
        pytest.param(nested(2), True, id="as-deep-as-a-request-may-be"),
        pytest.param(nested(3), False, id="deeper"),
        pytest.param(block("toggle", *many(100)), True, id="as-many-as-a-list-may-have"),
        pytest.param(block("toggle", *many(101)), False, id="one-more"),
        pytest.param(block("toggle", block("column_list")), False, id="columns-inside"),
        pytest.param(
            block("toggle", *(block("toggle", *many(99)) for _ in range(10))),
            False,
            id="more-than-a-request-may-hold",
        ),
    ],
)
def test_a_block_is_sent_whole_where_it_fits(wanted: WritableBlock, is_whole: bool) -> None:
    sent = sent_block(wanted)

    assert sent.whole is is_whole
    assert depth_of(sent.body) <= 3


def test_what_cannot_be_empty_is_sent_with_what_it_needs() -> None:
    columns = [block("column", nested(3), block()) for _ in range(2)]
    sent = sent_block(block("column_list", *columns))

    assert not sent.whole
    first, second = sent.body["column_list"]["children"]
    assert len(first["column"]["children"]) == len(second["column"]["children"]) == 1


@pytest.mark.parametrize(
    ("blocks", "counts"),
    [
        pytest.param(many(230), [100, 100, 30], id="a-hundred-at-a-time"),
        pytest.param(
            [block("toggle", *many(99)) for _ in range(12)],
            [MOST_BLOCKS // 100, 12 - MOST_BLOCKS // 100],
            id="a-thousand-with-all-below",
        ),
        pytest.param([block(words="x" * 150_000) for _ in range(3)], [2, 1], id="half-a-megabyte"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_blocks_are_sent_in_as_few_requests_as_allowed(
    blocks: list[WritableBlock], counts: list[int]
) -> None:
    assert [len(part) for part in parts_of(blocks)] == counts

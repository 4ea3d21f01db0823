"""Every text of Notion's JSON, whole."""

from typing import Any

import pytest

from playbooks.security_texts import block_texts, page_texts, property_texts, texts_of


def run(text: str, href: str | None = None) -> dict[str, Any]:
    return {"type": "text", "plain_text": text, "href": href, "text": {"content": text}}


@pytest.mark.parametrize(
    ("record", "texts"),
    [
        pytest.param([run("ab"), run("cd")], ["abcd"], id="runs are joined"),
        pytest.param([run("here", "https://e.org/k")], ["here", "https://e.org/k"], id="a link"),
        pytest.param([{"text": {"content": "new"}}], ["new"], id="as it is written"),
        pytest.param({"url": "https://e.org"}, ["https://e.org"], id="an address"),
        pytest.param({"id": "1", "type": "x", "people": [{"name": "Ada"}]}, [], id="no text"),
        pytest.param({"checkbox": True, "number": 3}, [], id="no words"),
        pytest.param([[run("a")], [run("b")]], ["a", "b"], id="cells of a table"),
    ],
)
def test_texts_of(record: Any, texts: list[str]) -> None:
    assert list(texts_of(record)) == texts


def test_blocks_are_told_at_every_depth() -> None:
    inner = {"id": "b2", "type": "code", "code": {"rich_text": [run("deep")], "caption": []}}
    outer = {"id": "b1", "toggle": {"rich_text": [run("top")]}, "children": [inner]}

    assert list(block_texts([outer])) == [("block b1", "top"), ("block b2", "deep")]


def test_a_key_that_goes_on_in_the_next_block_is_told_whole() -> None:
    lines = ["-----BEGIN PRIVATE KEY-----", "abc", "-----END PRIVATE KEY-----"]
    blocks = [{"id": str(n), "paragraph": {"rich_text": [run(t)]}} for n, t in enumerate(lines)]

    *_, (where, whole) = page_texts(blocks)

    assert (where, whole) == ("several blocks", "\n".join(lines))
    assert len(list(page_texts(blocks[1:]))) == 2


def test_properties_are_told_by_name() -> None:
    page = {"properties": {"Name": {"id": "t", "type": "title", "title": [run("A")]}}}

    assert list(property_texts(page)) == [("property Name", "A")]

"""The texts in Notion's own JSON and in rows, each whole: formatting splits a secret in runs."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from playbooks.snapshot import Json

_NO_TEXT: Final = frozenset({
    "id", "object", "type", "color", "created_time", "last_edited_time", "expiry_time",
    "request_id", "icon", "cover", "created_by", "last_edited_by", "avatar_url", "parent",
    "discussion_id", "relation", "people", "annotations",
})  # fmt: skip


def texts_of(record: Json) -> Iterator[str]:
    """Every text in a record: rich text joined over its runs, and each address behind a run."""
    match record:
        case str():
            if record:
                yield record
        case [*items]:
            runs = [_plain(item) for item in items]
            if items and all(run is not None for run in runs):
                yield "".join(run for run in runs if run is not None)
                yield from _addresses(cast("list[dict[str, Any]]", items))
            else:
                for item in items:
                    yield from texts_of(item)
        case dict():
            for key, value in cast("dict[str, Json]", record).items():
                if key not in _NO_TEXT:
                    yield from texts_of(value)
        case _:
            return


def _plain(item: Json) -> str | None:
    match item:
        case {"plain_text": str(text)}:
            return text
        case {"text": {"content": str(text)}}:
            return text
        case _:
            return None


def _addresses(runs: list[dict[str, Any]]) -> Iterator[str]:
    """Behind a run's words another text may stand: the address that it leads to."""
    for run in runs:
        address = run.get("href")
        if isinstance(address, str) and address != run.get("plain_text"):
            yield address


def property_texts(record: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """The texts of a page's or table's properties, and of its own title, with where they stand."""
    for name, value in record.get("properties", {}).items():
        for text in texts_of(value):
            yield f"property {name}", text
    for key in ("title", "description"):
        for text in texts_of(record.get(key)):
            yield key, text


def block_texts(blocks: Json) -> Iterator[tuple[str, str]]:
    """The texts of a tree of blocks, each with the id of its block."""
    for block in blocks or ():
        own = {key: value for key, value in block.items() if key != "children"}
        for text in texts_of(own):
            yield f"block {block.get('id', '')}", text
        yield from block_texts(block.get("children"))


def page_texts(blocks: Json) -> Iterator[tuple[str, str]]:
    """The texts of a page's blocks; all of them as one, too, where a key goes on in the next."""
    texts = list(block_texts(blocks))
    yield from texts
    if any(_BEGINS in text and _ENDS not in text for _, text in texts):
        yield "several blocks", "\n".join(text for _, text in texts)


_BEGINS: Final = "-----BEGIN"
_ENDS: Final = "-----END"


def comment_texts(comments: Json) -> Iterator[tuple[str, str]]:
    """The texts of comments, each with the id of its comment."""
    for comment in comments or ():
        for text in texts_of(comment.get("rich_text")):
            yield f"comment {comment.get('id', '')}", text


def record_texts(record: Json) -> Iterator[tuple[str, str]]:
    """The texts of a record that is neither page nor table."""
    for text in texts_of(record):
        yield "record", text

"""Windows over contents too large for one piece."""

import os
from pathlib import Path

import pytest

from server.secrets.windows import OVERLAP_BYTES, WINDOW_BYTES, data_chunks, read_chunks, windows


def chunks_of(content: bytes) -> list[bytes]:
    position = 0

    def read(count: int) -> bytes:
        nonlocal position
        piece = content[position : position + min(count, 100_000)]
        position += len(piece)
        return piece

    return list(read_chunks(read, len(content)))


@pytest.mark.parametrize("length", [
    pytest.param(1, id="tiny"),
    pytest.param(WINDOW_BYTES, id="exactly-one"),
    pytest.param(WINDOW_BYTES + 1, id="one-and-a-byte"),
    pytest.param(2 * WINDOW_BYTES + OVERLAP_BYTES // 2, id="the-last-shorter-than-the-overlap"),
    pytest.param(3 * WINDOW_BYTES + 12345, id="several"),
])  # fmt: skip
def test_every_offset_belongs_to_one_window_with_the_overlap_around_it(length: int) -> None:
    content = bytes(range(1, 251)) * (length // 250 + 1)
    position = 0

    for piece in windows(iter(chunks_of(content[:length]))):
        start = position - piece.first
        assert piece.data == content[start : start + len(piece.data)]
        assert piece.first == min(position, OVERLAP_BYTES)
        position += piece.last - piece.first
        assert position == length or len(piece.data) - piece.last == OVERLAP_BYTES

    assert position == length


def test_lines_and_columns_are_counted_across_windows() -> None:
    content = (b"." * 999 + b"\n") * (2 * WINDOW_BYTES // 1000 + 500)

    for piece in windows(iter(chunks_of(content))):
        start = piece.lines * 1000 + piece.column
        assert piece.data == content[start : start + len(piece.data)]


def test_of_a_sparse_file_the_holes_are_not_read(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb") as file:
        file.write(b"head")
        file.seek(1 << 30)
        file.write(b"tail")
    fd = os.open(tmp_path / "f", os.O_RDONLY)
    try:
        content = b"".join(data_chunks(fd, (1 << 30) + 4))
    finally:
        os.close(fd)

    assert len(content) < 1 << 20
    assert content.replace(b"\0", b"") == b"headtail"
    assert b"headtail" not in content


def test_many_short_stretches_are_gathered_into_few_chunks(tmp_path: Path) -> None:
    with (tmp_path / "f").open("wb") as file:
        for number in range(400):
            file.seek(number * (64 << 10))
            file.write(b"x" * 4096)
        size = file.tell()
    fd = os.open(tmp_path / "f", os.O_RDONLY)
    try:
        chunks = list(data_chunks(fd, size))
    finally:
        os.close(fd)

    assert len(chunks) <= size // WINDOW_BYTES + 1

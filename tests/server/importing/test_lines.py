"""Lines of CSV files, good and bad."""

from pathlib import Path

import pytest

from server.importing.errors import FileUnusable
from server.importing.lines import BadLine, Line, open_csv


def lines_of(path: Path, content: bytes, encoding: str = "utf-8") -> list[object]:
    path.write_bytes(content)
    file = open_csv(path, encoding)
    assert file.columns == ("a", "b")
    return [
        (line.number, *line.cells)
        if isinstance(line, Line)
        else (line.skipped.line, line.skipped.kind)
        for line in file.lines()
    ]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        pytest.param(b"a,b\n1,2\n", [(2, "1", "2")], id="plain"),
        pytest.param(b'a,b\r\n"1, ""one""",2\r\n', [(2, '1, "one"', "2")], id="quotes-and-crlf"),
        pytest.param(b'\xef\xbb\xbf"a",b\n1,2', [(2, "1", "2")], id="bom-and-no-last-end"),
        pytest.param(
            b'a,b\n"1\n1",2\n3,4\n', [(2, "1\n1", "2"), (4, "3", "4")], id="line-end-in-a-cell"
        ),
        pytest.param(b"a,b\n\n1,2\n\n", [(3, "1", "2")], id="empty-lines"),
        pytest.param(
            b"a,b\n1\n1,2,3\n3,4\n",
            [(2, "wrong_columns_count"), (3, "wrong_columns_count"), (4, "3", "4")],
            id="too-few-and-too-many",
        ),
        pytest.param(b"a,b\n1,\x81\n3,4\n", [(2, "undecodable"), (3, "3", "4")], id="one-bad-byte"),
        pytest.param(
            b'a,b\n1,"2\n3,4\n5,6\n',
            [(2, "malformed"), (3, "3", "4"), (4, "5", "6")],
            id="a-quote-that-never-closes-costs-its-own-line",
        ),
        pytest.param(
            b'a,b\n1,"2\n3,"4"\n5,6\n',
            [(2, "malformed"), (3, "3", "4"), (4, "5", "6")],
            id="a-quote-that-another-line-closes",
        ),
    ],
)
def test_a_bad_line_costs_only_itself(tmp_path: Path, content: bytes, lines: list[object]) -> None:
    assert lines_of(tmp_path / "tasks.csv", content) == lines


def test_bytes_are_read_in_the_named_encoding(tmp_path: Path) -> None:
    content = b"a,b\nit\x92s,2\nx\x81,4\n"

    lines = lines_of(tmp_path / "tasks.csv", content, "windows-1252")

    assert lines == [(2, "it’s", "2"), (3, "undecodable")]


def test_a_bad_line_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    path.write_bytes(b"a,b\n1,2,3\n")

    (bad,) = open_csv(path, "utf-8").lines()

    assert isinstance(bad, BadLine)
    assert (bad.skipped.file, bad.skipped.reason) == (
        "tasks.csv", "has 3 columns, the header has 2",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "encoding", "sentence"),
    [
        pytest.param(b"", "utf-8", "is no CSV header", id="empty"),
        pytest.param(b"\x81,b\n", "utf-8", "is no CSV header in utf-8", id="undecodable"),
        pytest.param(b"a,b\n", "klingon", "cannot be read as 'klingon'", id="unknown-encoding"),
        pytest.param(b"a,b\n", "utf-16", "cannot be read as 'utf-16'", id="wrong-encoding"),
        pytest.param(None, "utf-8", "There is no file", id="missing"),
    ],
)
def test_a_file_without_a_header_is_refused(
    tmp_path: Path, content: bytes | None, encoding: str, sentence: str
) -> None:
    path = tmp_path / "tasks.csv"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(FileUnusable, match=sentence):
        open_csv(path, encoding)

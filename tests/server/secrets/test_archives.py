"""What lies packed in files, when it is asked for."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import zstandard

from server.secrets.archives import Archives, Caps
from server.secrets.found import Tally
from tests.server.secrets.planting import Planter, Scanner, of_rule, paths, reasons


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def quiet(**caps: int) -> tuple[Archives, Tally]:
    tally = Tally(lambda *_: None)
    return Archives(tally, Caps(**caps)), tally


def test_members_are_found_by_choice_and_named_behind_their_archive(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    def text() -> bytes:
        return f"token {planter.secret()}\n".encode()

    (tmp_path / "a.zip").write_bytes(zipped({"in/b.txt": text(), "c.gz": gzip.compress(text())}))
    (tmp_path / "d.tar.gz").write_bytes(
        gzip.compress(tarred("e.txt", text().decode().encode("utf-16")))
    )
    (tmp_path / "f.log.gz").write_bytes(gzip.compress(text()))

    assert of_rule(scan(tmp_path)) == []
    assert paths(of_rule(scan(tmp_path, archives=True))) == [
        "a.zip!c.gz!",
        "a.zip!in/b.txt",
        "d.tar.gz!",
        "d.tar.gz!!e.txt",
        "f.log.gz!",
    ]


def test_a_secret_that_a_notebook_breaks_over_its_lines_is_found_in_its_cell(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    secret = planter.secret()
    cells = [{"source": ["x = 1\n"]}, {"outputs": [{"text": [secret[:20], secret[20:]]}]}]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells}))

    found = of_rule(scan(tmp_path, archives=True))

    assert paths(found) == ["n.ipynb!cell 2"]


def test_a_bomb_costs_no_more_than_the_caps_and_is_told(tmp_path: Path, scan: Scanner) -> None:
    (tmp_path / "bomb.zip").write_bytes(zipped({"a": bytes(40 << 20)}))

    scanned = scan(tmp_path, archives=True)

    assert "too large" in reasons(scanned)
    assert not scanned.complete


def test_an_archive_in_an_archive_is_followed_only_so_deep() -> None:
    content = b"x"
    for _ in range(6):
        content = gzip.compress(content)
    archives, tally = quiet(depth=3)

    members = [name for name, _ in archives.members("a.gz", content)]

    assert members == ["", "!", "!!"]
    assert [(each.reason, each.count) for each in tally.skipped()] == [("too large", 1)]


@pytest.mark.parametrize(("caps", "content"), [
    pytest.param({"members_count": 3}, zipped({f"{n}": b"x" for n in range(9)}), id="members"),
    pytest.param({"inflated_bytes": 999}, gzip.compress(bytes(5000)), id="inflated-bytes"),
    pytest.param({"member_bytes": 999}, gzip.compress(bytes(5000)), id="bytes-of-a-member"),
])  # fmt: skip
def test_every_cut_is_counted(caps: dict[str, int], content: bytes) -> None:
    archives, tally = quiet(**caps)

    inflated = sum(len(inner) for _, inner in archives.members("a", content))

    assert inflated < 5000
    assert [each.reason for each in tally.skipped()] == ["too large"]


@pytest.mark.parametrize("content", [
    pytest.param(zipped({"a": b"x" * 999})[:60], id="zip-cut-off"),
    pytest.param(gzip.compress(bytes(999))[:-9], id="gzip-cut-off"),
    pytest.param(b"\x1f\x8bnot gzip at all", id="not-gzip"),
    pytest.param(bytes(257) + b"ustar" + bytes(300), id="not-tar"),
    pytest.param(b"PK\x03\x04" + bytes(100), id="not-zip"),
])  # fmt: skip
def test_a_damaged_archive_is_told(content: bytes) -> None:
    archives, tally = quiet()

    list(archives.members("a", content))

    assert [each.reason for each in tally.skipped()] == ["damaged"]


@pytest.mark.parametrize("compress", [
    pytest.param(lzma.compress, id="xz"),
    pytest.param(bz2.compress, id="bz2"),
    pytest.param(zstandard.ZstdCompressor().compress, id="zst"),
])  # fmt: skip
class TestStream:
    """A stream of each kind: opened as far as the caps go, and told where it is not whole."""

    def test_a_packed_tar_is_opened(
        self,
        tmp_path: Path,
        planter: Planter,
        scan: Scanner,
        compress: Callable[[bytes], bytes],
    ) -> None:
        (tmp_path / "a").write_bytes(compress(tarred("e.txt", planter.secret().encode())))

        assert "a!!e.txt" in paths(of_rule(scan(tmp_path, archives=True)))

    def test_two_after_each_other_are_one(self, compress: Callable[[bytes], bytes]) -> None:
        archives, tally = quiet()

        assert list(archives.members("a", compress(b"x" * 999) + compress(b"y"))) == [
            ("", b"x" * 999 + b"y")
        ]
        assert tally.skipped() == ()

    @pytest.mark.parametrize("cut", [9, 1])
    def test_one_cut_off_is_told(self, compress: Callable[[bytes], bytes], cut: int) -> None:
        archives, tally = quiet()

        list(archives.members("a", compress(b"x" * 999)[:-cut]))

        assert [each.reason for each in tally.skipped()] == ["damaged"]

    def test_a_bomb_is_cut(self, compress: Callable[[bytes], bytes]) -> None:
        archives, tally = quiet(member_bytes=5000)

        ((_, inner),) = archives.members("a", compress(Random(1).randbytes(9000)))

        assert len(inner) == 5000
        assert [each.reason for each in tally.skipped()] == ["too large"]


@pytest.mark.parametrize("content", [
    pytest.param(b"7z\xbc\xaf\x27\x1c" + bytes(99), id="7z"),
    pytest.param(b"Rar!\x1a\x07\x01\x00" + bytes(99), id="rar"),
])  # fmt: skip
def test_an_archive_that_cannot_be_opened_is_told(
    tmp_path: Path, scan: Scanner, content: bytes
) -> None:
    (tmp_path / "a").write_bytes(content)

    scanned = scan(tmp_path, archives=True)

    assert reasons(scanned) == {"not opened": 1}
    assert not scanned.complete


@pytest.mark.parametrize("text", [
    pytest.param("[" * 100_000, id="deep"),
    pytest.param("[]", id="a-list"),
    pytest.param('{"cells": [3, {"source": {"a": 1}, "outputs": [null, {"data": []}]}]}', id="odd"),
])  # fmt: skip
def test_a_notebook_of_another_shape_does_not_stop_the_scan(text: str) -> None:
    archives, _ = quiet()

    assert all(not inner.strip() for _, inner in archives.members("n.ipynb", text.encode()))

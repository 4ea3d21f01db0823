"""What lies packed in files, when it is asked for."""

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("text", [
    pytest.param("[" * 100_000, id="deep"),
    pytest.param("[]", id="a-list"),
    pytest.param('{"cells": [3, {"source": {"a": 1}, "outputs": [null, {"data": []}]}]}', id="odd"),
])  # fmt: skip
def test_a_notebook_of_another_shape_does_not_stop_the_scan(text: str) -> None:
    archives, _ = quiet()

    assert all(not inner.strip() for _, inner in archives.members("n.ipynb", text.encode()))

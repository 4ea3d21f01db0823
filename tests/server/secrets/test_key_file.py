from pathlib import Path

import pytest

from server.secrets.key_file import fingerprint_key


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "fingerprint.key"

    first, second = fingerprint_key(path), fingerprint_key(path)

    assert first == second == path.read_bytes()
    assert len(first) == 32
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_damaged_key_is_left_alone_and_not_used(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fingerprint.key"
    path.write_bytes(content)

    assert len(fingerprint_key(path)) == 32
    assert path.read_bytes() == content


def test_where_none_can_be_kept_a_process_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")

    assert len(fingerprint_key(tmp_path / "file" / "fingerprint.key")) == 32

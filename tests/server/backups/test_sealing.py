from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from playbooks.errors import BackupUnusable
from server.backups.sealing import Sealed, Unsealed, new_key_file
from tests.server.backups.archived import ABOUT, SMALL, Shelf


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    new_key_file(file)
    return file


def put_before(key_file: Path, key: bytes) -> None:
    key_file.write_bytes(key + b"\n" + key_file.read_bytes())


def stored_bytes(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


async def test_with_a_key_nothing_is_readable_and_everything_comes_back(
    tmp_path: Path, key_file: Path
) -> None:
    shelf = Shelf(tmp_path / "backups", Sealed(key_file))
    draft = await shelf.begin()
    for kind, records in SMALL:
        await draft.put(kind, records)
    drafted = stored_bytes(shelf.directory)
    snapshot = await draft.finish(ABOUT)

    rows = [each async for each in shelf.archive().records(snapshot.id, "page")]

    assert snapshot.manifest.encrypted
    assert len(rows) == 3
    assert (await shelf.archive().verify(snapshot.id, 2)).passed
    assert b"plain_text" not in drafted
    assert b"plain_text" not in stored_bytes(shelf.directory)


async def test_without_its_key_it_says_what_is_needed(tmp_path: Path, key_file: Path) -> None:
    shelf = Shelf(tmp_path / "backups", Sealed(key_file))
    snapshot = await shelf.kept(SMALL)
    new_key_file(tmp_path / "other")

    shelf.sealer = Unsealed()
    keyless = await shelf.archive().verify(snapshot.id, 1)
    shelf.sealer = Sealed(tmp_path / "other")
    wrong = await shelf.archive().verify(snapshot.id, 1)

    assert (keyless.passed, wrong.passed) == (False, False)
    assert "no key is configured" in keyless.says
    assert "another key" in wrong.says
    assert (await shelf.archive().snapshot(snapshot.id)).checks == ()


async def test_a_new_key_stands_before_the_old_one(tmp_path: Path, key_file: Path) -> None:
    shelf = Shelf(tmp_path / "backups", Sealed(key_file))
    old = await shelf.kept(SMALL)
    put_before(key_file, Fernet.generate_key())
    shelf.sealer = Sealed(key_file)

    new = await shelf.kept(SMALL, base_id=old.id)

    for snapshot in (old, new):
        assert (await shelf.archive().verify(snapshot.id, 1)).passed


@pytest.mark.parametrize(
    "content", [pytest.param(None, id="absent"), pytest.param(b"\xff not a key", id="no-key")]
)
async def test_a_key_file_that_holds_no_key_stops_the_backup(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    shelf = Shelf(tmp_path / "backups", Sealed(file))

    with pytest.raises(BackupUnusable, match="backups new-key FILE"):
        await shelf.begin()


def test_a_key_is_never_put_in_the_place_of_another(key_file: Path) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        new_key_file(key_file)

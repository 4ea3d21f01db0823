import random
import shutil
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from playbooks.errors import BackupUnusable
from playbooks.snapshot import Broken, RecordKind, Snapshot
from server.backups.files import Record
from tests.server.backups.archived import SMALL, TABLE, Records, Shelf, row


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "backups")


async def listed(
    shelf: Shelf, snapshot: Snapshot, kind: RecordKind, place: str | None = None
) -> list[Record]:
    archive = shelf.archive()
    return [each async for each in archive.records(snapshot.id, kind, place)]


async def test_what_was_put_in_comes_out_sorted(shelf: Shelf) -> None:
    snapshot = await shelf.kept(SMALL)

    rows = await listed(shelf, snapshot, "page")
    users = await listed(shelf, snapshot, "user")

    assert [(place, record_id) for place, record_id, _ in rows] == [
        ("", "p"),
        ("ds-1", "a"),
        ("ds-1", "b"),
    ]
    assert users == [("", "u", {"id": "u", "name": "Ann \ud800"})]
    assert await listed(shelf, snapshot, "page", "ds-1") == rows[1:]
    assert await listed(shelf, snapshot, "page", "elsewhere") == []


async def test_the_manifest_counts_records_by_kind_and_rows_by_table(shelf: Shelf) -> None:
    snapshot = await shelf.kept(SMALL)

    assert snapshot.manifest.counts == {
        "content": 1,
        "data_source": 1,
        "page": 3,
        "rows/ds-1": 2,
        "setting": 1,
        "user": 1,
    }


async def test_a_single_record_is_found_by_its_id(shelf: Shelf) -> None:
    snapshot = await shelf.kept(SMALL)
    archive = shelf.archive()

    found = await archive.record(snapshot.id, "page", "b")
    missing = await archive.record(snapshot.id, "page", "z")
    archive.close()

    assert found == row("b", links=["a"])[2]
    assert missing is None


async def test_only_the_owner_may_read_it(shelf: Shelf) -> None:
    snapshot = await shelf.kept(SMALL)
    await shelf.archive().verify(snapshot.id, 0)
    directory = shelf.directory / snapshot.id

    modes = {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert modes == {0o600}


async def test_every_flipped_byte_of_the_manifest_is_refused(shelf: Shelf) -> None:
    snapshot = await shelf.kept((("setting", [("", "work", {"zone": "UTC"})]),))
    archive = shelf.archive()
    for name in ("manifest.json", "manifest.sha256"):
        file = shelf.directory / snapshot.id / name
        whole = file.read_bytes()
        for position in range(len(whole)):
            file.write_bytes(flipped(whole, position))
            with pytest.raises(BackupUnusable, match="manifest was changed or cut"):
                await archive.snapshot(snapshot.id)
        file.write_bytes(whole)

    assert (await archive.snapshot(snapshot.id)).id == snapshot.id


async def test_a_flipped_byte_of_any_file_is_refused_wherever_it_is_read(shelf: Shelf) -> None:
    snapshot = await shelf.kept(SMALL)
    draw = random.Random(6)
    for entry in snapshot.manifest.files:
        file = shelf.directory / snapshot.id / entry.name
        whole = file.read_bytes()
        for position in draw.sample(range(len(whole)), k=min(8, len(whole))):
            file.write_bytes(flipped(whole, position))
            check = await shelf.archive().verify(snapshot.id, 0)
            assert not check.passed
            assert check.says.endswith(
                f"{entry.name} is not as the manifest says: its SHA-256 differs."
            )
            with pytest.raises(BackupUnusable, match="SHA-256 differs"):
                await shelf.archive().record(snapshot.id, "page", "a")
        file.write_bytes(whole)

    assert (await shelf.archive().verify(snapshot.id, 2)).passed


def flipped(whole: bytes, position: int) -> bytes:
    return whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :]


def removed(directory: Path) -> None:
    (directory / "users.jsonl.zst").unlink()


def added(directory: Path) -> None:
    (directory / "notes.txt").write_text("mine", "utf-8")


def cut(directory: Path) -> None:
    manifest = directory / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:-40])


def beheaded(directory: Path) -> None:
    (directory / "manifest.json").unlink()


def shortened(directory: Path) -> None:
    file = directory / "users.jsonl.zst"
    file.write_bytes(file.read_bytes()[:-1])


def renamed(directory: Path) -> None:
    shutil.copytree(directory, directory.with_name("backup_other"))
    shutil.rmtree(directory)


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        pytest.param(removed, "a file is missing: users.jsonl.zst", id="file-missing"),
        pytest.param(added, "a file was added: 'notes.txt'", id="file-added"),
        pytest.param(cut, "manifest was changed or cut", id="manifest-cut"),
        pytest.param(beheaded, "it has no manifest", id="manifest-missing"),
        pytest.param(shortened, "users.jsonl.zst has", id="file-cut"),
        pytest.param(renamed, "manifest is that of another backup", id="renamed"),
    ],
)
async def test_a_harmed_snapshot_is_listed_as_broken_with_the_reason(
    shelf: Shelf, harm: Callable[[Path], None], why: str
) -> None:
    snapshot = await shelf.kept(SMALL)
    harm(shelf.directory / snapshot.id)

    (found,) = await shelf.archive().snapshots()

    assert isinstance(found, Broken)
    assert why in found.why
    assert not (await shelf.archive().verify(found.id, 0)).passed


async def test_what_a_check_found_is_remembered_with_the_snapshot(shelf: Shelf) -> None:
    snapshot = await shelf.kept(SMALL)
    before = snapshot.verified()

    await shelf.archive().verify(snapshot.id, 1)
    (found,) = await shelf.archive().snapshots()

    assert isinstance(found, Snapshot)
    assert (before, found.verified()) == (False, True)
    assert found.root_hash == snapshot.root_hash
    assert (found.checks[0].passed, found.checks[0].measurements["records_count"]) == (True, 7)


async def test_checks_of_another_manifest_say_nothing_of_this_one(shelf: Shelf) -> None:
    one, other = await shelf.kept(SMALL), await shelf.kept(SMALL[:2])
    await shelf.archive().verify(one.id, 1)
    kept = shelf.directory / one.id / "checks.jsonl"
    shutil.copy(kept, shelf.directory / other.id)
    kept.write_bytes(kept.read_bytes() + b"{not json\n")

    assert (await shelf.archive().snapshot(one.id)).verified()
    assert not (await shelf.archive().snapshot(other.id)).verified()


@pytest.mark.parametrize(
    ("records", "why"),
    [
        pytest.param((("page", [row("a")]),), "but not its schema", id="rows-without-schema"),
        pytest.param(
            (("data_source", [("", "ds-1", {"properties": {}})]), ("page", [row("a")])),
            "a property that its schema has not",
            id="row-of-another-schema",
        ),
    ],
)
async def test_what_does_not_hold_together_fails_at_level_one(
    shelf: Shelf, records: Records, why: str
) -> None:
    snapshot = await shelf.kept(records)
    archive = shelf.archive()

    below = await archive.verify(snapshot.id, 0)
    at = await archive.verify(snapshot.id, 1)

    assert (below.passed, at.passed) == (True, False)
    assert why in at.says


async def test_relations_into_nothing_are_counted_not_hidden(shelf: Shelf) -> None:
    orphaned = [row("a", links=["gone", "b"]), row("b", links=["gone"])]
    snapshot = await shelf.kept((("data_source", [TABLE]), ("page", orphaned)))

    check = await shelf.archive().verify(snapshot.id, 2)

    assert check.passed
    assert check.measurements["dangling_relations_count"] == 2
    assert check.says.endswith("Of the relations, 2 lead to rows in the trash or not shared.")


async def test_a_relation_to_a_table_outside_is_no_loss(shelf: Shelf) -> None:
    outside = (
        "",
        "ds-1",
        {
            "properties": {
                "t": {"id": "t", "type": "title"},
                "r": {"id": "r", "type": "relation", "relation": {"data_source_id": "not shared"}},
            }
        },
    )
    snapshot = await shelf.kept((("data_source", [outside]), ("page", [row("a", links=["x"])])))

    assert (await shelf.archive().verify(snapshot.id, 2)).passed


async def test_level_three_is_a_trial_restore(shelf: Shelf) -> None:
    snapshot = await shelf.kept(SMALL)

    async def trial(snapshot_id: str) -> dict[str, float]:
        assert snapshot_id == snapshot.id
        return {"match_percent": 100.0}

    check = await shelf.archive(trial=trial).verify(snapshot.id, 3)

    assert (check.passed, check.measurements["match_percent"]) == (True, 100.0)
    with pytest.raises(BackupUnusable, match="nothing to restore it into"):
        await shelf.archive().verify(snapshot.id, 3)
    assert (await shelf.archive().snapshot(snapshot.id)).verified(3)


async def test_snapshots_are_listed_newest_first_and_apart_from_other_workspaces(
    shelf: Shelf,
) -> None:
    first, second = await shelf.kept(SMALL), await shelf.kept(SMALL)
    other = await shelf.kept(SMALL, connection="another", workspace="another")

    ours = await shelf.archive().snapshots()
    everybodys = await shelf.archive().snapshots(all_connections=True)

    assert [each.id for each in ours] == [second.id, first.id]
    assert [each.id for each in everybodys] == [other.id, second.id, first.id]


async def test_a_new_token_takes_over_the_history_of_its_workspace(shelf: Shelf) -> None:
    first = await shelf.kept(SMALL)
    second = await shelf.kept(SMALL, connection="renewed")

    found = await shelf.archive("renewed").snapshots()

    assert [each.id for each in found] == [second.id, first.id]


def elsewhere(tmp_path: Path) -> Path:
    """A directory of somebody else, with a file."""
    directory = tmp_path / "elsewhere"
    directory.mkdir()
    (directory / "mine.txt").write_text("mine", "utf-8")
    return directory


@pytest.mark.parametrize("linked", [True, False], ids=["link", "directory"])
async def test_what_is_no_backup_is_told_as_foreign_and_nothing_is_written_there(
    shelf: Shelf, tmp_path: Path, linked: bool
) -> None:
    ours, theirs = await shelf.kept(SMALL), elsewhere(tmp_path)
    there = shelf.directory / "photos"
    there.symlink_to(theirs) if linked else shutil.copytree(theirs, there)

    found = await shelf.archive().snapshots()

    foreign = [each for each in found if isinstance(each, Broken)]
    assert [(each.id, each.foreign) for each in foreign] == [("photos", True)]
    assert [each.id for each in found if isinstance(each, Snapshot)] == [ours.id]
    with pytest.raises(BackupUnusable, match="There is no backup"):
        await shelf.archive().verify("photos", 0)
    with pytest.raises(BackupUnusable, match="There is no backup"):
        await shelf.archive().remove("photos")
    assert [path.name for path in there.iterdir()] == ["mine.txt"]


async def test_nothing_is_written_beside_a_manifest_that_cannot_be_read(shelf: Shelf) -> None:
    snapshot = await shelf.kept(SMALL)
    beheaded(shelf.directory / snapshot.id)

    check = await shelf.archive().verify(snapshot.id, 0)

    assert not check.passed
    assert not (shelf.directory / snapshot.id / "checks.jsonl").exists()


@pytest.mark.parametrize("name", ["users.jsonl.zst", "manifest.json", "checks.jsonl"])
async def test_a_link_in_the_place_of_a_file_is_refused_and_not_written_to(
    shelf: Shelf, tmp_path: Path, name: str
) -> None:
    snapshot = await shelf.kept(SMALL)
    await shelf.archive().verify(snapshot.id, 1)
    file, moved = shelf.directory / snapshot.id / name, tmp_path / "moved"
    file.rename(moved)
    file.symlink_to(moved)
    before = moved.read_bytes()

    check = await shelf.archive().verify(snapshot.id, 1)

    assert (check.passed, "no plain file" in check.says) == (False, True)
    assert moved.read_bytes() == before
    with pytest.raises(BackupUnusable, match="no plain file"):
        await listed(shelf, snapshot, "user")


async def test_a_removed_snapshot_is_gone(shelf: Shelf) -> None:
    snapshot = await shelf.kept(SMALL)

    await shelf.archive().remove(snapshot.id)

    assert await shelf.archive().snapshots() == ()
    with pytest.raises(BackupUnusable, match="There is no backup"):
        await shelf.archive().snapshot(snapshot.id)


@pytest.mark.parametrize("name", ["../secrets", "", ".draft-c-x", "a/b", "x" * 65])
async def test_an_id_is_never_a_path(shelf: Shelf, name: str) -> None:
    await shelf.kept(SMALL)

    with pytest.raises(BackupUnusable, match="There is no backup"):
        await shelf.archive().snapshot(name)


async def test_an_unwritable_place_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    shelf = Shelf(tmp_path / "file" / "backups")

    with pytest.raises(BackupUnusable, match="name another directory"):
        await shelf.begin()


async def test_the_order_is_that_of_the_times_not_of_the_making(shelf: Shelf) -> None:
    shelf.now += timedelta(days=400)
    late = await shelf.kept(SMALL)
    shelf.now -= timedelta(days=300)
    early = await shelf.kept(SMALL)

    assert [each.id for each in await shelf.archive().snapshots()] == [late.id, early.id]

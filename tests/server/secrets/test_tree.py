"""Trees as they come, and as an attacker would make them."""

import os
import socket
from pathlib import Path

import pytest

from server.secrets.found import shown_path
from server.secrets.scan import scan_paths
from server.secrets.scan_roots import OutsideScanRoots, UnusableRoot
from tests.server.secrets.planting import Planter, Scanner, of_rule, paths, reasons


def test_a_hit_has_its_path_line_column_length_and_fingerprint(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    secret = planter.secret()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.py").write_text(f"x = 1\ny = '{secret}'\n")

    found = of_rule(scan(tmp_path))

    assert [(each.place.path, each.line, each.column) for each in found] == [("a/b.py", 2, 6)]
    assert (found[0].length, found[0].last4) == (len(secret), secret[-4:])
    assert len(found[0].fingerprint) == 64


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_columns_are_counted_in_characters(
    encoding: str, tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    text = f"{'a plain line of text, ' * 9}\nä€𝄞 = {planter.secret()}\n"
    text = text if encoding == "utf-8" else text.replace("ä€𝄞", "abc")
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))

    (found,) = scan(tmp_path).found

    assert (found.line, found.column) == (2, 7)


def test_a_name_is_kept_in_its_own_bytes_without_a_secret(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    secret = planter.secret()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n" + secret.encode())).write_text(secret)

    (found,) = scan(tmp_path).found

    assert found.place.name == b"\xff\n(secret)"
    assert found.place.path == "\\udcff\\n(secret)"


def test_small_files_are_joined_and_each_hit_keeps_its_own_file(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    for number in range(300):
        secret = planter.secret() if number % 7 == 0 else ""
        (tmp_path / f"{number:03}.txt").write_text("line\n" * number + secret)

    scanned = scan(tmp_path)

    found = of_rule(scanned)
    assert [(each.place.path, each.line) for each in found] == [
        (f"{number:03}.txt", number + 1) for number in range(0, 300, 7)
    ]
    assert scanned.files_count == 300
    assert scanned.complete


def test_a_private_key_in_each_of_many_joined_files_is_found_in_each(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    for number in range(20):
        (tmp_path / f"{number:02}.pem").write_text(planter.secret("private-key"))

    found = of_rule(scan(tmp_path), "private-key")

    assert paths(found) == [f"{number:02}.pem" for number in range(20)]


def test_halves_of_a_secret_in_two_files_make_none(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    secret = planter.secret()
    (tmp_path / "a").write_text(secret[:20])
    (tmp_path / "b").write_text(secret[20:])

    assert of_rule(scan(tmp_path)) == []


def test_a_loop_of_links_ends_and_nothing_behind_a_link_is_read(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    outside, tree = tmp_path / "outside", tmp_path / "tree"
    outside.mkdir()
    tree.mkdir()
    (outside / "f").write_text(planter.secret())
    (tree / "loop").symlink_to(tree)
    (tree / "self").symlink_to("self")
    (tree / "folder").symlink_to(outside)
    (tree / "file").symlink_to(outside / "f")

    scanned = scan(tree)

    assert scanned.found == ()
    assert reasons(scanned) == {"link": 4}
    assert scanned.complete


def test_a_pipe_and_a_socket_are_counted_and_not_waited_for(tmp_path: Path, scan: Scanner) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        scanned = scan(tmp_path)

    assert reasons(scanned) == {"special": 2}


@pytest.mark.skipif(not Path("/dev/zero").is_char_device(), reason="no device files here")
def test_a_device_that_is_named_as_the_root_is_left_out(scan: Scanner) -> None:
    assert reasons(scan(Path("/dev/zero"))) == {"special": 1}


def test_a_file_or_folder_that_cannot_be_read_is_told_and_the_scan_is_incomplete(
    tmp_path: Path, scan: Scanner
) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is unreadable to the superuser")
    (tmp_path / "f").write_text("x")
    (tmp_path / "f").chmod(0)
    (tmp_path / "folder").mkdir(mode=0)

    scanned = scan(tmp_path)

    assert reasons(scanned) == {"unreadable": 2}
    assert not scanned.complete
    (tmp_path / "folder").chmod(0o700)


def test_a_path_too_long_for_the_system_is_told_and_not_skipped_silently(
    tmp_path: Path, scan: Scanner
) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=here)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)

    scanned = scan(tmp_path)

    assert reasons(scanned) == {"unreadable": 1}
    assert not scanned.complete


def test_a_sparse_file_of_two_gigabytes_is_read_where_it_holds_data(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    secret = planter.secret()
    with (tmp_path / "sparse").open("wb") as file:
        file.write(b"\n\n")
        file.seek(2 << 30)
        file.write(f"\n {secret} \n".encode())

    scanned = scan(tmp_path)

    assert [each.length for each in of_rule(scanned)] == [len(secret)]
    assert scanned.complete


@pytest.mark.parametrize("before", [
    pytest.param((4 << 20) - 20, id="across-the-first-window"),
    pytest.param((8 << 20) - 1, id="across-the-second"),
    pytest.param((4 << 20) - (256 << 10), id="at-the-seam"),
    pytest.param((4 << 20) - (256 << 10) - 10, id="across-the-seam"),
    pytest.param(9_000_000, id="near-the-end"),
])  # fmt: skip
def test_a_hit_in_a_huge_file_is_found_once_at_its_line_and_column(
    tmp_path: Path, planter: Planter, scan: Scanner, before: int
) -> None:
    lines, column = divmod(before, 101)
    text = (b"." * 100 + b"\n") * lines + b" " * column
    content = text + planter.secret().encode() + b"\n" + b"tail\n" * 100_000
    (tmp_path / "huge").write_bytes(content)

    found = of_rule(scan(tmp_path))

    assert [(each.line, each.column) for each in found] == [(lines + 1, column + 1)]


def test_names_that_steer_a_terminal_are_spelled_out(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    (tmp_path / "a\nb\x1b[31m\u202ec").write_text(planter.secret())
    (tmp_path / os.fsdecode(b"bad\xff")).write_text(planter.secret())

    assert paths(of_rule(scan(tmp_path))) == [r"a\nb\x1b[31m\u202ec", r"bad\udcff"]


def test_a_plain_name_is_shown_as_it_is() -> None:
    assert shown_path("src/Überblick 1.py") == "src/Überblick 1.py"


def test_what_gitignore_leaves_out_is_looked_at_unless_respected(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    kept = ["deep/kept.txt", "ignored/.env.local", "ignored/deeper/x.log", "ignored/mcp.json"]
    kept += [".cursor/mcp.json", "logs/yesterday", "deep/again.tmp"]
    left_out = ["a.tmp", "deep/b.tmp", "ignored/c.txt", "ignored/deeper/d.txt"]
    for name in kept + left_out:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(planter.secret())
    (tmp_path / ".gitignore").write_text("*.tmp\nignored/\nlogs/\n.cursor/\n")
    (tmp_path / "deep" / ".gitignore").write_text("!again.tmp\n")

    everything, respected = scan(tmp_path), scan(tmp_path, respect_gitignore=True)

    assert paths(of_rule(everything)) == sorted(kept + left_out)
    assert paths(of_rule(respected)) == sorted(kept)


def test_utf_16_beside_plain_files_and_contents_with_nul_bytes(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    (tmp_path / "bom").write_bytes(f"x\n{planter.secret()}\n".encode("utf-16"))
    (tmp_path / "le").write_bytes(f"key: {planter.secret()}\r\n".encode("utf-16-le"))
    (tmp_path / "nul").write_bytes(b"\0\1\2" + planter.secret().encode() + b"\0")
    (tmp_path / "plain").write_text(planter.secret())

    assert paths(of_rule(scan(tmp_path))) == ["bom", "le", "nul", "plain"]


def test_a_path_outside_the_roots_is_refused_also_behind_a_link(
    tmp_path: Path, scan: Scanner
) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)

    for path in (outside, inside / "link", inside / ".." / "outside"):
        with pytest.raises(OutsideScanRoots):
            scan(path, allowed_roots=(inside,))

    assert scan(inside, allowed_roots=(inside,)).files_count == 0
    assert scan(outside, allowed_roots=None).files_count == 0


def test_roots_that_lie_in_each_other_are_scanned_once(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").write_text(planter.secret())

    assert scan(tmp_path, tmp_path / "a").files_count == 1


def test_a_comment_that_allows_a_secret_and_what_other_scanners_accepted_are_told_as_allowed(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    comments = ["# gitleaks:allow", "// trufflehog:ignore", "# pragma: allowlist secret", "# x"]
    lines = [f"a = '{planter.secret()}'  {comment}\n" for comment in comments]
    lines += ["# pragma: allowlist nextline secret\n", f"b = '{planter.secret()}'\n"]
    lines += [f"accepted = '{planter.secret()}'\n"]
    (tmp_path / "f.py").write_text("".join(lines))
    (tmp_path / ".gitleaksignore").write_text("f.py:some-rule:7\n")

    found = of_rule(scan(tmp_path))

    assert [each.line for each in found if not each.allowed] == [4]
    assert [each.line for each in found if each.allowed] == [1, 2, 3, 6, 7]


def test_a_scan_that_is_cancelled_says_so(tmp_path: Path, scan: Scanner) -> None:
    (tmp_path / "f").write_text("x")
    scanned = scan_paths([tmp_path], scan.options, cancelled=lambda: True)

    assert scanned.files_count == 0
    assert not scanned.complete


def test_of_a_file_full_of_secrets_some_are_told_and_that_there_are_more(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    (tmp_path / "f").write_text(f"{planter.secret()}\n" * 3000)

    scanned = scan(tmp_path)

    assert [each.line for each in of_rule(scanned)] == list(range(1, 1001))
    assert reasons(scanned) == {"more hits": 1}


def test_a_secret_in_a_name_does_not_come_out_with_the_path(
    tmp_path: Path, planter: Planter, scan: Scanner
) -> None:
    secret = planter.secret()
    (tmp_path / f"{secret}.txt").write_text(secret)
    (tmp_path / f"link-{secret}").symlink_to(".")

    scanned = scan(tmp_path)

    assert paths(of_rule(scanned)) == ["(secret).txt"]
    assert reasons(scanned) == {"link": 1}


@pytest.mark.parametrize("name", [
    pytest.param("nothing", id="missing"),
    pytest.param("a\0b", id="nul"),
    pytest.param("a" * 5000, id="too-long"),
    pytest.param("a.txt/x", id="below-a-file"),
    pytest.param("loop", id="loop"),
])  # fmt: skip
@pytest.mark.parametrize("bound", [True, False])
def test_what_cannot_be_a_root_is_refused(
    tmp_path: Path, scan: Scanner, name: str, bound: bool
) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(UnusableRoot):
        scan(tmp_path / name, allowed_roots=(tmp_path,) if bound else None)

"""Three engines, one answer."""

import sys
from pathlib import Path
from random import Random
from threading import Thread
from types import ModuleType

import hyperscan
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import server.secrets.matching as scanner
from server.secrets import hyperscan_pass
from server.secrets.forms import Form
from server.secrets.rule import Rule
from server.secrets.samples import sample
from tests.server.secrets.contexts import CONTEXTS, planted
from tests.server.secrets.made import EVERY_FORM, OpenMatcher, made, told

ENGINES = ["hyperscan", "re2", "stdlib"]
SMALL = [name for name in CONTEXTS if name != "minified megabyte"]

ALMOST = st.sampled_from(
    [
        "ntn" + "_",
        "sk" + "-",
        "key=",
        "token: ",
        "https://a:b@c",
        "eyJ",
        "-----BEGIN ",
        "\0",
        "=",
        "%22",
        "bnRuX",
        "\n",
        "api_key = '",
        "xoxb-",
        "://",
        "AKIA",
        "password",
    ]
)


@given(
    pairs=st.lists(st.sampled_from(EVERY_FORM), max_size=4),
    context=st.sampled_from(SMALL),
    noise=st.lists(ALMOST | st.text(max_size=30), max_size=8),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=150)
def test_all_engines_find_the_same(
    pairs: list[tuple[Rule, Form]],
    context: str,
    noise: list[str],
    seed: int,
    open_matcher: OpenMatcher,
) -> None:
    random = Random(seed)
    tokens = [sample(rule, form, random)[0] for rule, form in pairs]
    texts = [*tokens, *noise]
    random.shuffle(texts)
    data = planted(context, random.choice(["", " ", "\n", ","]).join(texts))

    found = [told(open_matcher(engine, generic=True).matches(data)) for engine in ENGINES]

    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "piece",
    [
        "ntn" + "_",
        "eyJ",
        "key=",
        "sk-",
        "https://a:",
        "-----BEGIN PRIVATE KEY-----",
        "bnRuX",
        "A" * 64,
        "token" + "_v2",
        "AKIA",
        "a.eyJ",
        "password='",
    ],
)
def test_a_hostile_text_is_read_to_its_end(
    engine: str, piece: str, open_matcher: OpenMatcher
) -> None:
    token = made("notion-token")
    data = (piece * (30_000 // len(piece)) + "\n" + token + "\n").encode()

    found = open_matcher(engine, generic=True).matches(data)

    assert ("notion-token", len(data) - len(token) - 1, len(data) - 1) in told(found)


@pytest.mark.parametrize("damage", [b"?", b""], ids=["foreign", "empty"])
def test_compiled_rules_that_were_damaged_are_made_again(damage: bytes, tmp_path: Path) -> None:
    scanner.open_matcher("hyperscan", cache=tmp_path / "cache")
    [kept] = (tmp_path / "cache").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage)
    # A process reads a folder once; under another name it is another process's.
    (tmp_path / "cache").rename(tmp_path / "again")

    matcher = scanner.open_matcher("hyperscan", cache=tmp_path / "again")

    [made_again] = (tmp_path / "again").iterdir()
    assert len(matcher.matches(made("notion-token").encode())) == 1
    assert len(made_again.read_bytes()) == len(whole)
    assert made_again.stat().st_mode & 0o077 == 0


def test_compiled_rules_are_read_from_where_they_are_kept(tmp_path: Path) -> None:
    scanner.open_matcher("hyperscan", cache=tmp_path / "cache")
    [kept] = (tmp_path / "cache").iterdir()
    written_ns = kept.stat().st_mtime_ns
    (tmp_path / "cache").rename(tmp_path / "again")

    scanner.open_matcher("hyperscan", cache=tmp_path / "again")

    assert (tmp_path / "again" / kept.name).stat().st_mtime_ns == written_ns


def test_a_cache_that_cannot_be_written_hinders_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    matcher = scanner.open_matcher("hyperscan", cache=tmp_path / "file" / "cache")

    assert len(matcher.matches(made("notion-token").encode())) == 1


def test_threads_scan_at_once_each_with_a_matcher_of_its_own(rules_cache: Path) -> None:
    data = planted("minified megabyte", made("notion-token"))
    found: list[int] = []

    def scan() -> None:
        found.append(len(scanner.open_matcher("hyperscan", cache=rules_cache).matches(data)))

    threads = [Thread(target=scan) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [1, 1, 1, 1]


def test_without_the_processor_that_hyperscan_needs_the_next_engine_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise hyperscan.HyperscanError("unsupported")

    library = ModuleType("hyperscan")
    library.__dict__.update(vars(hyperscan), Database=refuse, loadb=refuse)
    monkeypatch.setitem(sys.modules, "hyperscan", library)
    monkeypatch.delitem(sys.modules, hyperscan_pass.__name__)

    matcher = scanner.open_matcher("best", cache=tmp_path)

    assert matcher.engine == "re2"

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.secrets.base64_windows import ANCHOR_LEAST_BYTES
from server.secrets.forms import Form
from server.secrets.rule import Rule
from server.secrets.samples import sample
from tests.server.secrets.contexts import CONTEXTS, planted
from tests.server.secrets.made import PREFIXED, OpenMatcher, made, told

ENCODABLE = [pair for pair in PREFIXED if len(pair[1].anchor) >= ANCHOR_LEAST_BYTES]
SMALL = [name for name in CONTEXTS if name != "minified megabyte"]
SEEDS = st.integers(0, 2**32)


@pytest.mark.parametrize("context", CONTEXTS)
def test_every_token_is_found_wherever_it_stands(context: str, open_matcher: OpenMatcher) -> None:
    matcher, random = open_matcher(), Random(context)
    for rule, form in PREFIXED if context in SMALL else PREFIXED[:6]:
        text, _ = sample(rule, form, random)
        data = planted(context, text)
        start = data.index(text.encode())

        assert told(matcher.matches(data)) == [(rule.id, start, start + len(text))]


@given(pair=st.sampled_from(PREFIXED), context=st.sampled_from(SMALL), seed=SEEDS)
@settings(max_examples=400)
def test_any_token_in_any_context_is_found(
    pair: tuple[Rule, Form], context: str, seed: int, open_matcher: OpenMatcher
) -> None:
    rule, form = pair
    text, _ = sample(rule, form, Random(seed))
    data = planted(context, text)
    start = data.index(text.encode())

    assert told(open_matcher().matches(data)) == [(rule.id, start, start + len(text))]


@given(
    pair=st.sampled_from(ENCODABLE),
    context=st.sampled_from(SMALL),
    seed=SEEDS,
    written=st.tuples(
        st.sampled_from([b64encode, urlsafe_b64encode]),
        st.sampled_from(["", '"', " ", "\n", "<"]),
    ),
)
@settings(max_examples=250)
def test_any_token_in_a_base64_file_is_found(
    pair: tuple[Rule, Form],
    context: str,
    seed: int,
    written: tuple[Callable[[bytes], bytes], str],
    open_matcher: OpenMatcher,
) -> None:
    rule, form = pair
    text, _ = sample(rule, form, Random(seed))
    encode, quote = written
    encoded = encode(planted(context, text))
    data = b"data:" + quote.encode() + encoded + quote.encode()

    [found] = open_matcher().matches(data)

    assert (found.rule.id, found.value, found.decoded) == (rule.id, text.encode(), "base64")
    assert len(text) * 4 // 3 <= found.end - found.start <= len(text) * 4 // 3 + 3


def test_base64_that_is_broken_into_lines_is_read_across_them(open_matcher: OpenMatcher) -> None:
    token = made("notion-token")
    encoded = b64encode(b"A=1\nNOTION_API_TOKEN=" + token.encode() + b"\nB=2\n" * 40)
    data = b"\n".join(encoded[i : i + 76] for i in range(0, len(encoded), 76))

    [found] = open_matcher().matches(data)

    assert found.value == token.encode()
    assert b"\n" in data[found.start : found.end]


@given(
    pair=st.sampled_from(PREFIXED),
    context=st.sampled_from([name for name in SMALL if name != "between zeros"]),
    seed=SEEDS,
    encoding=st.sampled_from(["utf-16", "utf-16-le", "utf-16-be"]),
)
@settings(max_examples=150)
def test_any_token_in_a_utf_16_file_is_found(
    pair: tuple[Rule, Form], context: str, seed: int, encoding: str, open_matcher: OpenMatcher
) -> None:
    rule, form = pair
    text, _ = sample(rule, form, Random(seed))
    written = ("some text before it\n" * 3 + planted(context, text).decode()).encode(encoding)

    [found] = open_matcher().matches(written)

    assert (found.rule.id, found.decoded) == (rule.id, "utf-16")
    codec = "utf-16-be" if encoding == "utf-16-be" else "utf-16-le"
    assert written[found.start : found.end].decode(codec) == text


SPELLINGS = [r"\_", "%5F", "%5f", r"\u005f"]


@given(
    pair=st.sampled_from([pair for pair in PREFIXED if b"_" in pair[1].anchor]),
    spelling=st.sampled_from(SPELLINGS),
    context=st.sampled_from(SMALL),
    seed=SEEDS,
)
@settings(max_examples=150)
def test_any_token_is_found_whose_underscores_are_written_otherwise(
    pair: tuple[Rule, Form], spelling: str, context: str, seed: int, open_matcher: OpenMatcher
) -> None:
    rule, form = pair
    text, _ = sample(rule, form, Random(seed))
    written = text.replace("_", spelling)
    data = planted(context, written)

    [found] = open_matcher().matches(data)

    assert (found.rule.id, found.value) == (rule.id, text.encode())
    assert data[found.start : found.end] == written.encode()


@given(pair=st.sampled_from(ENCODABLE), seed=SEEDS, before=st.integers(0, 5))
@settings(max_examples=100)
def test_any_token_in_base64_of_utf_16_is_found(
    pair: tuple[Rule, Form], seed: int, before: int, open_matcher: OpenMatcher
) -> None:
    rule, form = pair
    text, _ = sample(rule, form, Random(seed))
    command = b64encode(f"{'x' * before} $env:KEY='{text}'; run".encode("utf-16-le"))

    [found] = open_matcher().matches(b"powershell -EncodedCommand " + command)

    assert (found.rule.id, found.value, found.decoded) == (rule.id, text.encode(), "base64")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", [b"plain text in a log\n" * 300, bytes(range(256)) * 41])
@pytest.mark.parametrize("shift", [b"", b"x"])
def test_utf_16_within_other_bytes_is_read(
    encoding: str, before: bytes, shift: bytes, open_matcher: OpenMatcher
) -> None:
    token = made("notion-token")
    written = f"key={token}\r\n".encode(encoding)
    data = before + shift + written + b"plain again" * 9

    [found] = open_matcher().matches(data)

    assert (found.value.decode(), found.decoded) == (token, "utf-16")
    assert data[found.start : found.end].replace(b"\0", b"").decode() == token


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param('{{"key": "{}"}}', id="json"),
        pytest.param("key: |\n  {}\n", id="yaml"),
        pytest.param('KEY="{}"', id="dotenv"),
        pytest.param("+{}", id="diff"),
        pytest.param("<key>{}</key>", id="xml"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\\n", "\n    ", "\n+"])
def test_a_private_key_is_found_however_its_lines_end(
    pattern: str, line_end: str, open_matcher: OpenMatcher
) -> None:
    key = made("private-key").replace("\n", line_end)

    [found] = open_matcher().matches(pattern.format(key).encode())

    assert found.rule.id == "private-key"
    assert found.value == key.encode()

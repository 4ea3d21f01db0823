import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.text import listed, shown


@pytest.mark.parametrize(
    ("foreign", "seen"),
    [
        pytest.param("Tasks", "`Tasks`", id="plain"),
        pytest.param("a\nb\tc", "`a b c`", id="one-line"),
        pytest.param("pay\u200bload\u202egnp", "`payloadgnp`", id="zero-width-and-bidi-go"),
        pytest.param("\x1b[31mred", "`[31mred`", id="no-terminal-escapes"),
        pytest.param("`; rm`", "`'; rm'`", id="cannot-leave-the-code-span"),
        pytest.param("  ", "(no text)", id="nothing-to-see"),
    ],
)
def test_foreign_text_is_shown_as_data(foreign: str, seen: str) -> None:
    assert shown(foreign) == seen


@given(st.text(max_size=300))
def test_no_foreign_text_hides_or_runs_on(foreign: str) -> None:
    seen = shown(foreign)

    assert len(seen) <= 62
    assert seen.count("`") in {0, 2}
    assert not {unicodedata.category(c) for c in seen} & {"Cc", "Cf", "Zl", "Zp"}


def test_a_long_list_says_how_much_is_left_out() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b", "c"], limit=2) == "a, b and 1 more"

import pytest

from playbooks.text import display_width
from playbooks.unicode_bars import (
    COLUMNS,
    ROWS_DRAWN,
    BarRow,
    SpanRow,
    bar_lines,
    fenced,
    span_lines,
    sparkline,
)

NAMES = [
    pytest.param("cursor", id="short"),
    pytest.param("x" * 5_000, id="long"),
    pytest.param("日本語のとても長い道具の名前です", id="wide"),
    pytest.param("e\u0301" * 40, id="accents"),
    pytest.param("```\n# heading \u202e\x1b[31m", id="hostile"),
    pytest.param("", id="empty"),
]


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_a_terminal_and_bars_begin_in_one_column(name: str) -> None:
    rows = [BarRow(name, 3, f"3 of {name}"), BarRow("continue", 9, "9"), BarRow("none", 0, "0")]

    lines = bar_lines(rows)

    assert all(display_width(line) <= COLUMNS for line in lines)
    starts = {display_width(line[: line.index("█")]) for line in lines if "█" in line}
    assert len(starts) == 1
    assert "`" not in "".join(lines)
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        pytest.param([0, 1, 2, 4, 8], "·▁▂▄█ 0 to 8", id="in-proportion"),
        pytest.param([5], "█ 0 to 5", id="one"),
        pytest.param([0, 0], "·· 0 to 0", id="nothing"),
        pytest.param([], "(no values)", id="none"),
        pytest.param([1, 5000], "▁█ 0 to 5,000", id="far-out"),
    ],
)
def test_a_sparkline_is_in_proportion_and_says_its_scale(values: list[float], line: str) -> None:
    assert sparkline(values) == line


def test_a_long_sparkline_is_joined_and_says_so() -> None:
    line = sparkline(list(range(1040)))

    assert display_width(line) <= COLUMNS
    assert line.endswith("means of 20")


def test_a_bar_is_in_proportion_to_the_greatest() -> None:
    whole, half, least = bar_lines([BarRow("a", 8, ""), BarRow("b", 4, ""), BarRow("c", 0.001, "")])

    assert whole.count("█") == 24
    assert half.count("█") == 12
    assert least.endswith("▏")


def test_spans_stand_on_one_scale() -> None:
    low, high, point = span_lines(
        [
            SpanRow("a", 0, 25, 50, "25 %"),
            SpanRow("b", 50, 75, 100, "75 %"),
            SpanRow("c", 50, 50, 50, "50 %"),
        ]
    )

    assert low.index("┤") == high.index("├") == point.index("●")
    assert low.index("├") < low.index("●") < low.index("┤")
    assert low.endswith("25 %")


def test_a_logarithmic_scale_shows_the_small_beside_the_great() -> None:
    rows = [SpanRow("fast", 10, 20, 40, ""), SpanRow("slow", 1_000, 2_000, 40_000, "")]

    plain = span_lines(rows)[0]
    logarithmic = span_lines(rows, logarithmic=True)[0]

    assert "┤" not in plain
    assert logarithmic.index("●") < logarithmic.index("┤")


def test_more_rows_than_are_drawn_are_counted() -> None:
    rows = [BarRow(str(number), 1, "") for number in range(ROWS_DRAWN + 5)]

    assert len(bar_lines(rows)) == ROWS_DRAWN + 1
    assert bar_lines(rows)[-1] == "and 5 more"


def test_lines_keep_their_columns_in_markdown() -> None:
    assert fenced(["a", "b"]) == "```text\na\nb\n```"
    assert fenced([]) == ""

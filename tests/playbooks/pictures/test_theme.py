"""Both themes can be read: contrasts of WCAG 2.2, computed."""

from typing import Any

import pytest

from playbooks.picture import Theme
from playbooks.pictures.theme import BANDS, LINES, THEMES

TEXT_CONTRAST, MARK_CONTRAST = 4.5, 3.0


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=["light", "dark"])
def config(request: pytest.FixtureRequest) -> dict[str, Any]:
    theme: Theme = request.param
    return dict(THEMES[theme])


def test_text_stands_out_from_its_background(config: dict[str, Any]) -> None:
    words = [
        config["title"]["color"],
        config["title"]["subtitleColor"],
        config["axis"]["labelColor"],
        config["axis"]["titleColor"],
        config["legend"]["labelColor"],
        config["style"]["ink-text"]["color"],
        config["style"]["message"]["color"],
    ]

    for word in words:
        assert contrast(word, config["background"]) >= TEXT_CONTRAST


def test_data_and_lines_stand_out_from_their_background(config: dict[str, Any]) -> None:
    styles = config["style"]
    marks = [styles["data"]["color"], styles["accent-line"]["color"], *config["range"][LINES]]

    for mark in marks:
        assert contrast(mark, config["background"]) >= MARK_CONTRAST


def test_no_colour_means_two_things(config: dict[str, Any]) -> None:
    for name in (LINES, BANDS):
        assert len(set(config["range"][name])) == 4

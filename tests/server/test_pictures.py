"""Rendering: the size that was asked for, nothing that runs, nothing from elsewhere."""

import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
import vl_convert

from playbooks.errors import PictureUnavailable
from playbooks.picture import SCALE, Theme
from server.pictures import VegaPictures, packed, render_png, render_svg
from tests.playbooks.pictures.drawn import HOSTILE, PICTURES

CHECKOUT = Path(__file__).parent.parent.parent


def size_of(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", png, 16)
    return width, height


def pixels_of(png: bytes) -> bytes:
    at, body = 8, b""
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        assert (
            zlib.crc32(png[at + 4 : at + 8 + length])
            == struct.unpack_from(">I", png, at + 8 + length)[0]
        )
        body += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    return zlib.decompress(body)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("count", [0, 1, 40])
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_the_size_that_was_asked_for(name: str, count: int, theme: Theme) -> None:
    png = render_png(PICTURES[name]("A finding", count), theme, SCALE)

    assert size_of(png) == (1440, 720 if count else 300)
    assert len(png) < 150_000


@pytest.mark.parametrize("name", PICTURES)
def test_an_svg_runs_nothing_and_loads_nothing(name: str) -> None:
    svg = render_svg(PICTURES[name](HOSTILE, 3), "light")

    without_namespaces = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    assert svg.startswith("<svg")
    assert "<script" not in svg
    assert "<image" not in svg
    assert "<foreignObject" not in svg
    assert not re.search(r"(href|src|\son\w+)\s*=", without_namespaces)
    assert not re.search(r"url\((?!#)", without_namespaces)


def test_the_themes_differ_in_colours_alone() -> None:
    picture = PICTURES["weeks"]("A finding", 10)
    themes: tuple[Theme, ...] = ("light", "dark")

    light, dark = (
        re.sub("#[0-9a-fA-F]{6}|#?clip[0-9]+", "", render_svg(picture, theme)) for theme in themes
    )

    assert light == dark


def test_a_picture_is_packed_without_the_loss_of_a_pixel() -> None:
    plain = vl_convert.svg_to_png(render_svg(PICTURES["weeks"]("A finding", 20), "light"), scale=2)

    small = packed(plain)

    assert pixels_of(small) == pixels_of(plain)
    assert size_of(small) == size_of(plain)
    assert len(small) < len(plain) / 2


async def test_a_picture_that_is_drawn_apart_is_the_same() -> None:
    picture = PICTURES["weeks"]("A finding", 10)

    assert await VegaPictures().png(picture, "dark") == render_png(picture, "dark", SCALE)


DRAWN_APART = """
import sys
import anyio
from server.pictures import VegaPictures
drawn = anyio.run(VegaPictures().svg, {"data": {"values": [{}]}, "mark": "point"})
print(drawn[:4], "vl_convert" in sys.modules)
"""


def test_the_server_itself_never_loads_what_would_stop_it_while_it_draws() -> None:
    command = [sys.executable, "-c", DRAWN_APART]

    said = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout

    assert said == "<svg False\n"


async def test_data_from_elsewhere_are_refused() -> None:
    loading = {"data": {"url": "http://127.0.0.1:9/x.json"}, "mark": "point", "encoding": {}}

    with pytest.raises(PictureUnavailable, match="could not be drawn"):
        await VegaPictures().png(loading)


async def test_a_picture_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(PictureUnavailable, match="not drawn within 0 s"):
        await VegaPictures(deadline_s=0).svg(PICTURES["weeks"]("A finding", 3))


WITHOUT_CHARTS = """
import sys
sys.modules["vl_convert"] = None
import anyio
from playbooks.errors import PictureUnavailable
from server.pictures import VegaPictures
try:
    anyio.run(VegaPictures().svg, {"mark": "point"})
except PictureUnavailable as error:
    print(error)
"""


def test_without_the_extra_it_says_how_to_install_it() -> None:
    command = [sys.executable, "-c", WITHOUT_CHARTS]

    said = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout

    assert "Pictures need vl-convert-python, which is not installed." in said
    assert "notion-playbooks[charts]" in said

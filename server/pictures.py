"""Draws specifications with vl-convert, the extra `charts`: no browser, no network, no script."""

import json
import struct
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import Final, TypeVar, TypeVarTuple

import anyio
from anyio import to_process

from playbooks.errors import PictureUnavailable
from playbooks.picture import SCALE, Specification, Theme
from playbooks.pictures.theme import THEMES

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

DEADLINE_S: Final = 20.0
"""The first picture takes half a second, the next a tenth."""

VEGA_LITE: Final = "6.1"
"""The version that the specifications are written for."""

_TEXT_HAS_IT: Final = "The text has the same figures."


class VegaPictures:
    """playbooks.ports.Pictures on vl-convert, in a process of its own that ends when long idle.

    vl-convert holds the interpreter while it lays a picture out, and cannot be interrupted: in a
    thread the first one would stop the server for half a second, and an endless one stay.
    """

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s

    async def png(self, picture: Specification, theme: Theme = "light") -> bytes:
        """At twice the specification's size, in pixels; raises PictureUnavailable."""
        return await self._apart(render_png, picture, theme, SCALE)

    async def svg(self, picture: Specification, theme: Theme = "light") -> str:
        """One self-contained `<svg>`; raises PictureUnavailable."""
        return await self._apart(render_svg, picture, theme)

    async def _apart(self, draw: Callable[[*Ts], T], *arguments: *Ts) -> T:
        _require_charts()
        try:
            with anyio.fail_after(self._deadline_s):
                return await to_process.run_sync(draw, *arguments, cancellable=True)
        except TimeoutError as error:
            raise PictureUnavailable(
                f"The picture was not drawn within {self._deadline_s:.0f} s.",
                remedy=f"Try again. {_TEXT_HAS_IT}",
            ) from error
        except (ValueError, OSError, anyio.BrokenWorkerProcess) as error:
            raise PictureUnavailable(
                "The picture could not be drawn.", remedy=_TEXT_HAS_IT
            ) from error


def _require_charts() -> None:
    if find_spec("vl_convert") is None:
        raise PictureUnavailable(
            "Pictures need vl-convert-python, which is not installed.",
            remedy="Install it with the extra `charts`, notion-playbooks[charts], and start the"
            f" server again. {_TEXT_HAS_IT}",
        )


def render_svg(picture: Specification, theme: Theme) -> str:
    """The picture as one self-contained `<svg>`; ValueError for what vl-convert does not take."""
    import vl_convert  # noqa: PLC0415 - 40 MB of a JavaScript engine, for who asks for a picture

    return vl_convert.vegalite_to_svg(
        json.dumps(picture),
        vl_version=VEGA_LITE,
        config=dict(THEMES[theme]),
        allowed_base_urls=[],
    )


def render_png(picture: Specification, theme: Theme, scale: float) -> bytes:
    """The picture as PNG, `scale` pixels for each unit of its size; raises as `render_svg`."""
    drawn = render_svg(picture, theme)
    import vl_convert  # noqa: PLC0415 - see above

    return packed(vl_convert.svg_to_png(drawn, scale=scale))


def packed(png: bytes) -> bytes:
    """The same PNG with its pixels deflated anew: a third of the size that vl-convert gives.

    What a chat shows is paid for by the byte. Chunks other than the pixels stay as they are.
    """
    chunks = _chunks(png)
    pixels = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    before = [chunk for chunk in chunks if chunk[0] not in {b"IDAT", b"IEND"}]
    kept = [*before, (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")]
    return _PNG_SIGNATURE + b"".join(_chunk(name, body) for name, body in kept)


_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    chunks: list[tuple[bytes, bytes]] = []
    at = len(_PNG_SIGNATURE)
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        chunks.append((name, png[at + 8 : at + 8 + length]))
        at += length + 12
    return chunks


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), name) + body + struct.pack(">I", zlib.crc32(name + body))

"""Draws specifications with vl-convert, the extra `charts`: no browser, no network, no script."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from typing import Final, TypeVar

import anyio
from anyio import to_thread

from playbooks.errors import PictureUnavailable
from playbooks.picture import SCALE, Specification, Theme
from playbooks.picture_theme import THEMES

T = TypeVar("T")

DEADLINE_S: Final = 20.0
"""The first picture of a process takes half a second, the next a tenth."""

VEGA_LITE: Final = "6.1"
"""The version that the specifications are written for."""


class VegaPictures:
    """playbooks.ports.Pictures on vl-convert, in a worker thread.

    vl-convert holds the interpreter while it lays a picture out: specifications stay small.
    """

    async def png(self, picture: Specification, theme: Theme = "light") -> bytes:
        """At twice the specification's size, in pixels; raises PictureUnavailable."""
        return await _in_time(lambda: render_png(picture, theme, SCALE))

    async def svg(self, picture: Specification, theme: Theme = "light") -> str:
        """One self-contained `<svg>`; raises PictureUnavailable."""
        return await _in_time(lambda: render_svg(picture, theme))


def render_svg(picture: Specification, theme: Theme) -> str:
    """The picture as one self-contained `<svg>`.

    Raises:
        PictureUnavailable: vl-convert is not installed, or does not take the specification.
    """
    if find_spec("vl_convert") is None:
        raise PictureUnavailable(
            "Pictures need vl-convert-python, which is not installed.",
            remedy="Install it with the extra `charts`, notion-playbooks[charts], and start the"
            " server again; the text has the same figures.",
        )
    import vl_convert  # noqa: PLC0415 - 40 MB of a JavaScript engine, for who asks for a picture

    try:
        return vl_convert.vegalite_to_svg(
            json.dumps(picture),
            vl_version=VEGA_LITE,
            config=dict(THEMES[theme]),
            allowed_base_urls=[],
        )
    except ValueError as error:
        raise PictureUnavailable(
            "The picture could not be drawn.", remedy="The text has the same figures."
        ) from error


def render_png(picture: Specification, theme: Theme, scale: float) -> bytes:
    """The picture as PNG, `scale` pixels for each unit of its size; raises as `render_svg`."""
    drawn = render_svg(picture, theme)
    import vl_convert  # noqa: PLC0415 - see above

    return vl_convert.svg_to_png(drawn, scale=scale)


async def _in_time(draw: Callable[[], T]) -> T:
    try:
        with anyio.fail_after(DEADLINE_S):
            return await to_thread.run_sync(draw, abandon_on_cancel=True)
    except TimeoutError as error:
        raise PictureUnavailable(
            f"The picture was not drawn within {DEADLINE_S:.0f} s.",
            remedy="Try again; the text has the same figures.",
        ) from error

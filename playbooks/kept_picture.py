"""The picture of a run, drawn from what was kept with the run."""

from playbooks.desk import Desk
from playbooks.errors import PictureUnavailable
from playbooks.picture import Specification
from playbooks.ports import Pictures


def address(run_id: str) -> str:
    """The resource that shows the picture of that run."""
    return f"playbooks://pictures/{run_id}"


async def png_of(desk: Desk, run_id: str) -> bytes:
    """The picture for a chat, on a background of its own.

    Raises:
        PictureUnavailable: the run has none, nothing is there to draw with, or it took too long.
        StoreUnusable: the store cannot be read.
    """
    return await _pictures(desk).png(await _kept(desk, run_id))


async def svg_of(desk: Desk, run_id: str) -> str:
    """The picture as self-contained SVG; raises as `png_of`."""
    return await _pictures(desk).svg(await _kept(desk, run_id))


async def _kept(desk: Desk, run_id: str) -> Specification:
    picture = await desk.store.picture(run_id)
    if picture is None:
        raise PictureUnavailable(
            "No picture is kept of this run.",
            remedy="get_record has its figures.",
        )
    return picture


def _pictures(desk: Desk) -> Pictures:
    if desk.pictures is None:
        raise PictureUnavailable(
            "This server draws no pictures.", remedy="The text has the same figures."
        )
    return desk.pictures

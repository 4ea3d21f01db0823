"""Icons, covers and parents: what several kinds of object are sent alike."""

from typing import Any

from server.workspace import nodes, richtext
from server.workspace.call import Call
from server.workspace.errors import ApiError, invalid
from server.workspace.inputs import Input
from server.workspace.nodes import Kind, Node

_ICON_COLORS = (
    "gray", "lightgray", "brown", "yellow", "orange", "green", "blue", "purple", "pink", "red",
)  # fmt: skip


def icon(source: Input) -> dict[str, Any] | None:
    """An icon, or None to take it away."""
    if source.absent:
        return None
    refuse_upload(source.get("file_upload"))
    match source.key(("emoji", "external", "custom_emoji", "icon")):
        case "emoji":
            return {"type": "emoji", "emoji": source.get("emoji").text()}
        case "custom_emoji":
            raise source.get("custom_emoji").refusal(richtext.NO_CUSTOM_EMOJIS)
        case "icon":
            named = source.get("icon")
            color = named.get("color")
            chosen = "gray" if color.absent else color.choice(_ICON_COLORS)
            return {"type": "icon", "icon": {"name": named.need("name").text(), "color": chosen}}
        case _:
            return _external(source)


def cover(source: Input) -> dict[str, Any] | None:
    """A cover, or None to take it away."""
    if source.absent:
        return None
    refuse_upload(source.get("file_upload"))
    source.need("external")
    return _external(source)


def changed(body: Input) -> dict[str, Any]:
    """Icon and cover, where the body names them."""
    read = {"icon": icon, "cover": cover}
    return {key: parse(body.get(key)) for key, parse in read.items() if body.get(key).given}


def refuse_upload(source: Input) -> None:
    """400 where a file upload is named."""
    if source.given:
        raise source.refusal("not present: file uploads are not served yet")


def flag(source: Input) -> bool | None:
    """A boolean, or None where nothing was sent."""
    return None if source.absent else source.boolean()


def parent(call: Call, source: Input, *kinds: Kind) -> Node | None:
    """The parent that a new object names, out of these kinds; None is the workspace itself."""
    if source.get("workspace").given:
        if call.caller.bot_id is not None:
            raise _no_private_pages()
        return None
    keys = tuple(f"{kind}_id" for kind in kinds)
    key, object_id = source.one_id(keys, or_else=("workspace",) if "page" in kinds else ())
    return nodes.find_editable(call, object_id, kinds[keys.index(key)])


def _external(source: Input) -> dict[str, Any]:
    url = source.get("external").need("url").text()
    return {"type": "external", "external": {"url": url}}


def _no_private_pages() -> ApiError:
    return invalid(
        "Internal integrations aren't owned by a single user, so creating workspace-level private"
        " pages is not supported. Please use a public integration, or provide a specific parent"
        " page."
    )

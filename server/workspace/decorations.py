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
_EMOJI_LETTERS = "\N{INFORMATION SOURCE}"
_PLACES = ("workspace", "page_id", "block_id", "database_id", "data_source_id")


def icon(source: Input) -> dict[str, Any] | None:
    """An icon, or None to take it away."""
    if source.absent:
        return None
    refuse_upload(source.get("file_upload"))
    match source.key(("emoji", "external", "custom_emoji", "icon")):
        case "emoji":
            return {"type": "emoji", "emoji": _emoji(source.get("emoji"))}
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
    _refuse_contradiction(source)
    if source.get("workspace").given:
        if source.get("workspace").value is not True:
            raise source.get("workspace").refusal("`true`")
        if call.caller.bot_id is not None:
            raise _no_private_pages()
        return None
    keys = tuple(f"{kind}_id" for kind in kinds)
    key, object_id = source.one_id(keys, or_else=("workspace",) if "page" in kinds else ())
    return nodes.find_editable(call, object_id, kinds[keys.index(key)])


def _refuse_contradiction(source: Input) -> None:
    """400 unless one place is named; a table may come with its database, as rows show it."""
    given = [key for key in _PLACES if source.only("type", *_PLACES).get(key).given]
    if len(given) > 1 and given != ["database_id", "data_source_id"]:
        raise source.get(given[1]).refusal("not present")
    if given and not source.get("type").absent:
        source.get("type").choice(given)


def _emoji(source: Input) -> str:
    """What is plainly text is refused; that it is an emoji is not looked up."""
    text = source.text()
    if text.isascii() or any(char.isalpha() for char in text if char not in _EMOJI_LETTERS):
        raise source.refusal("an emoji")
    return text


def _external(source: Input) -> dict[str, Any]:
    url = source.get("external").need("url")
    if not url.names_a_host():
        raise url.refusal("a valid url")
    return {"type": "external", "external": {"url": url.text()}}


def _no_private_pages() -> ApiError:
    return invalid(
        "Internal integrations aren't owned by a single user, so creating workspace-level private"
        " pages is not supported. Please use a public integration, or provide a specific parent"
        " page."
    )

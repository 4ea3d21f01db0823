"""Icons and covers: each kind that can be sent, and a clear word on those that cannot."""

from typing import Any

import httpx
import pytest

EMOJI = {"type": "emoji", "emoji": "💡"}
EXTERNAL = {"type": "external", "external": {"url": "https://example.org/a.png"}}


async def decorated(api: httpx.AsyncClient, root: str, key: str, value: Any) -> Any:
    return (await api.patch(f"/v1/pages/{root}", json={key: value})).json()


@pytest.mark.parametrize(
    ("key", "sent", "shown"),
    [
        pytest.param("icon", {"emoji": "💡"}, EMOJI, id="emoji"),
        *(pytest.param("icon", {"emoji": each}, {"type": "emoji", "emoji": each}, id=each)
          for each in ("🇨🇭", "1️⃣", "ℹ️", "👩‍🚀", "©️")),
        pytest.param("icon", {"external": EXTERNAL["external"]}, EXTERNAL, id="external-icon"),
        pytest.param("icon", {"icon": {"name": "pizza"}},
                     {"type": "icon", "icon": {"name": "pizza", "color": "gray"}}, id="named"),
        pytest.param("icon", None, None, id="no-icon"),
        pytest.param("cover", EXTERNAL, EXTERNAL, id="cover"),
        pytest.param("cover", None, None, id="no-cover"),
    ],
)  # fmt: skip
async def test_an_icon_or_cover_is_shown_as_notion_shows_it(
    api: httpx.AsyncClient, root: str, key: str, sent: Any, shown: Any
) -> None:
    assert (await decorated(api, root, key, sent))[key] == shown


@pytest.mark.parametrize(
    ("key", "sent", "message"),
    [
        pytest.param("icon", {"file_upload": {"id": "x"}}, "body.icon.file_upload should be not"
                     " present: file uploads are not served yet", id="uploaded-icon"),
        pytest.param("cover", {"file_upload": {"id": "x"}}, "body.cover.file_upload should be not"
                     " present: file uploads are not served yet", id="uploaded-cover"),
        pytest.param("icon", {"custom_emoji": {"id": "x"}}, "body.icon.custom_emoji should be not"
                     " present: this workspace has no custom emojis", id="custom-emoji"),
        pytest.param("icon", {"icon": {"name": "pizza", "color": "beige"}},
                     'body.icon.icon.color should be `"gray"`', id="colour"),
        pytest.param("cover", {"emoji": "💡"}, "body.cover.external should be defined",
                     id="no-cover"),
        pytest.param("cover", {"external": {"url": "nope"}},
                     "body.cover.external.url should be a valid url", id="cover-nowhere"),
        pytest.param("icon", {"external": {"url": "http://["}},
                     "body.icon.external.url should be a valid url", id="icon-nowhere"),
        pytest.param("icon", {"emoji": "not an emoji"}, "body.icon.emoji should be an emoji",
                     id="words-for-an-emoji"),
    ],
)  # fmt: skip
async def test_what_cannot_be_an_icon_or_cover_is_refused(
    api: httpx.AsyncClient, root: str, key: str, sent: Any, message: str
) -> None:
    answer = await decorated(api, root, key, sent)

    assert answer["message"].startswith(f"body failed validation: {message}")

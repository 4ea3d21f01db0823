"""Users: who am I, who is there."""

from functools import partial
from typing import Any

from server.workspace import identities, paging
from server.workspace.call import Call
from server.workspace.errors import user_not_found


def me(call: Call) -> dict[str, Any]:
    """GET /v1/users/me."""
    return _answer(call, call.actor_id)


def retrieve(call: Call) -> dict[str, Any]:
    """GET /v1/users/{user_id}."""
    return _answer(call, call.path_id("user_id"))


def list_all(call: Call) -> dict[str, Any]:
    """GET /v1/users."""
    found, following = paging.page(
        call.query,
        read=partial(identities.users_from, call.db),
        place=partial(identities.place, call.db),
        cursor=lambda user: user.id,
    )
    shown = [identities.user_answer(user, call.workspace) for user in found]
    return paging.envelope(shown, kind="user", next_cursor=following)


def _answer(call: Call, user_id: str) -> dict[str, Any]:
    user = call.users.get(user_id)
    if user is None:
        raise user_not_found(user_id, bot_id=call.caller.bot_id)
    return identities.user_answer(user, call.workspace)

"""What a version of the API is: its routes, and what tells it from the next newer one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from server.workspace.call import Call
from server.workspace.errors import ApiError
from server.workspace.routes import Route, Router

JSON: TypeAlias = dict[str, Any]


def _as_it_is(_call: Call, shown: JSON) -> JSON | None:
    return shown


@dataclass(frozen=True, slots=True)
class Version:
    """One version. Requests pass through it and then through the newer ones, answers likewise.

    `inward` turns requests into newer ones, by method and pattern of their route; `outward` turns
    one newer object into its own, or into None where this version has nothing like it; `lists`
    and `wording` are its words for newer ones: types of lists, and what stands in refusals.
    """

    name: str
    router: Router
    newer: "Version | None" = None
    inward: Mapping[str, Callable[[Call], Call]] = field(
        default_factory=dict[str, Callable[[Call], Call]]
    )
    outward: Callable[[Call, JSON], JSON | None] = _as_it_is
    lists: Mapping[str, str] = field(default_factory=dict[str, str])
    wording: Mapping[str, str] = field(default_factory=dict[str, str])

    def answer(self, route: Route, call: Call) -> JSON:
        """What the route answers to a request of this version. Raises ApiError."""
        try:
            call = self.read(route, call)
            return self.show(call, route.handler(call))
        except ApiError as error:
            raise self.tell(error) from None

    def read(self, route: Route, call: Call) -> Call:
        """A request as the native version would send it."""
        translate = self.inward.get(f"{route.method} {route.pattern}")
        translated = translate(call) if translate else call
        return self.newer.read(route, translated) if self.newer else translated

    def show(self, call: Call, answer: JSON) -> JSON:
        """A native answer as this version shows it."""
        shown = self._list(call, answer) if answer.get("object") == "list" else None
        shown = shown or self.outward(call, answer) or answer
        return self.newer.show(call, shown) if self.newer else shown

    def tell(self, error: ApiError) -> ApiError:
        """A refusal in the words of this version."""
        message = error.message
        for newer, own in self.wording.items():
            message = message.replace(newer, own)
        return ApiError(
            error.status,
            error.code,
            message,
            additional_data=error.additional_data,
            headers=error.headers,
        )

    def _list(self, call: Call, answer: JSON) -> JSON:
        shown = (self.outward(call, each) for each in answer["results"])
        renamed = {self.lists.get(key, key): value for key, value in answer.items()}
        kind = self.lists.get(answer["type"], answer["type"])
        return renamed | {"results": [each for each in shown if each is not None], "type": kind}

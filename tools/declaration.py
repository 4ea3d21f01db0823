"""How a tool is declared: strict arguments in our own words, and a small schema without `$ref`.

The SDK's Tool ignores unknown arguments and answers with pydantic's words, which echo the input;
this is the one place that changes both.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from inspect import cleandoc
from typing import Any, Final, cast

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from playbooks.report import Report
from tools.absent import unmentioned
from tools.watching import watched


class StrictTool(Tool):
    """A tool that refuses what it does not know and says what it accepts.

    It says nothing of tools that are `absent` from its server.
    """

    absent: frozenset[str] = frozenset()

    async def run(
        self, arguments: dict[str, Any], context: "Context[Any, Any]", convert_result: bool = False
    ) -> Any:
        """Run the tool; arguments that do not fit are a ToolError of our own wording."""
        try:
            self.fn_metadata.validate_arguments(arguments)
        except ValidationError as error:
            raise ToolError(self._refusal(error)) from None
        call = watched(super().run(arguments, context, convert_result), context)
        return await unmentioned(call, self.absent)

    def _refusal(self, error: ValidationError) -> str:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        properties: dict[str, Any] = self.parameters["properties"]
        wrong = " ".join(dict.fromkeys(_sentence(detail, properties) for detail in details))
        accepted = ", ".join(properties) or "none"
        return f"{self.name} was not called. {wrong} Its arguments are: {accepted}."


def declare(fn: Callable[..., Any], *, title: str, annotations: ToolAnnotations) -> StrictTool:
    """The tool of a function that gives a Report: named like it, described by its docstring."""
    promise = cleandoc(fn.__doc__ or "")
    tool = StrictTool.from_function(
        fn, title=title, description=promise, annotations=annotations, structured_output=False
    )
    assert isinstance(tool, StrictTool)
    arguments = tool.fn_metadata.arg_model
    arguments.model_config["extra"] = "forbid"
    arguments.model_rebuild(force=True)
    tool.parameters = {**inlined(tool.parameters), "additionalProperties": False}
    tool.fn_metadata.output_model = Report
    tool.fn_metadata.output_schema = _report_schema()
    return tool


@cache
def _report_schema() -> dict[str, Any]:
    """Made once: the SDK would make it for each tool, a tenth of what a start may cost us."""
    return outlined(inlined(Report.model_json_schema()))


OUTLINED: Final = ("status", "measurements", "summary")
"""What a program needs of every report; the whole schema, once a tool, would fill the list."""


def outlined(schema: dict[str, Any]) -> dict[str, Any]:
    """An output's schema reduced to the types of those properties; more of them are allowed.

    Every report has them; that is not said, since the list of tools is short of room.
    """
    properties: dict[str, Any] = schema["properties"]
    kept = {name: properties[name] for name in OUTLINED if name in properties}
    brief = {
        name: {key: value for key, value in node.items() if key in {"type", "enum"}}
        for name, node in kept.items()
    }
    return {"type": "object", "properties": brief}


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without `$ref`, which not every client resolves, and titles, which none needs."""
    definitions: dict[str, Any] = schema.get("$defs", {})
    return {key: _plain(value, definitions) for key, value in _kept(schema)}


def _plain(node: Any, definitions: dict[str, Any]) -> Any:
    match node:
        case [*items]:
            return [_plain(item, definitions) for item in items]
        case {"$ref": str(reference)}:
            return _plain(definitions[reference.rsplit("/", 1)[-1]], definitions)
        case {"default": default, **about} if _goes_without_saying(default, node):
            # That it may be left out says as much.
            return _plain(about, definitions)
        case {"anyOf": [given, {"type": "null"}], "default": None, **about}:
            # Who has nothing to give leaves it out; the list of tools is short of room.
            return _plain({**given, **about}, definitions)
        case dict():
            kept = _kept(cast("dict[str, Any]", node))
            return {key: _plain(value, definitions) for key, value in kept}
        case _:
            return node


def _goes_without_saying(default: object, node: dict[str, Any]) -> bool:
    """No, nothing, and the first of a choice: what anybody expects who leaves it out."""
    return default is False or default == [] or default in node.get("enum", ())[:1]


def _kept(node: dict[str, Any]) -> list[tuple[str, Any]]:
    """What stays of a schema node; a property may be called `title`, an annotation is a string."""
    return [
        (key, value)
        for key, value in node.items()
        if key != "$defs" and not (key == "title" and isinstance(value, str))
    ]


def _sentence(detail: ErrorDetails, properties: Mapping[str, Any]) -> str:
    """What is wrong; of a union, of which each alternative has failed by itself, the same."""
    choices = _choices(properties.get(str(detail["loc"][0]), {}))
    if choices and len(detail["loc"]) > 1:
        return f"Argument {detail['loc'][0]!r}: input should be {_or(choices)}."
    name = told_name(*(str(part) for part in detail["loc"]))
    match detail["type"]:
        case "extra_forbidden":
            return f"It has no argument {name}."
        case "missing":
            return f"Argument {name} is missing."
        case _:
            message = detail["msg"].removeprefix("Value error, ")
            return f"Argument {name}: {message[:1].lower()}{message[1:]}."


def told_name(*parts: str) -> str:
    """A name that somebody gave, quoted; what may be a pasted key instead is not repeated."""
    if all(_NAME.fullmatch(part) for part in parts):
        return repr(".".join(parts))
    return "(not repeated here)"


_NAME: Final = re.compile(r"[A-Za-z_-]{1,30}|\d{1,3}")


def _choices(schema: Mapping[str, Any]) -> list[str]:
    """What an argument of several types takes; nothing for one of a single type, null aside."""
    types = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return [word for each in types for word in _words(each)] if len(types) > 1 else []


def _words(schema: Mapping[str, Any]) -> list[str]:
    match schema:
        case {"enum": [*values]}:
            return [repr(value) for value in values]
        case {"type": "boolean"}:
            return ["true", "false"]
        case _:
            return [f"of type {schema.get('type')}"]


def _or(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}"

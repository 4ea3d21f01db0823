"""A fault plan as one document: `{seed, conditions, rules}`, read with all its mistakes told."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, TypeVar, cast

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError

from playbooks.errors import PlaybookError
from server.workspace.conditions import DEFAULTS, Conditions, Count, unusual
from server.workspace.effects import BY_NAME, NAME_OF, Effect
from server.workspace.faults import FaultRule, RuleState

T = TypeVar("T")

READY_MADE: Final = Path(__file__).parent / "plans"
"""Plans for common drills, a JSON file each."""

_ROUTE: Final = re.compile(r"\*|(GET|POST|PATCH|PUT|DELETE|\*) (/v1/|\*)[^\s?\[\]]*")
"""A query is no part of it, and nothing but `*` stands for anything."""
_LARGEST_SEED: Final = 2**63 - 1
_KEYS: Final = ("seed", "conditions", "rules")


class PlanInvalid(PlaybookError):
    """A plan of faults has mistakes; `mistakes` lists every one of them."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__(
            f"The fault plan has mistakes: {'; '.join(mistakes)}.",
            remedy="Nothing was changed.",
        )
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that can be planned; what it does not name is as Notion has it."""

    seed: int = 0
    conditions: Conditions = DEFAULTS
    rules: tuple[FaultRule, ...] = ()


def _route(given: str) -> str:
    if not _ROUTE.fullmatch(given):
        problem = f"should be '*', or like 'POST /v1/pages*' without a query, not {given!r}"
        raise ValueError(problem)
    return given


@dataclass(frozen=True, slots=True)
class _Match:
    """The keys that rules of every fault have."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)

    route: Annotated[str, AfterValidator(_route)] = "*"
    rate: Annotated[float, Field(ge=0, le=1)] = 1.0
    count: Count | None = None
    after: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0


_MATCH_KEYS: Final = tuple(field.name for field in fields(_Match))


def read_plan(document: object) -> Plan:
    """The plan that a JSON document describes. Raises PlanInvalid with every mistake."""
    mistakes: list[str] = []
    known = _object(document, "the plan", mistakes.append)
    mistakes += [_unknown(key, _KEYS) for key in known if key not in _KEYS]
    seed = known.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool) or abs(seed) > _LARGEST_SEED:
        mistakes.append("seed: should be a whole number")
        seed = 0
    conditions = _parsed(Conditions, known.get("conditions", {}), "conditions", mistakes.append)
    rules = [
        _rule(rule, f"rules[{i}]", mistakes.append)
        for i, rule in enumerate(_array(known.get("rules", []), "rules", mistakes.append))
    ]
    if mistakes:
        raise PlanInvalid(mistakes)
    return Plan(seed, conditions or DEFAULTS, tuple(rule for rule in rules if rule))


def read_rule(document: object) -> FaultRule:
    """One rule, as a plan holds it. Raises PlanInvalid."""
    mistakes: list[str] = []
    rule = _rule(document, "", mistakes.append)
    if rule is None:
        raise PlanInvalid(mistakes)
    return rule


def read_conditions(document: object) -> Conditions:
    """Conditions, as a plan holds them. Raises PlanInvalid."""
    mistakes: list[str] = []
    conditions = _parsed(Conditions, document, "", mistakes.append)
    if conditions is None:
        raise PlanInvalid(mistakes)
    return conditions


def load_plan(name: str) -> Plan:
    """The plan in a JSON or TOML file, or the ready-made one of that name. Raises PlanInvalid."""
    file = Path(name)
    if not file.exists() and name in ready_made():
        file = READY_MADE / f"{name}.json"
    try:
        text = file.read_text("utf-8")
        document: object = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except OSError as error:
        known = ", ".join(ready_made())
        problem = f"{name}: {error.strerror}, and no ready-made plan; there are: {known}"
        raise PlanInvalid([problem]) from None
    except (ValueError, RecursionError):
        form = "TOML" if file.suffix == ".toml" else "JSON"
        raise PlanInvalid([f"{name}: it is no {form}"]) from None
    return read_plan(document)


def ready_made() -> tuple[str, ...]:
    """The names of the ready-made plans."""
    return tuple(sorted(path.stem for path in READY_MADE.glob("*.json")))


def written_plan(plan: Plan) -> dict[str, Any]:
    """The document of a plan, without what is as it is from the start."""
    return {
        "seed": plan.seed,
        "conditions": unusual(plan.conditions),
        "rules": [written_rule(rule) for rule in plan.rules],
    }


def written_rule(rule: FaultRule) -> dict[str, Any]:
    """The document of a rule."""
    kind = type(rule.effect)
    match = _Match(rule.route, rule.rate, rule.count, rule.after)
    told = {key: value for key, value in asdict(match).items() if value != getattr(_Match(), key)}
    return {"route": rule.route, "fault": NAME_OF[kind]} | told | asdict(rule.effect)


def written_state(plan: Plan, states: Sequence[RuleState]) -> dict[str, Any]:
    """A plan and how far each of its rules is."""
    progress = [
        {"seen": state.seen_count, "acted": state.acted_count, "left": state.left_count}
        for state in states
    ]
    return {"plan": written_plan(plan), "progress": progress}


_Tell = Callable[[str], None]


def _rule(document: object, path: str, tell: _Tell) -> FaultRule | None:
    if not isinstance(document, dict):
        tell(f"{path or 'the rule'}: should be an object")
        return None
    known = cast("dict[str, Any]", document)
    match = _parsed(_Match, {key: known[key] for key in known if key in _MATCH_KEYS}, path, tell)
    kind = _kind(known.get("fault"), path, tell)
    if kind is None:
        return None
    common = (*_MATCH_KEYS, "fault")
    options = {key: known[key] for key in known if key not in common}
    effect = _parsed(kind, options, path, tell, also=common)
    if match is None or effect is None:
        return None
    return FaultRule(effect, match.route, match.count, match.rate, match.after)


def _kind(name: object, path: str, tell: _Tell) -> type[Effect] | None:
    kind = BY_NAME.get(name) if isinstance(name, str) else None
    if kind is None:
        problem = "is missing" if name is None else f"there is no {name!r}"
        tell(f"{_at(path, 'fault')}{problem}; there are: {', '.join(BY_NAME)}")
    return kind


def _parsed(
    kind: type[T], document: object, path: str, tell: _Tell, *, also: Sequence[str] = ()
) -> T | None:
    try:
        return TypeAdapter(kind).validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        for sentence in _sentences(error, kind, path, also):
            tell(sentence)
        return None


def _sentences(
    error: ValidationError, kind: type[Any], path: str, also: Sequence[str]
) -> Iterator[str]:
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        where = ".".join(str(part) for part in detail["loc"] if not str(part)[:1].isupper())
        if detail["type"] in _UNKNOWN_KEY:
            valid = (*also, *(field.name for field in fields(kind)))
            yield _unknown(where, valid, path)
        else:
            message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
            yield f"{_at(path, where)}{message[:1].lower()}{message[1:]}"


_UNKNOWN_KEY: Final = ("extra_forbidden", "unexpected_keyword_argument")


def _at(path: str, key: str) -> str:
    named = ".".join(part for part in (path, key) if part)
    return f"{named}: " if named else ""


def _unknown(key: str, valid: Sequence[str], path: str = "") -> str:
    close = get_close_matches(key, valid, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"{_at(path, key)}there is no such key{hint}; valid: {', '.join(valid)}"


def _object(document: object, path: str, tell: _Tell) -> Mapping[str, Any]:
    if isinstance(document, dict):
        return cast("dict[str, Any]", document)
    tell(f"{path}: should be an object")
    return {}


def _array(document: object, path: str, tell: _Tell) -> Sequence[object]:
    if isinstance(document, list):
        return cast("list[object]", document)
    tell(f"{path}: should be an array")
    return ()

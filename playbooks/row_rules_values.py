"""Rules about single values: missing, unreadable, doubled, outside of what a contract allows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from playbooks.contract import Expected, PropertyContract, ResultType
from playbooks.databases import DatabaseKey, normal
from playbooks.objects import DataSource, Property
from playbooks.row_rules import FAILED, Case, Failed, Outcome, Plainly, Rule, Scene
from playbooks.rows import Plain, Span, Unreadable
from playbooks.task_dirt import is_plausible

Read = Callable[[Case], Plain]
"""The value that a rule is about."""


def value_rules(scene: Scene) -> Iterator[Rule]:
    """Those of every property that the contract names and the database has."""
    for expected in scene.contract.expected():
        prop = property_of(scene.schema, scene.roles, expected)
        if prop is not None:
            yield from _of_property(scene.key, expected, partial(_named, prop.name))
    if scene.key != "task_management":
        yield _unreadable(scene.key)


def property_of(
    schema: DataSource, roles: Mapping[str, Property], expected: Expected
) -> Property | None:
    """The property that a contract means; None where there is none."""
    if expected.role is not None:
        return roles.get(expected.role)
    return next((each for each in schema.properties if each.name == expected.name), None)


def _named(name: str, case: Case) -> Plain:
    return case.row.plain(name)


def _of_property(key: DatabaseKey, expected: Expected, read: Read) -> Iterator[Rule]:
    roles = () if expected.role is None else (expected.role,)
    for rules in (_of_presence, _of_values):
        yield from (replace(rule, roles=roles) for rule in rules(key, expected, read))


def _of_presence(key: DatabaseKey, expected: Expected, read: Read) -> Iterator[Rule]:
    wanted, label, words = expected.wanted, expected.word, _words(expected)
    if wanted.filled:
        yield Rule(
            f"{key}.missing_{label}",
            f"without {words}",
            "Fill it in Notion.",
            plainly(partial(_missing, read)),
        )
    if wanted.unique:
        yield Rule(
            f"{key}.duplicate_{label}",
            f"with the {words} of an earlier row",
            "Merge them, or change the later one.",
            lambda _: Duplicates(read),
            repair="review",
        )


def _of_values(key: DatabaseKey, expected: Expected, read: Read) -> Iterator[Rule]:
    wanted, label, words = expected.wanted, expected.word, _words(expected)
    if wanted.options:
        yield Rule(
            f"{key}.unknown_{label}",
            f"whose {words} the contract does not know",
            "Choose one of the contract's options, or add this one to the contract.",
            plainly(partial(_unknown_option, read, frozenset(wanted.options))),
            repair="review",
        )
    if wanted.minimum is not None or wanted.maximum is not None:
        yield Rule(
            f"{key}.{label}_out_of_range",
            f"whose {words} lies outside of the contract's range",
            "Correct the number, or widen the contract's range.",
            plainly(partial(_out_of_range, read, wanted)),
        )
    if wanted.result is not None:
        yield Rule(
            f"{key}.wrong_result_{label}",
            f"whose {words} does not come to a {wanted.result}",
            "Correct the formula or rollup, or the contract's result.",
            plainly(partial(_wrong_result, read, wanted.result)),
        )


def _words(expected: Expected) -> str:
    return expected.word.replace("_", " ")


def plainly(check: Callable[[Case], Outcome]) -> Callable[[Scene], Plainly]:
    """How a rule begins that needs nothing but the row."""
    return lambda _: Plainly(check)


def is_empty(plain: Plain) -> bool:
    """Whether nothing can be seen of it."""
    return plain is None or plain == () or (isinstance(plain, str) and not plain.strip())


def _missing(read: Read, case: Case) -> Outcome:
    return FAILED if is_empty(read(case)) else "passed"


def _unknown_option(read: Read, known: frozenset[str], case: Case) -> Outcome:
    match read(case):
        case str(name):
            return "passed" if name in known else FAILED
        case tuple() as names if names:
            return "passed" if known.issuperset(names) else FAILED
        case _:
            return None


def _out_of_range(read: Read, wanted: PropertyContract, case: Case) -> Outcome:
    plain = read(case)
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        return None
    low = wanted.minimum is not None and plain < wanted.minimum
    high = wanted.maximum is not None and plain > wanted.maximum
    return FAILED if low or high else "passed"


def _wrong_result(read: Read, wanted: ResultType, case: Case) -> Outcome:
    plain = read(case)
    if plain is None:
        return None
    return "passed" if result_of(plain) == wanted else FAILED


def result_of(plain: Plain) -> ResultType | None:
    """What a formula or rollup came to; None for what has no reading."""
    match plain:
        case bool():
            return "checkbox"
        case int() | float():
            return "number"
        case str():
            return "text"
        case tuple():
            return "list"
        case date() | Span():
            return "date"
        case _:
            return None


@dataclass(slots=True)
class Duplicates:
    """Fails each row whose value an older row has; the first one of them passes."""

    read: Read
    _first: dict[Plain, str] = field(default_factory=dict[Plain, str])

    def look(self, case: Case) -> Outcome:
        """How the row stands to those before it."""
        plain = self.read(case)
        if is_empty(plain) or isinstance(plain, Unreadable):
            return None
        first = self._first.setdefault(plain, case.row.id)
        return "passed" if first == case.row.id else _as(first)

    async def settle(self) -> Mapping[str, Outcome]:
        """Nothing is left for later."""
        return {}


@dataclass(slots=True)
class Likenesses:
    """Fails each row whose text is an older row's but for case, spacing and punctuation."""

    read: Read
    _first: dict[str, str] = field(default_factory=dict[str, str])
    _texts: set[str] = field(default_factory=set[str])

    def look(self, case: Case) -> Outcome:
        """How the row stands to those before it; an exact repetition is another rule's."""
        plain = self.read(case)
        if not isinstance(plain, str) or not (meant := normal(plain)):
            return None
        first = self._first.setdefault(meant, case.row.id)
        is_new = plain not in self._texts
        self._texts.add(plain)
        return _as(first) if is_new and first != case.row.id else "passed"

    async def settle(self) -> Mapping[str, Outcome]:
        """Nothing is left for later."""
        return {}


def _as(first_id: str) -> Failed:
    return Failed(f"as https://www.notion.so/{first_id.replace('-', '')}", first_id)


def spaced_title(key: DatabaseKey) -> Rule:
    """Spaces around a title hide a row from searches and make duplicates look different."""
    return Rule(
        f"{key}.spaced_title",
        "whose title begins or ends with spaces",
        "Remove the spaces.",
        plainly(_spaced),
        repair="safe",
        roles=("title",),
    )


def _spaced(case: Case) -> Outcome:
    title = case.plain("title")
    if not isinstance(title, str) or not title.strip():
        return None
    return "passed" if title == title.strip() else FAILED


def _unreadable(key: DatabaseKey) -> Rule:
    """Of tasks the reports tell it themselves."""
    return Rule(
        f"{key}.unreadable_value",
        "with a value that has no reading and counts as missing",
        "Enter the value anew in Notion.",
        plainly(_has_unreadable),
    )


def _has_unreadable(case: Case) -> Outcome:
    plain = (case.row.plain(name) for name in case.names.values())
    return FAILED if any(isinstance(each, Unreadable) for each in plain) else "passed"


def date_rules(key: DatabaseKey) -> Iterator[Rule]:
    """Rules about the one date of an event."""
    yield Rule(
        f"{key}.date_in_future",
        "dated after today",
        "Correct the date in Notion.",
        lambda scene: Plainly(partial(_in_future, scene)),
        repair="review",
        roles=("date",),
    )
    yield Rule(
        f"{key}.implausible_year",
        "with a date of an implausible year",
        "Correct the date in Notion.",
        lambda scene: Plainly(partial(_implausible, scene)),
        roles=("date",),
    )


def _in_future(scene: Scene, case: Case) -> Outcome:
    day = _day(scene, case)
    if day is None or not is_plausible(day, scene.today):
        return None
    return FAILED if day > scene.today else "passed"


def _implausible(scene: Scene, case: Case) -> Outcome:
    day = _day(scene, case)
    return None if day is None else "passed" if is_plausible(day, scene.today) else FAILED


def _day(scene: Scene, case: Case) -> date | None:
    match case.plain("date"):
        case Span(start=start):
            return scene.days.local_day(start)
        case datetime() as moment:
            return scene.days.local_day(moment)
        case _:
            return None

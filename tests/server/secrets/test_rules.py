from random import Random

import pytest

from server.secrets.forms import CLASSES, Form
from server.secrets.placeholders import placeholder
from server.secrets.rotation import rotation_steps
from server.secrets.rule import Rule
from server.secrets.rules import RULES
from server.secrets.samples import drawn, forms_of, sample
from tests.server.secrets.made import TOKEN_RULES, OpenMatcher, told

SAMPLES = 20


def closed(form: Form) -> bool:
    """Whether one more character would make something else of it."""
    last = form.pieces[-1]
    return last.kind in set("dhHRSULAW") and last.least == last.most


def long(form: Form) -> bool:
    """Whether it is no password, which may be short."""
    return not any(each.kind == "p" for each in form.pieces)


def one_letter(form: Form) -> str:
    """The form, each piece filled with one letter."""
    return "".join(
        CLASSES[each.kind][1][0] * each.most if each.kind in CLASSES else each.text
        for each in form.pieces
    )


def test_there_is_a_rule_for_every_common_service() -> None:
    assert len(RULES) >= 60
    assert RULES[0].id == "notion-token"
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_how_its_secret_is_replaced(rule: Rule) -> None:
    assert len(rotation_steps(rule.service)) >= 2


@pytest.mark.parametrize("rule", TOKEN_RULES, ids=lambda rule: rule.id)
def test_a_secret_is_found_whole(rule: Rule, open_matcher: OpenMatcher) -> None:
    matcher, random = open_matcher(), Random(1)
    for form in forms_of(rule) * SAMPLES:
        text, secret = sample(rule, form, random)
        start = len("see ") + text.index(secret)

        found = matcher.matches(f"see {text}\n".encode())

        assert told(found) == [(rule.id, start, start + len(secret))]
        assert found[0].value == secret.encode()


@pytest.mark.parametrize("rule", TOKEN_RULES, ids=lambda rule: rule.id)
def test_what_is_longer_or_shorter_or_a_placeholder_is_no_secret(
    rule: Rule, open_matcher: OpenMatcher
) -> None:
    matcher, random = open_matcher(), Random(2)
    for form in forms_of(rule):
        text, _ = sample(rule, form, random)
        more = random.choice(CLASSES.get(form.pieces[-1].kind, ("", "a"))[1].rstrip("_-"))
        others = [text + more, text[:-1]] if closed(form) else []

        for other in (*others, one_letter(form)):
            found = matcher.matches(f"see {other}\n".encode())
            assert rule.id not in [each.rule.id for each in found]


@pytest.mark.parametrize("rule", TOKEN_RULES, ids=lambda rule: rule.id)
def test_hardly_a_random_value_is_taken_for_a_placeholder(rule: Rule) -> None:
    random = Random(3)
    for form in filter(long, forms_of(rule)):
        refused_count = sum(
            placeholder(
                drawn(form, random)[1].encode(), entropy_bits=rule.entropy_bits, stops=rule.stops
            )
            for _ in range(300)
        )

        assert refused_count <= 1

from random import Random

import pytest

from server.secrets.forms import CLASSES, Form
from server.secrets.placeholders import placeholder
from server.secrets.rotation import rotation_steps
from server.secrets.rule import Rule
from server.secrets.rules import RULES
from server.secrets.samples import drawn, sample
from tests.server.secrets.made import EVERY_FORM, OpenMatcher, named, told

SAMPLES = 20
CLOSED = [
    (rule, form)
    for rule, form in EVERY_FORM
    if form.pieces[-1].kind in set("dhHRSULAW") and form.pieces[-1].least == form.pieces[-1].most
]
"""The forms of which one more character makes something else."""

LONG = [
    (rule, form) for rule, form in EVERY_FORM if not any(each.kind == "p" for each in form.pieces)
]
"""The forms that are no password, which may be short."""


def test_there_is_a_rule_for_every_common_service() -> None:
    assert len(RULES) >= 60
    assert RULES[0].id == "notion-token"
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_how_its_secret_is_replaced(rule: Rule) -> None:
    assert len(rotation_steps(rule.service)) >= 2


@pytest.mark.parametrize(("rule", "form"), EVERY_FORM, ids=named(EVERY_FORM))
def test_a_secret_is_found_whole(rule: Rule, form: Form, open_matcher: OpenMatcher) -> None:
    matcher, random = open_matcher(), Random(1)
    for _ in range(SAMPLES):
        text, secret = sample(rule, form, random)
        start = len("see ") + text.index(secret)

        found = matcher.matches(f"see {text}\n".encode())

        assert told(found) == [(rule.id, start, start + len(secret))]
        assert found[0].value == secret.encode()


@pytest.mark.parametrize(("rule", "form"), CLOSED, ids=named(CLOSED))
def test_a_longer_or_shorter_one_is_not_the_secret(
    rule: Rule, form: Form, open_matcher: OpenMatcher
) -> None:
    matcher, random = open_matcher(), Random(2)
    text, _ = sample(rule, form, random)
    longer = text + random.choice(CLASSES[form.pieces[-1].kind][1].rstrip("_-"))

    assert rule.id not in [each.rule.id for each in matcher.matches(longer.encode())]
    assert rule.id not in [each.rule.id for each in matcher.matches(text[:-1].encode())]


@pytest.mark.parametrize(("_rule", "form"), EVERY_FORM, ids=named(EVERY_FORM))
def test_a_form_filled_with_one_letter_is_a_placeholder(
    _rule: Rule, form: Form, open_matcher: OpenMatcher
) -> None:
    filled = "".join(
        CLASSES[each.kind][1][0] * each.most if each.kind in CLASSES else each.text
        for each in form.pieces
    )

    assert open_matcher().matches(f"see {filled}\n".encode()) == []


@pytest.mark.parametrize(("rule", "form"), LONG, ids=named(LONG))
def test_hardly_a_random_value_is_taken_for_a_placeholder(rule: Rule, form: Form) -> None:
    random = Random(3)
    secrets = [drawn(form, random)[1] for _ in range(500)]

    refused = [
        secret
        for secret in secrets
        if placeholder(secret.encode(), entropy_bits=rule.entropy_bits, stops=rule.stops)
    ]

    assert len(refused) <= 1

"""Made-up secrets, and the matchers that find them."""

from collections.abc import Callable, Sequence
from random import Random

from server.secrets.forms import LONGER
from server.secrets.matching import Match, Matcher
from server.secrets.rules import RULES
from server.secrets.samples import forms_of, sample

OpenMatcher = Callable[..., Matcher]

BY_ID = {rule.id: rule for rule in RULES}

TOKEN_RULES = [rule for rule in RULES if rule.tier == "token"]

EVERY_FORM = [(rule, form) for rule in TOKEN_RULES for form in forms_of(rule)]

PREFIXED = [
    (rule, form)
    for rule, form in EVERY_FORM
    if not any(piece.kind == "mark" or piece.kind in LONGER for piece in form.pieces)
]
"""The forms that are a token and nothing else: found wherever they stand."""


def made(rule_id: str, seed: int = 0, form_number: int = 0) -> str:
    """A secret of the rule, with what belongs to it."""
    rule = BY_ID[rule_id]
    return sample(rule, forms_of(rule)[form_number], Random(seed))[0]


def told(matches: Sequence[Match]) -> list[tuple[str, int, int]]:
    """What is known of matches: the rule and the place."""
    return [(each.rule.id, each.start, each.end) for each in matches]

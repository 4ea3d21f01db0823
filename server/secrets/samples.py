"""Made-up secrets of every rule, for tests and benchmarks: no file need hold one."""

from random import Random

from server.secrets.checksums import crc32_base62
from server.secrets.forms import CLASSES, LONGER, Form, Piece, parsed
from server.secrets.placeholders import harmless
from server.secrets.rule import Rule

_PEM_LINES = 12
_PEM_WIDTH = 64
_TRIES = 1000


def forms_of(rule: Rule) -> list[Form]:
    """Every way in which the rule's secrets are written."""
    return [
        form
        for text in rule.forms
        for form in parsed(text, ignore_case=rule.ignore_case, open_front=rule.open_front)
    ]


def sample(rule: Rule, form: Form, random: Random) -> tuple[str, str]:
    """A text of the form and the secret in it, which is no placeholder."""
    for _ in range(_TRIES):
        text, secret = drawn(form, random)
        if rule.checksum:
            text = secret = _with_check(secret)
        if not harmless(rule, text.encode(), secret.encode()):
            return text, secret
    raise AssertionError(f"no sample of {rule.id} is a secret")


def drawn(form: Form, random: Random) -> tuple[str, str]:
    """The text, and what of it is marked as the secret."""
    text, start, end = "", 0, None
    for piece in form.pieces:
        if piece.kind == "mark":
            start, end = (len(text), None) if piece.expression == "(" else (start, len(text))
        text += _stretch(piece, random)
    return text, text[start:end]


def _stretch(piece: Piece, random: Random) -> str:
    if piece.kind in CLASSES:
        length = random.randint(piece.least, min(piece.most, piece.least + 40))
        return "".join(random.choices(CLASSES[piece.kind][1], k=length))
    if piece.kind == "pem":
        return _pem(random)
    return LONGER[piece.kind].sample if piece.kind in LONGER else piece.text


def _pem(random: Random) -> str:
    lines = ["".join(random.choices(CLASSES["B"][1], k=_PEM_WIDTH)) for _ in range(_PEM_LINES)]
    return "\n" + "\n".join(lines) + "\n-----END"


def _with_check(token: str) -> str:
    prefix, _, body = token.rpartition("_")
    return f"{prefix}_{body[:-6]}{crc32_base62(body[:-6])}"

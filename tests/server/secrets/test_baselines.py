import hashlib
import json

import pytest

from server.secrets.baselines import (
    Accepted,
    BaselineUnreadable,
    detect_secrets_baseline,
    gitleaks_ignores,
)

VALUE = b"some value"
COMMIT = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_a_gitleaksignore_accepts_places_in_files_and_in_commits() -> None:
    accepted = gitleaks_ignores(
        f"# accepted last year\n\nconfig/a.py:generic-api-key:12 # old\n"
        f"{COMMIT}:config/b.py:aws-access-token:3\nnot a fingerprint\n"
    )

    assert accepted.covers("config/a.py", 12, VALUE)
    assert not accepted.covers("config/a.py", 13, VALUE)
    assert not accepted.covers("config/a.py", 12, VALUE, commit=COMMIT)
    assert accepted.covers("config/b.py", 3, VALUE, commit=COMMIT)
    assert not accepted.covers("config/b.py", 3, VALUE)


@pytest.mark.parametrize(
    ("audit", "covered"),
    [
        pytest.param({}, True, id="not-audited"),
        pytest.param({"is_secret": False}, True, id="audited-as-harmless"),
        pytest.param({"is_secret": True}, False, id="audited-as-real"),
    ],
)
def test_a_detect_secrets_baseline_accepts_a_value_in_a_file_whatever_its_line(
    audit: dict[str, bool], covered: bool
) -> None:
    hashed = hashlib.sha1(VALUE).hexdigest()
    found = {"type": "Secret Keyword", "hashed_secret": hashed, "line_number": 1, **audit}

    accepted = detect_secrets_baseline(json.dumps({"results": {"conf\\a.py": [found]}}))

    assert accepted.covers("conf/a.py", 99, VALUE) is covered
    assert not accepted.covers("conf/a.py", 1, b"another value")
    assert not accepted.covers("b.py", 1, VALUE)


def test_baselines_add_up() -> None:
    both = gitleaks_ignores("a.py:rule:1") | gitleaks_ignores("b.py:rule:2")

    assert both.covers("a.py", 1, VALUE)
    assert both.covers("b.py", 2, VALUE)
    assert not Accepted().covers("a.py", 1, VALUE)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"results": []}', '{"results": {"a": [{}]}}'])
def test_what_is_no_detect_secrets_baseline_is_refused(text: str) -> None:
    with pytest.raises(BaselineUnreadable, match="detect-secrets"):
        detect_secrets_baseline(text)

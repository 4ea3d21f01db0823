import logging
from dataclasses import replace

import pytest

from server.secrets.matching import fingerprint, last4
from tests.server.secrets.made import BY_ID, OpenMatcher, made, told


def found_ids(open_matcher: OpenMatcher, text: str, *, generic: bool = False) -> list[str]:
    return [each.rule.id for each in open_matcher(generic=generic).matches(text.encode())]


def test_a_match_never_shows_its_value(
    open_matcher: OpenMatcher, caplog: pytest.LogCaptureFixture
) -> None:
    token = made("notion-token")
    [match] = open_matcher().matches(f"a {token} b".encode())

    logging.getLogger("test").warning("%s %r", match, [match])

    for shown in (repr(match), str(match), f"{match}", caplog.text, repr(replace(match, start=0))):
        assert token not in shown
        assert token[-8:] not in shown


def test_a_fingerprint_is_of_value_rule_and_key() -> None:
    value, rule, other = b"value", BY_ID["notion-token"], BY_ID["notion-secret"]
    prints = {
        fingerprint(value, rule, b"key"),
        fingerprint(value, rule, b"other key"),
        fingerprint(value, other, b"key"),
        fingerprint(b"other", rule, b"key"),
    }

    assert len(prints) == 4
    assert fingerprint(value, rule, b"key") in prints


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(b"x" * 16 + b"abcd", "abcd", id="long"),
        pytest.param(b"x" * 15 + b"abcd", "", id="short"),
        pytest.param(b"x" * 20 + b"ab\n\x1b", "", id="escapes"),
        pytest.param(b"x" * 20 + b"ab\xff\xfe", "", id="bytes"),
    ],
)
def test_only_the_end_of_a_long_value_is_shown(value: bytes, shown: str) -> None:
    assert last4(value) == shown


@pytest.mark.parametrize(
    "address",
    [
        (
            "https://prod-files.s3.us-west-2.amazonaws.com/a/b.png?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential={}%2F20261125%2Fus-west-2%2Fs3%2Faws4_request&X-Amz-Signature=ab"
        ),
        "https://files.notion.so/a.png?X-Amz-Credential%3D{}%2F20261125%26X-Amz-Signature%3Dab",
        "https://s3.amazonaws.com/b/k?AWSAccessKeyId={}&Signature=abc&Expires=1",
        r'"https:\/\/s3.amazonaws.com\/k?X-Amz-Credential\u003d{}\u002f2026\u0026X-Amz-Signature\u003dab"',
    ],
)
def test_the_parameters_of_a_presigned_address_are_no_secrets(
    address: str, open_matcher: OpenMatcher
) -> None:
    key_id = made("aws-key-id", form_number=1)

    assert found_ids(open_matcher, address.format(key_id)) == []
    assert found_ids(open_matcher, address.format("x") + f" {key_id}") == ["aws-key-id"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("AWSAccessKeyId={}\nAWSSecretKey=x\n", id="the file of a root key"),
        pytest.param("https://s3.amazonaws.com/b/k?AWSAccessKeyId={}", id="without a signature"),
        pytest.param("https://s3.amazonaws.com/b/k?Signature=a&AWSAccessKeyId={}", id="no expiry"),
        pytest.param("X-Amz-Credential={}%2F2026&X-Amz-Signature=ab", id="no address"),
    ],
)
def test_a_key_id_outside_a_presigned_address_is_one(text: str, open_matcher: OpenMatcher) -> None:
    key_id = made("aws-key-id", form_number=1)

    assert found_ids(open_matcher, text.format(key_id)) == ["aws-key-id"]


@pytest.mark.parametrize("name", ["X-Amz-Token", "Signature", "Expires", "AWSAccessKeyId"])
def test_a_token_of_another_service_is_found_in_a_presigned_address(
    name: str, open_matcher: OpenMatcher
) -> None:
    text = f"https://s3.amazonaws.com/k?{name}={made('notion-token')}&X-Amz-Signature=ab"

    assert found_ids(open_matcher, text) == ["notion-token"]


def test_a_root_key_as_aws_hands_it_out_is_found_whole(open_matcher: OpenMatcher) -> None:
    key_id, secret = made("aws-key-id", form_number=1), made("aws-secret").rpartition('"')[2]
    text = f"AWSAccessKeyId={key_id}\r\nAWSSecretKey={secret}\r\n"

    assert found_ids(open_matcher, text) == ["aws-key-id", "aws-secret"]


@pytest.mark.parametrize("rule_id", ["github-token", "npm-token"])
def test_a_wrong_check_digit_lowers_the_severity(rule_id: str, open_matcher: OpenMatcher) -> None:
    token = made(rule_id)
    damaged = token[:-1] + ("a" if token[-1] != "a" else "b")

    matches = open_matcher().matches(f"{token} {damaged}".encode())

    assert [each.severity for each in matches] == ["critical", "warning"]


def test_where_rules_overlap_the_more_telling_one_is_told(open_matcher: OpenMatcher) -> None:
    token = made("github-token")
    text = f"password = https://user:{token}@github.com/a/b.git"

    start = text.index(token)
    assert told(open_matcher(generic=True).matches(text.encode())) == [
        ("github-token", start, start + len(token))
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"', '"}'),
        ("env:\n  ", "\n"),
        ("export ", "\n"),
        ('os.environ["', '"'),
    ],
)
@pytest.mark.parametrize("sign", ["=", " = ", ": ", '": "', "'] = '", '": \\"', ":="])
def test_a_key_known_by_its_name_is_found(
    before: str, after: str, sign: str, open_matcher: OpenMatcher
) -> None:
    name, _, key = made("aws-secret").partition('": "')

    assert found_ids(open_matcher, before + name.upper() + sign + key + after) == ["aws-secret"]


@pytest.mark.parametrize(
    ("password", "host", "ids"),
    [
        pytest.param("Tr0ub4dor&3", "db.internal:5432/app", ["database-address"], id="real"),
        pytest.param("p%40ss-w0rd!", "10.0.0.7/app", ["database-address"], id="percent-encoded"),
        pytest.param("Tr0ub4dor", "localhost/app", ["database-address"], id="own-machine"),
        pytest.param("password", "db.internal/app", [], id="a-word"),
        pytest.param("${DB_PASSWORD}", "db.internal/app", [], id="a-variable"),
        pytest.param("$DB_PASSWORD1", "db.internal/app", [], id="a-bare-variable"),
        pytest.param("{{ password1 }}", "db.internal/app", [], id="a-template"),
        pytest.param("<password1>", "db.internal/app", [], id="a-gap"),
        pytest.param("********", "db.internal/app", [], id="masked"),
        pytest.param("Tr0ub4dor", "db.example.com/app", [], id="documentation"),
    ],
)
def test_a_password_in_an_address(
    password: str, host: str, ids: list[str], open_matcher: OpenMatcher
) -> None:
    scheme = "postgres" + "://"

    assert found_ids(open_matcher, f"DATABASE_URL={scheme}app:{password}@{host}") == ids


@pytest.mark.parametrize(
    ("login", "severity"),
    [
        pytest.param("app:Tr0ub4dor&3@db.internal/app", "critical", id="of others"),
        pytest.param("app:Tr0ub4dor&3@localhost:5432/app", "info", id="own machine"),
        pytest.param("app:Tr0ub4dor&3@127.0.0.1/app", "info", id="own address"),
        pytest.param("test:test1234@db.internal/test", "info", id="the first guess"),
        pytest.param("app:Tr0ub4dor&3@localhost.evil.org/app", "critical", id="only a prefix"),
    ],
)
def test_a_password_of_ones_own_machine_only_informs(
    login: str, severity: str, open_matcher: OpenMatcher
) -> None:
    scheme = "postgres" + "://"

    (found,) = open_matcher().matches(f"{scheme}{login}".encode())

    assert found.severity == severity


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        pytest.param("api_key = 'q8Zr4Tn0xW7vLb2Ks9Yd'", True, id="random"),
        pytest.param("api_key = '8c1f6a2e-8f2d-4a53-9d0f-5b1c9a0e7d11'", False, id="uuid"),
        pytest.param("key: d41d8cd98f00b204e9800998ecf8427e", False, id="hash"),
        pytest.param("token = settings.access_token_v2", False, id="expression"),
        pytest.param("secret = ${SECRET_9aZ}", False, id="variable"),
        pytest.param("public_key = 'q8Zr4Tn0xW7vLb2Ks9Yd'", False, id="public"),
        pytest.param("auth_url = '/v1/Auth0/callback9'", False, id="path"),
    ],
)
def test_an_assignment_informs_when_asked(
    text: str, counts: bool, open_matcher: OpenMatcher
) -> None:
    assert found_ids(open_matcher, text) == []
    assert found_ids(open_matcher, text, generic=True) == ["generic-assignment"] * counts
    assert BY_ID["generic-assignment"].severity == "info"


def test_no_file_of_the_scanner_holds_what_it_would_find(
    open_matcher: OpenMatcher, request: pytest.FixtureRequest
) -> None:
    matcher = open_matcher()
    for folder in ("server/secrets", "tests/server/secrets"):
        for path in (request.config.rootpath / folder).rglob("*.py"):
            assert told(matcher.matches(path.read_bytes())) == [], path.name

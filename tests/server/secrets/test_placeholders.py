import pytest

from server.secrets.checksums import crc32_base62
from server.secrets.placeholders import entropy, placeholder


@pytest.mark.parametrize(
    "value",
    [
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "q8Zr4Tn0xW7vEXAMPLEb2Ks9Yd",
        "YOUR_q8Zr4Tn0xW7vLb2Ks9Yd",
        "q8Zr4Tn0-1234567-Lb2Ks9Yd",
        "abcdefghijklmnopqrstuvwxyz",
        "q8Zr4T${SECRET}n0xW7vLb2Ks",
        "{{ q8Zr4Tn0xW7vLb2Ks9Yd }}",
        "<q8Zr4Tn0xW7vLb2Ks9Yd>",
        "$q8Zr4Tn0xW7vLb2Ks9Yd",
        "%q8Zr4Tn0xW7vLb2Ks9Yd%",
        "q8Zr4Tn0xW7v...Lb2Ks9Yd",
        "q8Zq8Zq8Zq8Zq8Zq8ZW7vLb2Ks9Yd",
        "q8Zr4Tn0********W7vLb2Ks9Yd",
    ],
)
def test_what_people_write_instead_of_a_secret_is_a_placeholder(value: str) -> None:
    assert placeholder(value.encode(), entropy_bits=1.0)


def test_a_random_value_is_none() -> None:
    assert not placeholder(b"q8Zr4Tn0xW7vLb2Ks9Yd", entropy_bits=3.0)


def test_a_rule_s_own_stops_count_in_any_case() -> None:
    assert placeholder(b"q8Zr4TnACMEvLb2Ks9Yd", entropy_bits=3.0, stops=("acme",))


def test_entropy_is_in_bits_for_each_byte() -> None:
    assert entropy(b"") == 0
    assert entropy(b"aaaa") == 0
    assert entropy(b"abcd") == 2
    assert entropy(bytes(range(256))) == 8


def test_the_check_digits_of_nothing_random_are_known() -> None:
    # CRC-32 of nothing is 0, and of "123456789" the 0xCBF43926 of every table.
    assert crc32_base62("") == "000000"
    assert crc32_base62("123456789") == "3jZRME"

import pytest

from playbooks.currency import currency_of
from playbooks.objects import Property


@pytest.mark.parametrize(
    ("name", "number_format", "code"),
    [
        pytest.param("Cost", "dollar", "USD", id="by-format"),
        pytest.param("Cost (USD)", "euro", "EUR", id="the-format-is-what-is-shown"),
        pytest.param("Cost (USD)", "number", "USD", id="by-name"),
        pytest.param("Cost", "number", None, id="not-told"),
        pytest.param("cost [usd]", "number", "USD", id="in-brackets"),
        pytest.param("Cost per try", "number", None, id="a-word"),
        pytest.param("Try cost", "number", None, id="a-word-that-begins"),
        pytest.param("USD or EUR", "number", None, id="two"),
    ],
)
def test_the_currency_of_a_number(name: str, number_format: str, code: str | None) -> None:
    assert currency_of(Property("c", name, "number", number_format=number_format)) == code


def test_no_property_has_no_currency() -> None:
    assert currency_of(None) is None

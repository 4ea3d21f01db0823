"""In which currency a number property is."""

import re
from collections.abc import Mapping
from typing import Final

from playbooks.objects import Property

_CODES: Final[Mapping[str, str]] = {
    "argentine_peso": "ARS",
    "australian_dollar": "AUD",
    "baht": "THB",
    "canadian_dollar": "CAD",
    "chilean_peso": "CLP",
    "colombian_peso": "COP",
    "danish_krone": "DKK",
    "dirham": "AED",
    "dollar": "USD",
    "euro": "EUR",
    "forint": "HUF",
    "franc": "CHF",
    "hong_kong_dollar": "HKD",
    "koruna": "CZK",
    "krona": "SEK",
    "leu": "RON",
    "lira": "TRY",
    "mexican_peso": "MXN",
    "new_taiwan_dollar": "TWD",
    "new_zealand_dollar": "NZD",
    "norwegian_krone": "NOK",
    "peruvian_sol": "PEN",
    "philippine_peso": "PHP",
    "pound": "GBP",
    "rand": "ZAR",
    "real": "BRL",
    "ringgit": "MYR",
    "riyal": "SAR",
    "ruble": "RUB",
    "rupee": "INR",
    "rupiah": "IDR",
    "shekel": "ILS",
    "singapore_dollar": "SGD",
    "uruguayan_peso": "UYU",
    "won": "KRW",
    "yen": "JPY",
    "yuan": "CNY",
    "zloty": "PLN",
}
"""The formats of Notion that are currencies, with their codes of ISO 4217."""


def currency_of(prop: Property | None) -> str | None:
    """The code that its number format means, or that its name holds (`Cost (USD)`); else None.

    In a name a code is upper-case or in brackets: `Cost per try` is in no lira.
    """
    if prop is None:
        return None
    written = {plain or bracketed for plain, bracketed in _WRITTEN.findall(prop.name)}
    named = {code.upper() for code in written} & set(_CODES.values())
    return _CODES.get(prop.number_format) or (named.pop() if len(named) == 1 else None)


_WRITTEN: Final = re.compile(r"\b([A-Z]{3})\b|[(\[{]\s*([A-Za-z]{3})\s*[)\]}]")

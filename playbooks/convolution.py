"""Sums of independent draws, exactly: no random seed, no simulation.

A distribution over 0, 1, 2, … is packed as the digits of one large integer, so that the
interpreter's own multiplication convolves two of them; probabilities are fixed-point numbers of
64 bits, which after a year of days is exact to eleven digits.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, TypeAlias

Weights: TypeAlias = tuple[int, ...]
"""Probabilities of 0, 1, 2, … in units of 2^-64."""

_BITS: Final = 64
_ONE: Final = 1 << _BITS
_SLOT_BYTES: Final = 17
"""Room for a sum of products of two probabilities, and a carry."""

NOTHING: Final[Weights] = (_ONE,)
"""The sum of no draws is 0."""


def weights_of(draws: Sequence[int]) -> Weights:
    """The distribution in which each of the draws (one or more, none negative) is as likely."""
    counts, size = Counter(draws), len(draws)
    return tuple(counts[value] * _ONE // size for value in range(max(draws) + 1))


def convolved(one: Weights, other: Weights, below: int | None = None) -> Weights:
    """The distribution of the sum of two draws; with `below`, only its part under that value."""
    one, other = one[:below], other[:below]
    slots_count = len(one) + len(other)
    data = (_packed(one) * _packed(other)).to_bytes(slots_count * _SLOT_BYTES, "little")
    wanted = slots_count - 1 if below is None else min(slots_count - 1, below)
    slots = (data[at : at + _SLOT_BYTES] for at in range(0, wanted * _SLOT_BYTES, _SLOT_BYTES))
    return tuple(int.from_bytes(slot, "little") >> _BITS for slot in slots)


def power(weights: Weights, draws_count: int, below: int | None = None) -> Weights:
    """The distribution of the sum of so many draws, by repeated squaring."""
    total, square, left = NOTHING, weights, draws_count
    while left:
        if left % 2:
            total = convolved(total, square, below)
        left //= 2
        if left:
            square = convolved(square, square, below)
    return total


def share_below(weights: Weights, value: int) -> float:
    """The probability of less than `value`."""
    return min(1.0, sum(weights[: max(0, value)]) / _ONE)


def share_from(weights: Weights, value: int) -> float:
    """The probability of `value` or more; `weights` needs to reach up to it only."""
    return 1 - share_below(weights, value)


def _packed(weights: Weights) -> int:
    return int.from_bytes(
        b"".join(weight.to_bytes(_SLOT_BYTES, "little") for weight in weights), "little"
    )

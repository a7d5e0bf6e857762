"""Validators over whole matrices: the verdicts of `pii_audit.identifiers.checksums` for many values of one length at once.

Each takes the letters and digits of the values as codes of shape (n, length), separators left out, and gives verdicts of shape (n,). A test holds
each against the validator whose name it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.bulk.alphabet import Codes, nonzero
from pii_audit.identifiers import networks
from pii_audit.identifiers.calendars import CENTURIES, FIRST_YEAR
from pii_audit.identifiers.cards import dated, issued
from pii_audit.identifiers.documents import PROVINCES, RESIDENCE_PERMIT_AREAS, USCC_ALPHABET, USCC_WEIGHTS

Verdicts = NDArray[np.int8]
"""1 proven, 0 refuted, -1 nothing to tell by, 2 for the validator itself to judge."""
Check = Callable[[Codes], Verdicts]
Booleans = NDArray[np.bool_]

PROVEN, REFUTED, UNKNOWN, UNDECIDED = np.int8(1), np.int8(0), np.int8(-1), np.int8(2)


def _digits(codes: Codes) -> NDArray[np.int64]:
    return codes.astype(np.int64) - ord("0")


def _number(digits: NDArray[np.int64]) -> NDArray[np.int64]:
    """The decimal number of each row."""
    total = np.zeros(len(digits), np.int64)
    for column in digits.T:
        total = 10 * total + column
    return total


@cache
def _days(first: int, last: int) -> NDArray[np.int64]:
    """Days of the calendar from one year to another as numbers yyyymmdd, ascending."""
    days = np.arange(np.datetime64(f"{first:04}-01-01"), np.datetime64(f"{last + 1:04}-01-01"))
    months = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months).astype(np.int64) + 1
    found: NDArray[np.int64] = years * 10_000 + month * 100 + day
    return found


def _is_day(number: NDArray[np.int64], first: int, last: int) -> Booleans:
    days = _days(first, last)
    found: Booleans = days[np.minimum(np.searchsorted(days, number), len(days) - 1)] == number
    return found


def _birth(digits: NDArray[np.int64]) -> Booleans:
    today = date.today()  # noqa: DTZ011 - a birthday has no time zone
    number = _number(digits)
    latest = today.year * 10_000 + today.month * 100 + today.day
    return _is_day(number, FIRST_YEAR, today.year) & (number <= latest)


def _calendar_day(digits: NDArray[np.int64]) -> Booleans:
    return _is_day(_number(digits), CENTURIES.start, CENTURIES.stop - 1)


def _known(numbers: NDArray[np.int64], texts: frozenset[str] | tuple[str, ...]) -> Booleans:
    return np.isin(numbers, [int(text) for text in texts])


def _verdicts(proven: Booleans) -> Verdicts:
    return np.where(proven, PROVEN, REFUTED)


def _plausible(unrefuted: Booleans) -> Verdicts:
    return np.where(unrefuted, UNKNOWN, REFUTED)


_MOD_11_2 = np.array([pow(2, 17 - place, 11) for place in range(17)])
"""Weights of ISO 7064 MOD 11-2, GB 11643-1999 6.2."""


def _citizen(codes: Codes) -> tuple[NDArray[np.int64], Booleans]:
    """The digits of 18-character numbers, and which have a birth date and the check character of GB 11643-1999."""
    digits = _digits(codes)
    body = digits[:, :17]
    expected = (12 - body @ _MOD_11_2 % 11) % 11
    last = np.where((codes[:, 17] | 32) == ord("x"), 10, digits[:, 17])
    numeric = ((body >= 0) & (body < 10)).all(axis=1)  # noqa: PLR2004 - digits
    good = numeric & (expected == last)
    kept = nonzero(good)
    good[kept] = _birth(body[kept, 6:14])
    return digits, good


def resident_id(codes: Codes) -> Verdicts:
    """Citizen identification number, GB 11643-1999."""
    digits, good = _citizen(codes)
    area = _number(digits[:, :6])
    return _verdicts(good & _known(area // 10_000, PROVINCES) & ~_known(area, RESIDENCE_PERMIT_AREAS))


def hmt_residence_permit(codes: Codes) -> Verdicts:
    """Residence permit for Hong Kong, Macao and Taiwan residents."""
    digits, good = _citizen(codes)
    return _verdicts(good & _known(_number(digits[:, :6]), RESIDENCE_PERMIT_AREAS))


def foreign_pr_2023(codes: Codes) -> Verdicts:
    """Foreign permanent resident ID card, rules of 2023."""
    digits, good = _citizen(codes)
    return _verdicts(good & (digits[:, 0] == 9))  # noqa: PLR2004 - its first digit


def resident_id_15(codes: Codes) -> Verdicts:
    """First-generation number, GB 11643-1989."""
    digits = _digits(codes)
    birth = np.concatenate((np.broadcast_to([1, 9], (len(digits), 2)), digits[:, 6:12]), axis=1)
    return _plausible(_known(_number(digits[:, :2]), PROVINCES) & _birth(birth))


def _luhn(digits: NDArray[np.int64]) -> Booleans:
    """The check digit of ISO/IEC 7812-1 annex B."""
    doubled = digits[:, -2::-2] * 2
    total = digits[:, -1::-2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)  # noqa: PLR2004 - the sum of its digits
    found: Booleans = total % 10 == 0
    return found


class _Prefixes:
    """What the first digits of a number decide, asked once of each prefix that occurs."""

    def __init__(self, digits: int, decide: Callable[[str], bool | None]) -> None:
        self._digits = digits
        self._decide = decide
        self._known = np.full(10**digits, _UNASKED, np.int8)

    def __call__(self, digits: NDArray[np.int64]) -> Verdicts:
        """The verdicts on the prefixes of numbers."""
        prefix = _number(digits[:, : self._digits])
        verdicts = self._known[prefix]
        if (verdicts == _UNASKED).any():
            for one in np.unique(prefix[verdicts == _UNASKED]).tolist():
                self._known[one] = verdict(self._decide(f"{one:0{self._digits}}"))
            verdicts = self._known[prefix]
        return verdicts


_UNASKED = np.int8(-2)


def verdict(answer: bool | None) -> np.int8:  # noqa: FBT001 - what a validator says
    """A validator's answer as a code."""
    return UNKNOWN if answer is None else PROVEN if answer else REFUTED


@cache
def _issuers(length: int) -> _Prefixes:
    return _Prefixes(6, lambda prefix: issued(prefix, length))


@cache
def _dated() -> _Prefixes:
    return _Prefixes(6, dated)


def card(codes: Codes) -> Verdicts:
    """Payment card number, ISO/IEC 7812-1."""
    digits = _digits(codes)
    issuer = _issuers(codes.shape[1])(digits)
    issuer[~digits[:, 6:].any(axis=1)] = REFUTED
    failed = np.where(issuer == UNKNOWN, UNKNOWN, REFUTED)
    passed = np.where(_dated()(digits) == PROVEN, UNKNOWN, PROVEN)
    return np.where(issuer == REFUTED, REFUTED, np.where(_luhn(digits), passed, failed))


def imei(codes: Codes) -> Verdicts:
    """IMEI, 3GPP TS 23.003."""
    digits = _digits(codes)
    return _verdicts(_luhn(digits) & (digits != digits[:, :1]).any(axis=1))


@cache
def _mobiles() -> _Prefixes:
    return _Prefixes(5, lambda prefix: networks.cn_mobile(f"{prefix}000000"))


def cn_mobile(codes: Codes) -> Verdicts:
    """PRC mobile number, with or without 0, 86 or 0086 before it."""
    return _mobiles()(_digits(codes[:, -11:]))


_BITS = np.array([number.bit_count() for number in range(1 << 10)])
_USUAL_FIRST = np.array([digit in (1, 2, 3, 5, 6, 7) for digit in range(10)])
"""Digits that neither a trunk prefix nor a service number begins with."""
_FEWEST_DIFFERENT = 3


def phone_intl(codes: Codes) -> Verdicts:
    """International telephone number without a plus: one of many different digits with a usual beginning; the others are for the validator to judge."""
    digits = _digits(codes)
    different = _BITS[np.bitwise_or.reduce(1 << digits, axis=1)] >= _FEWEST_DIFFERENT
    ascending = (np.diff(digits, axis=1) % 10 == 1).all(axis=1)
    return np.where(_USUAL_FIRST[digits[:, 0]] & different & ~ascending, UNKNOWN, UNDECIDED)


_USCC_VALUES = np.full(256, -1, np.int64)
for _place, _character in enumerate(USCC_ALPHABET):
    _USCC_VALUES[ord(_character)] = _USCC_VALUES[ord(_character.lower())] = _place
_USCC_WEIGHTS = np.array(USCC_WEIGHTS)


def uscc(codes: Codes) -> Verdicts:
    """Unified social credit code, GB 32100-2015: what fails its check character; the others are for the validator to judge."""
    values = _USCC_VALUES[codes]
    passed = (values >= 0).all(axis=1) & ((values[:, :17] @ _USCC_WEIGHTS + values[:, 17]) % 31 == 0)
    return np.where(passed, UNDECIDED, REFUTED)


def tw_permit(codes: Codes) -> Verdicts:
    """Mainland travel permit for Taiwan residents."""
    return _plausible(~_calendar_day(_digits(codes)[:, :8]))


CHECKS: Mapping[str, tuple[Check, frozenset[int]]] = {
    "resident_id": (resident_id, frozenset({18})),
    "hmt_residence_permit": (hmt_residence_permit, frozenset({18})),
    "foreign_pr_2023": (foreign_pr_2023, frozenset({18})),
    "resident_id_15": (resident_id_15, frozenset({15})),
    "card": (card, frozenset(range(13, 20))),
    "imei": (imei, frozenset({15})),
    "phone_intl": (phone_intl, frozenset(range(7, 16))),
    "cn_mobile": (cn_mobile, frozenset(range(11, 16))),
    "uscc": (uscc, frozenset({18})),
    "tw_permit": (tw_permit, frozenset({8, 10})),
}
"""By the validator's name: the check, and the numbers of letters and digits that it takes."""

"""Validators over matrices say what the validators say one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.detection.bulk.checks import CHECKS, UNDECIDED, verdict
from pii_audit.identifiers.checksums import VALIDATORS

TRUE_OR_NEARLY = {
    "resident_id": ["11010119900307{:03}{}", "81000019900307{:03}{}", "3301061880031{:04}{}"],
    "hmt_residence_permit": ["81000019900307{:03}{}", "83000020190229{:03}{}"],
    "foreign_pr_2023": ["91110119900307{:03}{}"],
    "resident_id_15": ["110101900307{:02}{}", "990101901331{:02}{}"],
    "card": ["622202100112345{:03}{}", "41111111111111{:01}{}", "26012612345678{:01}{}", "23133912345678{:01}{}", "3714496353984{:01}{}", "60138200000000{:01}{}", "955880000000000{:03}{}"],
    "imei": ["4901542032375{:01}{}", "0000000000000{:01}{}"],
    "cn_mobile": ["1380013800{}", "1740{:06}{}", "8617012345{:02}{}", "0086138{:07}{}"],
    "uscc": ["911100001000003{:02}{}", "91350100M000100Y{:01}{}"],
    "phone_intl": ["4008208{:03}{}", "123456789{:01}{}", "0086138001{:03}{}", "75555555{:01}{}", "9101234{:03}{}", "80012{:03}{}", "095588{}"],
    "tw_permit": ["2024022{}", "1234567{}", "20240230{:01}{}"],
}  # fmt: skip

LEAVE_SOME = {"uscc", "phone_intl"}
"""Checks that leave some values to the validator."""


def judged(name, values):
    check, lengths = CHECKS[name]
    kept = [value for value in values if len(value) in lengths]
    by_length = {len(value): [one for one in kept if len(one) == len(value)] for value in kept}
    for same_length in by_length.values():
        codes = np.array([list(value.encode()) for value in same_length], np.uint8)
        for value, one in zip(same_length, check(codes).tolist(), strict=True):
            expected = VALIDATORS[name](value)
            assert one == verdict(expected) or (one == UNDECIDED and name in LEAVE_SOME), (
                f"{name}: {one} of a value of {len(value)}"
            )
    return len(kept)


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_values_that_pass_or_nearly_do_get_the_verdict_of_the_validator(name):
    values = [
        form.format(*([number] if form.count("{") > 1 else []), last)
        for form in TRUE_OR_NEARLY[name]
        for number in range(0, 1000, 37)
        for last in ("0123456789X" if CHECKS[name][1] == {18} else "0123456789")
    ]
    assert judged(name, values) > 15


@pytest.mark.parametrize("name", sorted(CHECKS))
@given(values=st.data())
def test_any_digits_get_the_verdict_of_the_validator(name, values):
    lengths = sorted(CHECKS[name][1])
    size = values.draw(st.sampled_from(lengths))
    judged(name, values.draw(st.lists(st.text("0123456789", min_size=size, max_size=size), min_size=1, max_size=20)))

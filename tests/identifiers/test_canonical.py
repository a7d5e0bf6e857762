from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.identifiers.canonical import CANONICAL_FORMS
from pii_audit.identifiers.catalogue import load_catalogue


@pytest.mark.parametrize(
    ("identifier", "spellings", "canonical"),
    [
        ("cn_mobile", ["13800138000", "+86 138-0013-8000", "008613800138000", "１３８００１３８０００"], "13800138000"),
        (
            "cn_landline",
            ["010-62345678", "+86 10 62345678", "(010) 6234-5678", "010-62345678转801", "010-62345678-801"],
            "01062345678",
        ),
        ("cn_landline", ["0571-8765-4321", "0086-571-87654321"], "057187654321"),
        ("phone_intl", ["+44 (0)20 7946 0018", "0044 20 7946 0018"], "442079460018"),
        ("cn_resident_id", ["11010519491231002x", "110105 19491231 002X"], "11010519491231002X"),
        ("bank_card", ["4111 1111 1111 1111", "4111-1111-1111-1111"], "4111111111111111"),
        ("email", ["Zhang.San@Example.com ", "zhang.san@example.com"], "zhang.san@example.com"),
        ("hkid", ["A123456(3)", "a1234563"], "A1234563"),
        ("person_name", ["王伟", "王 伟", "王　伟", "王\u2003\u2003伟"], "王伟"),
        ("person_name", ["Luís  Gonçalves", "luís gonçalves"], "luís gonçalves"),
    ],
)
def test_one_value_written_in_many_ways_is_one_string(identifier, spellings, canonical):
    assert {load_catalogue()[identifier].canonical(spelling) for spelling in spellings} == {canonical}


def test_a_secret_is_kept_as_it_is():
    assert load_catalogue()["login_credential"].canonical("aB-1 ") == "aB-1 "


@given(st.sampled_from(sorted(CANONICAL_FORMS)), st.text(max_size=40))
def test_a_canonical_form_is_its_own_canonical_form(name, value):
    canonical = CANONICAL_FORMS[name](value)
    assert CANONICAL_FORMS[name](canonical) == canonical

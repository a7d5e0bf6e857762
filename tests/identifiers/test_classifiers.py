from __future__ import annotations

import pytest

from pii_audit.identifiers.classifiers import CLASSIFIERS


@pytest.mark.parametrize(
    "value",
    [
        "$2a$10$mRMIYLDtRHlf6.9ipiqH1.Z.bh/R9dO9d5iHiGYPigi6r5KOoR2Wm",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "******",
        "null",
    ],
)
def test_a_protected_password_is_no_clear_one(value):
    assert not CLASSIFIERS["login_credential"](value)
    assert CLASSIFIERS["login_credential"]("Abc12345")

from __future__ import annotations

import pytest

from pii_audit.sources.globs import covers_folder, path_match


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("hz/a.csv", "*.csv", True),
        ("hz/a.csv", "hz/*", True),
        ("hz/x/a.csv", "hz/*", False),
        ("hz/x/a.csv", "hz/**", True),
        ("a.csv", "**/a.csv", True),
        ("x/y/a.csv", "**/a.csv", True),
        ("hz2/a.csv", "hz/**", False),
        ("sms_1.csv", "sms_[0-9].csv", True),
        ("sms_a.csv", "sms_[!0-9].csv", True),
        ("a.CSV", "*.csv", False),
        ("a+b(1).csv", "a+b(1).csv", True),
        ("客户.csv", "客?.csv", True),
        ("a]b", "a[", False),
    ],
)
def test_patterns_mean_what_a_shell_user_expects(path, pattern, expected):
    assert (path_match(path, (pattern,)) is not None) is expected


def test_a_folder_is_covered_when_a_pattern_takes_all_below_it():
    assert covers_folder("tmp", ("tmp/**",)) == "tmp/**"
    assert covers_folder("x/node_modules", ("**/node_modules/**",)) == "**/node_modules/**"
    assert covers_folder("tmp", ("tmp/*.csv",)) is None

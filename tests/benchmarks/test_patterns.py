"""The catalogue's patterns in the syntax of others."""

from __future__ import annotations

import re

from benchmarks.patterns import TWELVE, exported, plain
from pii_audit.identifiers.catalogue import load_catalogue


def test_every_pattern_is_exported_and_those_with_context_can_be_left_out():
    catalogue = load_catalogue()
    every = {(identifier.id, pattern.name) for identifier in catalogue.values() for pattern in identifier.patterns}
    bare = {
        (one.id, pattern.name) for one in catalogue.values() for pattern in one.patterns if not pattern.needs_context
    }
    assert {(one.identifier, one.name) for one in exported("rust")} == every
    assert {(one.identifier, one.name) for one in exported("re2", with_context=False)} == bare


def test_an_exported_pattern_still_finds_the_examples_that_the_pattern_finds():
    catalogue = load_catalogue()
    patterns = {
        (identifier.id, pattern.name): pattern for identifier in catalogue.values() for pattern in identifier.patterns
    }
    for one in exported("re2"):
        pattern = patterns[one.identifier, one.name]
        flags = re.ASCII | re.IGNORECASE if pattern.ignore_case else re.ASCII
        for example in catalogue[one.identifier].match:
            if "_" not in example.text and re.search(pattern.regex, example.text, flags):
                assert re.search(one.regex, example.text, re.ASCII), (one.identifier, one.name)


def test_the_plain_patterns_find_what_they_are_for_beside_han_characters():
    text = "身份证11010519491231002X手机13800138000卡6222020000001234566邮箱a@b.cn"
    found = [match[0] for regex in plain("re2") for match in re.finditer(regex, text, re.ASCII)]
    assert {"11010519491231002X", "13800138000", "6222020000001234566", "a@b.cn"} <= set(found)
    assert len(TWELVE) == 12

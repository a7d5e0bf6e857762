"""What an edit loosens or tightens in the lines that are about no flow."""

from __future__ import annotations

import pytest

from pii_audit.policy.edits import edited

BASE = """\
version: 1
storage:
  never: [card_cvv2, health]
  forms: {C3: encrypted, cn_mobile: masked}
  environments: {test: {forbid: [C2+], when: {same_persons_as: [core]}}}
  regions: {C2+: [CN]}
  retention: [{asset: core.c, date: d, keep_at_least: 10y, delete_after: 15y}]
access:
  default: gap
  rules: [{principals: [clerk], up_to: C2, actions: [read]}]
  never: [{principals: [PUBLIC], levels: [C2]}]
  everyone: [all_staff]
  incompatible: [[extraction, security_admin]]
classification: {raise: [{together: [person_name, bank_card], to: "jrt0197:4"}]}
attestations: {required: [MAN001]}
severity: {one_step_up: {sensitive: 1000, other: 2000}}
cross_border: {home: [CN], assessment_from: {sensitive: 10, other: 20}}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "looser"),
    [
        ("card_cvv2, health", "card_cvv2", "never: health", True),
        ("card_cvv2, health", "health", "never: card_cvv2", False),
        ("[card_cvv2, health]", "[card_cvv2, health, card_track2]", "never: card_track2", False),
        ("cn_mobile: masked", "cn_mobile: plain", "forms: cn_mobile masked → plain", True),
        ("cn_mobile: masked", "cn_mobile: tokenised", "forms: cn_mobile masked → tokenised", False),
        (", cn_mobile: masked", "", "forms: cn_mobile masked", True),
        # A more specific line speaks in its place.
        ("{C3: encrypted,", "{C3: encrypted, login_credential: plain,", "forms: login_credential plain", True),
        ("{C3: encrypted,", "{C3: encrypted, cn_mobile@employee: plain,", "forms: cn_mobile@employee plain", True),
        ("{C3: encrypted,", '{C3: encrypted, "jrt0197:4+": plain,', "forms: jrt0197:4+ plain", False),
        ("{C3: encrypted,", "{C3: encrypted, cn_mobile@employee: tokenised,", "forms: cn_mobile@employee tokenised", False),
        ("forbid: [C2+]", "forbid: []", "environments.test: C2+ (core)", True),
        ("regions: {C2+: [CN]}", "regions: {}", "regions: C2+ CN", True),
        ("keep_at_least: 10y", "keep_at_least: 5y", "retention: core.c d keep_at_least 10y → 5y", True),
        ("delete_after: 15y", "delete_after: 12y", "retention: core.c d delete_after 15y → 12y", False),
        (", delete_after: 15y", "", "retention: core.c d delete_after 15y → -", True),
        ("default: gap", "default: allow", "default: gap → allow", True),
        ("default: gap", "default: violation", "default: gap → violation", False),
        ("never: [{principals: [PUBLIC], levels: [C2]}]", "never: []", "never: PUBLIC C2", True),
        ("everyone: [all_staff]", "everyone: []", "everyone: all_staff", True),
        ("incompatible: [[extraction, security_admin]]", "incompatible: []", "incompatible: extraction + security_admin", True),
        ('raise: [{together: [person_name, bank_card], to: "jrt0197:4"}]', "raise: []", "raise: person_name + bank_card → jrt0197:4", True),
        ("required: [MAN001]", "required: []", "MAN001", True),
        ("sensitive: 1000", "sensitive: 5000", "one_step_up: 1,000 / 2,000 → 5,000 / 2,000", True),
        ("assessment_from: {sensitive: 10,", "assessment_from: {sensitive: 5,", "assessment_from: 10 / 20 → 5 / 20", False),
        ("home: [CN]", "home: [CN, HK]", "home: HK", True),
    ],
)  # fmt: skip
def test_an_edit_is_told_once_and_whether_it_loosens(edits, old, new, line, looser):
    assert edits(BASE, old, new) == [(line, looser)]


def test_exceptions_and_rights_loosen_when_they_come(policy_of, catalogue):
    exception = "exceptions: [{rule: STO003, source: core, owner: a, approver: b, reason: r, until: 2026-12-31}]\n"
    before = policy_of(BASE)
    after = policy_of(BASE.replace("[clerk]", "[clerk, intern]") + exception)
    told = {(edit.section, edit.line): edit for edit in edited(before, after, catalogue)}
    assert set(told) == {
        ("access", "rules: intern read C2 @ *"),
        ("exceptions", "STO003, source core, until 2026-12-31"),
    }
    assert all(edit.looser for edit in told.values())
    assert all(not edit.looser for edit in edited(after, before, catalogue))


def test_lines_that_only_moved_are_no_edit(edits):
    assert edits(BASE, "version: 1\n", "version: 1\n# moved\n\n") == []

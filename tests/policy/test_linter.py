from __future__ import annotations

from datetime import date

import pytest

from pii_audit.policy.linter import lint, unknown_sources

DAY = date(2026, 6, 30)
SOUND = """\
version: 1
purposes: {p: {needs: {cn_mobile: plain}, allows: {person_name: masked}}}
recipients:
  r:
    role: processor
    agreement: {ref: A-1, from: 2025-01-01, until: 2027-12-31}
    purposes: [p]
    scope: {cn_mobile: plain, name: masked}
flows: {f: {source: outbox, recipient: r, purpose: p, fields: {m: cn_mobile, x: none}}}
"""


def warnings(policy_of, catalogue, *texts: str) -> list[str]:
    return [problem.in_("en") for problem in lint(policy_of(*texts), catalogue, DAY)]


def test_a_sound_policy_gives_no_warning(policy_of, catalogue):
    assert warnings(policy_of, catalogue, SOUND) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("until: 2027-12-31", "until: 2026-06-29", "p0.yaml:6:5: agreement A-1 ended on 2026-06-29"),
        ("until: 2027-12-31", "until: 2026-08-29", "p0.yaml:6:5: agreement A-1 ends in 60 day(s)"),
        ("purposes: {p: {", "purposes: {q: {}, p: {", "p0.yaml:2:12: nobody uses purpose q"),
        ("recipients:\n", "recipients:\n  s: {role: internal}\n", "p0.yaml:4:3: no flow goes to recipient s"),
        ("name: masked}\nfl", "name: masked, email: plain}\nfl", 'p0.yaml:8:45: no purpose of r uses "email"'),
        (
            "scope: {cn_mobile: plain, ",
            "scope: {",
            'p0.yaml:9:9: purpose p needs "cn_mobile", which r may not get in any form',
        ),
        (
            "x: none",
            "x: email",
            'p0.yaml:9:78: column "x" is declared email, which purpose and scope do not allow in any form',
        ),
    ],
)
def test_each_slip_is_named_at_its_line(policy_of, catalogue, old, new, said):
    assert SOUND.replace(old, new) != SOUND
    assert said in warnings(policy_of, catalogue, SOUND.replace(old, new))


def test_an_agreement_that_ends_in_61_days_is_not_yet_named(policy_of, catalogue):
    assert warnings(policy_of, catalogue, SOUND.replace("2027-12-31", "2026-08-30")) == []


def test_exceptions_without_end_past_their_end_or_without_scope_are_named(policy_of, catalogue):
    text = """\
version: 1
exceptions:
  - {rule: SHR003, flow: f, owner: a, approver: b, reason: x}
  - {rule: SHR003, flow: f, owner: a, approver: b, reason: x, until: 2026-06-29}
  - {rule: SHR003, owner: a, approver: b, reason: x, until: 2026-12-31}
"""
    assert warnings(policy_of, catalogue, SOUND, text) == [
        "p1.yaml:3:5: an exception without until never lapses",
        "p1.yaml:4:5: the exception ended on 2026-06-29 and no longer applies",
        "p1.yaml:5:5: an exception without a scope lifts SHR003 everywhere",
    ]


def test_an_access_rule_written_twice_is_named(policy_of, catalogue):
    text = """\
version: 1
access:
  rules:
    - {post: teller, principals: ["role:teller"], levels: [C2], actions: [read]}
    - {post: teller, principals: ["role:teller"], levels: [C2], actions: [read, export]}
    - {post: teller, principals: ["role:teller"], levels: [C2], actions: [read]}
"""
    assert warnings(policy_of, catalogue, text) == ["p0.yaml:6:7: repeats the rule at p0.yaml:4"]


def test_sources_that_the_workspace_does_not_have_are_named(policy_of):
    text = """\
version: 1
access: {rules: [{principals: [x], sources: [core, cor]}]}
storage: {environments: {test: {forbid: [C2+], when: {same_persons_as: [cre]}}}}
"""
    found = unknown_sources(policy_of(SOUND, text), ["core", "outbx"])
    assert [problem.in_("en") for problem in found] == [
        'p0.yaml:9:13: unknown source "outbox"; did you mean "outbx"?',
        'p1.yaml:2:18: unknown source "cor"; did you mean "core"?',
        'p1.yaml:3:26: unknown source "cre"; did you mean "core"?',
    ]

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from pii_audit.language import same
from pii_audit.model.finding import Finding, Severity
from pii_audit.model.grant import Grant
from pii_audit.model.run import Run, Suppressed
from pii_audit.policy.lint import lint, unobserved

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


LINES = """\
version: 1
purposes:
  p:
    needs: {cn_mobile: plain}
    allows: {cn_landline: plain, phone_intl: plain, phone: masked}
recipients:
  r:
    role: processor
    purposes: [p]
    scope: {phone: plain, email: plain, C2: plain}
    never: [contact]
flows: {f: {recipient: r, purpose: p}}
storage: {never: [card_pin], forms: {card_pin: encrypted}}
access:
  rules: [{principals: [clerk, PUBLIC], up_to: C1}, {principals: [PUBLIC], levels: [C3]}]
  never: [{principals: [PUBLIC], levels: [C3]}]
"""


def test_lines_that_can_never_decide_are_named(policy_of, catalogue):
    found = [line for line in warnings(policy_of, catalogue, LINES) if "never decides" in line]
    assert [line.partition(" never ")[0] for line in found] == [
        'p0.yaml:10:13: "phone"',
        'p0.yaml:10:27: "email"',
        'p0.yaml:13:38: the form of "card_pin"',
        "p0.yaml:15:53: the rule",
    ]


@pytest.mark.parametrize(("limit", "never", "decides"), [("C1", "C1, C2", True), ("C1", "C1, C2, jrt0197:2", False)])
def test_what_other_grades_bring_within_a_limit_is_reached_by_it_too(policy_of, catalogue, limit, never, decides):
    organisations = ", ".join(sorted(catalogue.groups["organisation"]))
    access = f"""\
version: 1
access:
  rules: [{{principals: [clerk], up_to: {limit}}}]
  never: [{{principals: [clerk], levels: [{organisations}, {never}]}}]
"""
    assert any("never decides" in line for line in warnings(policy_of, catalogue, access)) is not decides


def test_a_group_whose_every_identifier_has_its_own_line_never_decides(policy_of, catalogue):
    members = ", ".join(f"{name}: plain" for name in sorted(catalogue.groups["phone"]))
    text = SOUND.replace("scope: {cn_mobile: plain", f"scope: {{{members}, phone: masked")
    assert [line for line in warnings(policy_of, catalogue, text) if '"phone" never decides' in line]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            "never_together: [[cn_mobile, person_name]]",
            "p0.yaml:5:22: purpose p needs cn_mobile + person_name and forbids them together",
        ),
        (
            "one_of: [[cn_mobile, email, person_name]]",
            "p0.yaml:5:14: purpose p needs cn_mobile + person_name and allows one of them only",
        ),
    ],
)
def test_a_purpose_that_contradicts_itself_is_named(policy_of, catalogue, more, said):
    text = f"""\
version: 1
purposes:
  p:
    needs: {{cn_mobile: plain, person_name: plain}}
    {more}
"""
    assert said in warnings(policy_of, catalogue, text)


def test_a_flow_without_match_beside_another_of_its_source_is_named(policy_of, catalogue):
    text = SOUND.replace("flows: {f:", "flows: {g: {source: outbox, match: x.csv, recipient: r, purpose: p}, f:")
    assert "p0.yaml:9:9: f (p0.yaml:9) has no match and claims every asset of outbox" in warnings(
        policy_of, catalogue, text
    )


def test_c3_that_a_purpose_needs_in_clear_may_still_leave_in_a_form_that_hides_it(policy_of, catalogue):
    text = SOUND.replace("needs: {cn_mobile: plain}", "needs: {cn_mobile: plain, card_cvv2: %s}")
    text = text.replace("scope: {", "scope: {card_cvv2: plain, ")
    assert warnings(policy_of, catalogue, text % "plain") == []
    assert warnings(policy_of, catalogue, text % "{forms: [encrypted]}") == [
        'p0.yaml:9:9: purpose p needs "card_cvv2", which r may not get in any form'
    ]


def test_what_ends_within_the_days_asked_for_is_named(policy_of, catalogue):
    text = SOUND.replace(
        "    purposes: [p]", "    transfer: {mechanism: certification, until: 2026-09-01}\n    purposes: [p]"
    )
    policy = policy_of(text)
    assert lint(policy, catalogue, DAY, within=timedelta(days=62)) == []
    [soon] = lint(policy, catalogue, DAY, within=timedelta(days=63))
    assert soon.in_("en") == "p0.yaml:7:5: the transfer mechanism certification ends in 63 day(s)"


# --- held against a run

POLICY = """\
version: 1
purposes: {p: {needs: {cn_mobile: plain}, allows: {person_name: masked, email: plain}}}
recipients:
  r: {role: processor, purposes: [p], scope: {cn_mobile: plain, name: masked, email: plain}}
flows:
  f: {source: outbox, match: "sms_*.csv", recipient: r, purpose: p}
  g: {source: outbox, match: "gone_*.csv", recipient: r, purpose: p}
  h: {source: elsewhere, recipient: r, purpose: p}
access:
  rules: [{principals: [teller, "role:clerk"], up_to: C1}, {principals: [nobody], up_to: C1}]
storage:
  retention:
    - {asset: "outbox.sms_*", date: d, delete_after: 1y}
    - {asset: "outbox.sms_*", date: m, delete_after: 1y}
    - {asset: "outbox.no_*", date: d, delete_after: 1y}
    - {asset: "core.x", date: d, delete_after: 1y}
exceptions:
  - {rule: SHR003, flow: f, owner: a, approver: b, reason: x, until: 2026-12-31}
  - {rule: SHR003, flow: g, owner: a, approver: b, reason: x, until: 2026-12-31}
  - {rule: SHR003, flow: g, owner: a, approver: b, reason: x, until: 2026-01-31}
"""


def test_lines_that_matched_nothing_of_a_run_are_named(policy_of, catalogue, asset):
    seen = asset({"m": "cn_mobile", "n": "person_name:masked"})
    hidden = Finding("SHR003", ("f",), Severity.HIGH, same(""), same(""), same(""), flow="f")
    moment = datetime(2026, 6, 30, tzinfo=UTC)
    run = Run(
        "R", moment, moment, "0", "run", inspected=(seen,), grants=(Grant("role:teller", "core:x", "read", "g"),),
        coverage=(seen.coverage,), suppressed=(Suppressed(hidden, "p0.yaml:18"),),
    )  # fmt: skip
    assert [problem.in_("en") for problem in unobserved(policy_of(POLICY), run, catalogue, DAY)] == [
        'p0.yaml:2:73: purpose p never made use of "email"',
        'p0.yaml:4:79: r never got "email": its scope is wider than what goes there',
        "p0.yaml:7:23: run R saw nothing of flow g",
        "p0.yaml:10:60: run R saw no grant to nobody",
        'p0.yaml:13:7: outbox.sms_* has no column "d"',
        "p0.yaml:15:7: no asset matches outbox.no_*",
        "p0.yaml:19:5: the exception covered nothing of run R: remove it",
    ]


@pytest.mark.parametrize(
    ("name", "told"), [("outbox.sms_*", 0), ("outbox.smss_1", 1), ("*.nothing", 1), ("elsewhere.x", 0)]
)
def test_names_of_assets_that_none_has_are_named(policy_of, catalogue, asset, name, told):
    seen, moment = asset({"m": "cn_mobile"}), datetime(2026, 6, 30, tzinfo=UTC)
    run = Run("R", moment, moment, "0", "run", inspected=(seen,), coverage=(seen.coverage,))
    policy = policy_of(
        f"version: 1\npurposes: {{p: {{held_in: '{name}'}}}}\nclassification: {{grades: [{{asset: '{name}', grade: 4}}]}}\n"
    )
    found = [problem.in_("en") for problem in unobserved(policy, run, catalogue, DAY)]
    assert found == [f"p0.yaml:{place}: no asset matches {name}" for place in ("2:12", "3:27")[: 2 * told]]

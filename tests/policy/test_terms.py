"""What an edit loosens or tightens in what flows have to keep to, though no element tells."""

from __future__ import annotations

import pytest

from pii_audit.policy.edits import edited

BASE = """\
version: 1
purposes:
  p: {needs: {cn_mobile: plain}, allows: {person_name: plain}, held_in: [core.a], one_of: [[cn_mobile, cn_landline]],
      never_together: [[person_name, cn_mobile, email]]}
recipients: {r: {role: processor, purposes: [p], scope: {C2: plain}, max_persons: {per_run: 10, per_year: 90}}}
flows:
  f: {source: o, match: x, recipient: r, purpose: p, fields: {m: cn_mobile, n: none}, free_text: forbid,
      population: {key: cn_mobile, within: core.v}, frequency: {at_most: 2, per: week}, consent: {kind: separate, field: c}}
governance: {access_review: {every: 6m, last: 2026-01-01}}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "looser"),
    [
        ("per_run: 10", "per_run: 20", "r.max_persons.per_run: 10 → 20", True),
        ("per_run: 10", "per_run: 5", "r.max_persons.per_run: 10 → 5", False),
        (", per_year: 90", "", "r.max_persons.per_year: 90 → -", True),
        (", per_year: 90", ", per_year: 90, per_day: 5", "r.max_persons.per_day: - → 5", False),
        ("held_in: [core.a], ", "", "p.held_in: core.a", True),
        ("held_in: [core.a]", "held_in: [core.a, core.b]", "p.held_in: core.b", False),
        (" one_of: [[cn_mobile, cn_landline]],", "", "p.one_of: cn_mobile + cn_landline", True),
        ("never_together: [[person_name, cn_mobile, email]]", "never_together: []", "p.never_together: person_name + cn_mobile + email", True),
        ("[[person_name, cn_mobile, email]]", "[[person_name, cn_mobile, email], [email, iban]]", "p.never_together: email + iban", False),
        ("free_text: forbid", "free_text: scan", "f.free_text: forbid → scan", True),
        ("population: {key: cn_mobile, within: core.v}, ", "", "f.population: cn_mobile in core.v → -", True),
        ("within: core.v", "within: core.w", "f.population: cn_mobile in core.v → cn_mobile in core.w", True),
        ("at_most: 2, per: week", "at_most: 3, per: week", "f.frequency: 2 a week → 3 a week", True),
        ("at_most: 2, per: week", "at_most: 2, per: month", "f.frequency: 2 a week → 2 a month", False),
        ("at_most: 2, per: week", "at_most: 2, per: day", "f.frequency: 2 a week → 2 a day", True),
        ("frequency: {at_most: 2, per: week}, ", "", "f.frequency: 2 a week → -", True),
        (", field: c}", ", ref: C}", "f.consent.field: c → -", True),
        ("free_text: forbid", "undeclared_fields: allow, free_text: forbid", "f.undeclared_fields: violation → allow", True),
        ("n: none}", "n: none, k: none}", "f.fields.k: - → none", True),
        ("n: none}", "n: person_name}", "f.fields.n: none → person_name", True),
        ("m: cn_mobile, ", "m: none, ", "f.fields.m: cn_mobile → none", False),
        (", n: none}", "}", "f.fields.n: none → -", False),
        ("every: 6m", "every: 1y", "access_review.every: 6m → 1y", True),
        ("every: 6m", "every: 3m", "access_review.every: 6m → 3m", False),
        ("governance: {access_review: {every: 6m, last: 2026-01-01}}\n", "", "access_review.every: 6m → -", True),
    ],
)  # fmt: skip
def test_a_term_is_told_once_and_whether_it_loosens(edits, old, new, line, looser):
    assert edits(BASE, old, new) == [(line, looser)]


def test_what_is_ruled_out_by_less_is_ruled_out_still(policy_of, catalogue):
    before, after = policy_of(BASE), policy_of(BASE.replace("person_name, cn_mobile, email", "person_name, email"))
    assert not any(edit.looser for edit in edited(before, after, catalogue))
    assert any(edit.looser for edit in edited(after, before, catalogue))


def test_terms_that_only_moved_or_are_of_another_flow_are_no_edit(edits):
    assert edits(BASE, "version: 1\n", "version: 1\n# moved\n") == []
    assert edits(BASE, "\n  f: {source: o", "\n  g: {source: o") == []

"""What an edit changes in general: elements by form, and flows as a whole."""

from __future__ import annotations

from datetime import date

import pytest

from pii_audit.policy.comparison import changed_permissions

DAY = date(2026, 6, 30)
POLICY = """\
version: 1
purposes: {p: {needs: {cn_mobile: plain}, allows: {person_name: masked}}}
recipients:
  r: {role: processor, region: CN, agreement: {ref: A}, purposes: [p], scope: {cn_mobile: plain, name: masked}}
flows: {f: {recipient: r, purpose: p, channel: sftp, legal_basis: contract, pia: P}}
"""


@pytest.fixture
def changes(policy_of, catalogue):
    """`element/form: before → after` of everything that an edit of the policy above changes."""

    def compare(*edits: tuple[str, str]):
        text = POLICY
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        before = policy_of(POLICY)
        return list(changed_permissions(before, policy_of(text), catalogue, DAY))

    return compare


def test_nothing_changes_when_lines_only_move(changes):
    assert changes(("version: 1\n", "version: 1\n# a remark\n\n")) == []


def test_a_looser_form_is_told_for_each_form_that_may_now_leave(changes):
    found = changes(("person_name: masked", "person_name: plain"), ("name: masked", "name: plain"))
    assert {change.element for change in found} == {"person_name"}
    assert {change.form for change in found} == {"plain", "encoded", "bare_hash", "encrypted", "password_hash"}
    assert all(change.looser and change.before.rule == "SHR003" for change in found)


def test_a_prohibition_is_told_as_stricter_and_by_its_line(changes):
    [*found] = changes(("scope: {", "never: [cn_mobile], scope: {"))
    assert {(change.element, change.looser) for change in found} == {("cn_mobile", False)}
    assert {change.after.position.to_line for change in found} == {"p0.yaml:4"}


def test_the_flow_as_a_whole_is_compared_too(changes):
    [change] = changes(("channel: sftp", "channel: ftp"))
    assert (change.flow, change.element, change.before.outcome, change.after.outcome, change.looser) == (
        "f",
        "channel",
        "compliant",
        "violation",
        False,
    )


def test_a_flow_that_comes_or_goes_is_one_change(changes):
    [change] = changes(("flows: {f:", "flows: {g: {recipient: r, purpose: p}, f:"))
    assert (change.flow, change.element, change.before, change.looser) == ("g", "flow", None, False)

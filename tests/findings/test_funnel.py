"""The funnel: severity, identity, clauses, owner and date; exceptions set aside and counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pii_audit.errors import ConfigurationError
from pii_audit.findings.funnel import DAYS_TO_MEND, Funnel, Ownership
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.language import same
from pii_audit.model.finding import Outcome, Severity
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.policy.loader import load_policy
from pii_audit.rules.interface import Draft
from pii_audit.rules.severity import Concern

TODAY = date(2026, 6, 30)
KEY = Fingerprinter(b"k" * 32)
NOBODY = Ownership()
EXCEPTION = """\
version: 1
exceptions:
  - {{rule: {rule}, asset: "core:t", owner: 王某, approver: 李某, reason: being moved, until: {until}}}
"""


def draft(rule="STO002", resource=("core:t",), message="said", **more):
    return Draft(rule, resource, same(message), **{"asset": "core:t", "source": "core", **more})


@pytest.fixture
def funnel(tmp_path):
    """A funnel under a policy text."""

    def build(text="version: 1\n", *, key=KEY, standards=(), owner=NOBODY, gaps=None):
        (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
        policy = load_policy(["p.yaml"], tmp_path, load_catalogue())
        return Funnel(policy, key, TODAY, standards, lambda _: owner, gaps)

    return build


def prints(funnel, *drafts):
    return {finding.fingerprint for finding in funnel.run(drafts)[0]}


def test_a_fingerprint_stays_when_only_words_counts_and_severity_change(funnel):
    first = draft()
    later = draft(message="other words", field="x", evidence={"hits": 9}, concern=Concern(sensitive=10**6))
    assert prints(funnel(), first) == prints(funnel(), later)


def test_another_rule_resource_or_key_gives_another_fingerprint(funnel):
    seen = [
        prints(funnel(), draft()),
        prints(funnel(), draft("STO003")),
        prints(funnel(), draft(resource=("core:u",))),
        prints(funnel(), draft(resource=("core", "t"))),
        prints(funnel(key=Fingerprinter(b"j" * 32)), draft()),
    ]
    assert len(set.union(*seen)) == len(seen)


def test_parts_of_a_resource_do_not_run_into_each_other(funnel):
    assert prints(funnel(), draft(resource=("ab", "c"))) != prints(funnel(), draft(resource=("a", "bc")))


def test_two_drafts_of_one_identity_are_one_finding_with_the_worse_severity_and_the_proof_of_both(funnel):
    mild = draft(evidence={"fields": ["a"], "assets": ["core:t"], "hits": 1}, identifiers=("cn_mobile",))
    grave = draft(
        evidence={"fields": ["b"], "assets": ["core:u"], "hits": 2},
        identifiers=("bank_card",),
        concern=Concern(sensitive=100_000),
    )
    for order in ((mild, grave), (grave, mild)):
        [finding], suppressed, grouped = funnel().run(order)
        assert (finding.severity, grouped, suppressed) == (Severity.CRITICAL, 1, [])
        assert sorted(finding.evidence["fields"]) == ["a", "b"]
        assert sorted(finding.evidence["assets"]) == ["core:t", "core:u"]
        assert set(finding.identifiers) == {"cn_mobile", "bank_card"}


@pytest.mark.parametrize("gaps", [None, Severity.HIGH])
def test_a_gap_and_a_violation_of_one_identity_are_a_violation_in_whichever_order(funnel, gaps):
    gap, breach = draft(outcome=Outcome.GAP, message="may be"), draft(message="is")
    for order in ((gap, breach), (breach, gap)):
        [finding], _, grouped = funnel(gaps=gaps).run(order)
        assert (finding.outcome, finding.message.en, finding.severity, grouped) == (
            *(Outcome.VIOLATION, "is", Severity.HIGH),
            1,
        )


def test_what_was_approved_is_asked_of_all_that_one_finding_is_about(funnel):
    approved = "version: 1\nexceptions: [{rule: STO002, owner: a, approver: b, reason: x, while: {forms: [masked]}}]\n"
    masked, plain = (draft(evidence={"forms": {form: 5}, "persons": 3}) for form in ("masked", "plain"))
    [finding], suppressed, _ = funnel(approved).run([masked, plain])
    assert (finding.evidence["forms"], finding.evidence["hits"], suppressed) == ({"masked": 5, "plain": 5}, 10, [])
    findings, [set_aside], _ = funnel(approved).run([masked, masked])
    assert (findings, set_aside.finding.evidence["hits"]) == ([], 10)


def test_an_exception_for_so_many_people_covers_no_sample(funnel):
    approved = "version: 1\nexceptions: [{rule: STO002, owner: a, approver: b, reason: x, while: {persons_up_to: 5}}]\n"
    found = draft(evidence={"persons": 3})
    assert funnel(approved).run([found])[0] == []
    assert len(replace(funnel(approved), partly=frozenset({"core:t"})).run([found])[0]) == 1
    assert replace(funnel(approved), partly=frozenset({"core:u"})).run([found])[0] == []


def test_many_persons_raise_the_severity_by_a_step(funnel):
    few, many = draft(concern=Concern(sensitive=99_999)), draft(concern=Concern(sensitive=100_000))
    assert funnel().run([few])[0][0].severity is Severity.HIGH
    assert funnel().run([many])[0][0].severity is Severity.CRITICAL


def test_a_gap_counts_as_the_gate_says_and_elsewhere_as_its_rule(funnel):
    gap = draft("COV001", outcome=Outcome.GAP)
    assert funnel().run([gap])[0][0].severity is Severity.MEDIUM
    assert funnel(gaps=Severity.HIGH).run([gap])[0][0].severity is Severity.HIGH
    assert funnel(gaps=Severity.HIGH).run([draft("COV001")])[0][0].severity is Severity.MEDIUM


def test_a_gap_of_a_grave_rule_counts_in_the_gate_as_every_gap_does(funnel):
    assert funnel(gaps=Severity.HIGH).run([draft("XBR002", outcome=Outcome.GAP)])[0][0].severity is Severity.HIGH


@pytest.mark.parametrize(
    ("rule", "due"), [("STO001", "2026-07-07"), ("STO002", "2026-07-30"), ("COV001", "2026-09-28")]
)
def test_the_date_by_which_it_is_to_be_mended_follows_from_the_severity(funnel, rule, due):
    assert str(funnel().run([draft(rule)])[0][0].due) == due
    assert DAYS_TO_MEND[Severity.INFO] is None


def test_findings_come_the_worst_first(funnel):
    drafts = [draft("COV001"), draft("STO002"), draft("STO001"), draft("STO002", ("core:a",))]
    found = funnel().run(drafts)[0]
    assert [(one.rule, one.resource) for one in found] == [
        ("STO001", ("core:t",)),
        ("STO002", ("core:a",)),
        ("STO002", ("core:t",)),
        ("COV001", ("core:t",)),
    ]


def test_only_clauses_of_the_workspace_s_standards_are_cited(funnel):
    cited = {
        standards: {clause.instrument for clause in funnel(standards=standards).run([draft("STO001")])[0][0].clauses}
        for standards in ((), ("pci-dss",), ("pipl",))
    }
    assert cited == {(): set(), ("pci-dss",): {"pci-dss"}, ("pipl",): set()}


def test_a_finding_belongs_to_whom_the_workspace_says(funnel):
    [finding] = funnel(owner=Ownership("Retail", "hz")).run([draft()])[0]
    assert (finding.owner, finding.unit) == ("Retail", "hz")


def test_an_exception_sets_a_finding_aside_and_counts_it_with_its_line_and_approver(funnel):
    findings, [suppressed], grouped = funnel(EXCEPTION.format(rule="STO002", until="2026-06-30")).run([draft()])
    assert (findings, grouped) == ([], 0)
    assert suppressed.finding.rule == "STO002"
    assert suppressed.exception == "p.yaml:3: being moved (李某)"
    assert suppressed.finding.suppressed_by == suppressed.exception


@pytest.mark.parametrize(
    ("rule", "until", "about"),
    [
        ("STO002", "2026-06-29", {}),
        ("STO003", "2026-12-31", {}),
        ("STO002", "2026-12-31", {"asset": "core:u", "resource": ("core:u",)}),
        ("STO002", "2026-12-31", {"asset": None, "evidence": {"assets": ["core:t", "core:u"]}}),
    ],
    ids=["over", "another rule", "another asset", "another asset too"],
)
def test_an_exception_that_does_not_cover_all_of_it_hides_nothing(funnel, rule, until, about):
    findings, suppressed, _ = funnel(EXCEPTION.format(rule=rule, until=until)).run([draft(**about)])
    assert (len(findings), suppressed) == (1, [])


@pytest.mark.parametrize("rule", ["STO001", "SHR001"])
def test_what_may_never_be_excepted_is_refused_where_it_is_written(funnel, rule):
    with pytest.raises(ConfigurationError) as caught:
        funnel(EXCEPTION.format(rule=rule, until="2026-12-31"))
    assert caught.value.problems[0].position.line == 3


@pytest.mark.parametrize("rule", ["STO001", "SHR001"])
def test_what_may_never_be_excepted_stands_though_an_exception_slipped_in(funnel, rule):
    smuggler = funnel(EXCEPTION.format(rule="STO002", until="2026-12-31"))
    [exception] = smuggler.policy.exceptions
    policy = replace(smuggler.policy, exceptions=(replace(exception, rule=rule),))
    assert len(replace(smuggler, policy=policy).run([draft(rule)])[0]) == 1

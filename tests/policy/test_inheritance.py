"""Head office sets the floor, a branch may only tighten; files include and extend each other without going in circles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pii_audit.errors import ConfigurationError
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.case import Case, Knowledge, Observed, Seen
from pii_audit.policy.evaluation.elements import judge_element
from pii_audit.policy.loader import load_policy

HQ = """\
version: 1
purposes:
  p: {needs: {cn_mobile: plain}, allows: {name: masked, email: plain}, never_together: [[email, cn_mobile]]}
  q: {allows: {email: plain}}
recipients:
  r:
    role: processor
    region: CN
    agreement: {ref: A-1, from: 2025-01-01, until: 2026-12-31}
    purposes: [p]
    scope: {cn_mobile: plain, person_name: plain, email: plain}
    never: [C3]
    max_persons: {per_run: 100}
flows:
  f: {source: outbox, match: "a_*.csv", recipient: r, purpose: p, channel: sftp, fields: {m: cn_mobile}, legal_basis: contract}
access: {default: gap}
storage: {forms: {C3: encrypted}}
"""


@pytest.fixture
def branch(tmp_path, monkeypatch, catalogue):
    """The policy of a branch whose file stands on head office's."""

    def load(text: str, floor: str = HQ):
        (tmp_path / "hq.yaml").write_text(floor, encoding="utf-8")
        (tmp_path / "branch.yaml").write_text(f"version: 1\nextends: [hq.yaml]\n{text}", encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return load_policy(["branch.yaml"], tmp_path, catalogue)

    return load


def problems(branch, text: str, floor: str = HQ) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        branch(text, floor)
    return caught.value.lines("en")


def test_a_branch_inherits_what_it_does_not_state_and_overrides_what_it_tightens(branch):
    policy = branch(
        "purposes: {p: {allows: {email: masked}}}\n"
        "recipients: {r: {role: processor, scope: {cn_mobile: keyed_hash}, never: [C3, email], max_persons: {per_run: 9}}}\n"
    )
    purpose, recipient = policy.purposes["p"], policy.recipients["r"]
    assert [str(line.element) for line in purpose.permitted] == ["cn_mobile", "email"]
    assert purpose.never_together[0].position.to_line == "hq.yaml:3"
    assert (recipient.agreements[0].ref, recipient.max_persons.per_run) == ("A-1", 9)
    assert recipient.scope.position.to_line == "branch.yaml:4"
    assert list(policy.flows) == ["f"]
    assert policy.files == ("branch.yaml", "hq.yaml")


def test_an_override_states_nothing_but_what_changes(branch):
    policy = branch("recipients: {r: {max_persons: {per_run: 9}}}\nflows: {f: {pia: P-1}}\n")
    assert (policy.recipients["r"].role, policy.recipients["r"].max_persons.per_run) == ("processor", 9)
    assert (policy.flows["f"].recipient, policy.flows["f"].purpose, policy.flows["f"].pia) == ("r", "p", "P-1")
    assert problems(branch, "recipients: {new: {region: CN}}\nflows: {g: {recipient: r}}\n") == [
        'branch.yaml:3:19: missing key "role"',
        'branch.yaml:4:12: missing key "purpose"',
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("purposes: {p: {allows: {name: plain}}}", "3:25: loosens the floor at hq.yaml:3: lets person_name pass in clear"),
        ("purposes: {p: {allows: {phone: plain}}}", "3:25: loosens the floor at hq.yaml:3: lets cn_landline pass in clear"),
        ("purposes: {p: {never_together: []}}", "3:12: loosens the floor at hq.yaml:3: never_together email + cn_mobile is gone"),
        ("recipients: {r: {role: internal}}", "3:14: loosens the floor at hq.yaml:6: role goes from processor to internal"),
        ("recipients: {r: {role: processor, region: HK}}", "3:14: loosens the floor at hq.yaml:6: region goes from CN to HK"),
        (
            "recipients: {r: {role: processor, scope: {C2: plain}}}",
            "3:43: loosens the floor at hq.yaml:11: lets otp_code pass in clear",
        ),
        ("recipients: {r: {role: processor, never: []}}", '3:14: loosens the floor at hq.yaml:12: never "C3" is gone'),
        ("recipients: {r: {role: processor, purposes: [p, q]}}", "3:35: loosens the floor at hq.yaml:10: adds purpose q"),
        (
            "recipients: {r: {role: processor, max_persons: {per_run: 101}}}",
            "3:35: loosens the floor at hq.yaml:13: max_persons.per_run goes from 100 to 101",
        ),
        (
            "recipients: {r: {role: processor, max_persons: {per_year: 5}}}",
            "3:35: loosens the floor at hq.yaml:13: max_persons.per_run goes from 100 to None",
        ),
        (
            "recipients: {r: {role: processor, agreement: {ref: A-1, from: 2025-01-01, until: 2027-01-01}}}",
            "3:35: loosens the floor at hq.yaml:9: A-1 ends later",
        ),
        (
            "recipients: {r: {role: processor, agreement: {ref: B-2}}}",
            "3:35: loosens the floor at hq.yaml:9: the floor has no agreement B-2",
        ),
        (
            "recipients: {r: {role: processor, transfer: {mechanism: assessment}}}",
            "3:14: loosens the floor at hq.yaml:6: a transfer mechanism is entered in the floor only",
        ),
        (
            "recipients: {r: {role: processor, sub_processors: [x]}}",
            "3:14: loosens the floor at hq.yaml:6: adds sub-processor x",
        ),
        ("flows: {f: {recipient: r, purpose: q}}", "3:27: loosens the floor at hq.yaml:15: changes purpose"),
        ("flows: {f: {recipient: r, purpose: p, match: x.csv}}", "3:39: loosens the floor at hq.yaml:15: changes match"),
        ("flows: {f: {recipient: r, purpose: p, channel: ftp}}", "3:39: loosens the floor at hq.yaml:15: changes channel"),
        (
            "flows: {f: {recipient: r, purpose: p, fields: {x: none}}}",
            '3:39: loosens the floor at hq.yaml:15: column "m" is no longer declared cn_mobile',
        ),
        (
            "flows: {f: {recipient: r, purpose: p, fields: {m: cn_mobile, x: none}}}",
            '3:62: loosens the floor at hq.yaml:15: adds column "x"',
        ),
        (
            "flows: {f: {recipient: r, purpose: p, undeclared_fields: allow, fields: {m: cn_mobile}}}",
            "3:39: loosens the floor at hq.yaml:15: undeclared_fields goes from violation to allow",
        ),
    ],
)  # fmt: skip
def test_an_override_that_loosens_the_floor_is_an_error_at_its_line(branch, text, said):
    assert f"branch.yaml:{said}" in problems(branch, f"{text}\n")


def test_an_agreement_and_a_list_of_them_override_each_other(branch):
    policy = branch(
        "recipients: {r: {role: processor, agreements: [{ref: A-1, from: 2025-06-01, until: 2026-06-30}]}}\n"
    )
    [agreement] = policy.recipients["r"].agreements
    assert str(agreement.until) == "2026-06-30"
    assert any("A-1 ends later" in line for line in problems(
        branch, "recipients: {r: {role: processor, agreements: [{ref: A-1, from: 2025-01-01, until: 2030-01-01}]}}\n"
    ))  # fmt: skip


WITH_FACTS = HQ.replace(
    "    max_persons: {per_run: 100}\n",
    "    max_persons: {per_run: 100}\n"
    "    sub_processors: [{name: cloud, region: SG, ref: S-1}, calls]\n"
    "    certifications: [{name: iso-27001, until: 2026-01-01}, soc-2]\n",
).replace("until: 2026-12-31}", "until: 2026-12-31, items: [purpose, term]}")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("sub_processors: [calls]", "6: sub-processor cloud as entered there is gone"),
        ("sub_processors: [{name: cloud, region: CN, ref: S-1}, calls]", "6: adds sub-processor cloud"),
        ("sub_processors: [{name: cloud, region: CN, ref: S-1}, calls]", "6: sub-processor cloud as entered there is gone"),
        ("certifications: [soc-2]", "15: certification iso-27001 until 2026-01-01 is gone"),
        ("certifications: [{name: iso-27001, until: 2027-01-01}, soc-2]", "15: certification iso-27001 until 2026-01-01 is gone"),
        ("agreement: {ref: A-1, from: 2025-01-01, until: 2026-12-31}", "9: A-1 fixes more items"),
        ("agreement: {ref: A-1, from: 2025-01-01, until: 2026-12-31, items: [purpose, method]}", "9: A-1 fixes more items"),
    ],
)  # fmt: skip
def test_what_the_floor_has_on_record_of_a_recipient_stays_on_record(branch, facts, said):
    found = [
        line.partition("hq.yaml:")[2] for line in problems(branch, f"recipients: {{r: {{{facts}}}}}\n", WITH_FACTS)
    ]
    assert said in found


def test_what_is_on_record_may_become_more(branch):
    policy = branch(
        "recipients:\n  r:\n    sub_processors: [calls, {name: cloud, region: SG, ref: S-1}]\n"
        "    certifications: [soc-2, iso-9001, {name: iso-27001, until: 2026-01-01}]\n"
        "    agreement: {ref: A-1, from: 2025-01-01, until: 2026-06-30, items: [purpose]}\n",
        WITH_FACTS,
    )
    assert policy.recipients["r"].agreements[0].items == ("purpose",)


def test_an_agreement_that_fixes_too_little_is_not_replaced_by_another_of_the_floor(branch):
    both = "agreements: [{ref: A-1, items: [purpose]}, {ref: A-2}]"
    floor = HQ.replace("agreement: {ref: A-1, from: 2025-01-01, until: 2026-12-31}", both)
    for kept in ("{ref: A-2}", "{ref: A-1, items: [purpose], until: 2025-12-31}, {ref: A-2}"):
        [line] = problems(branch, f"recipients: {{r: {{agreements: [{kept}]}}}}\n", floor)
        said = "hq.yaml:9: agreement A-1, which does not fix everything, is gone or another"
        assert line == f"branch.yaml:3:14: loosens the floor at {said}"
    assert branch("recipients: {r: {agreements: [{ref: A-1, items: [purpose]}]}}\n", floor).recipients["r"].agreements


def test_a_flow_s_population_is_that_of_the_floor_s_purpose(branch, tmp_path):
    people = "population: {key: email, within: core.%s}"
    floor = HQ.replace("q: {", f"q: {{{people % 't'}, ")
    flow = "flows: {g: {recipient: r, purpose: q%s}}\n"
    assert branch(flow % "", floor).flows["g"].population.within == "core.t"
    assert branch(flow % f", {people % 't'}", floor).flows["g"].population.within == "core.t"
    said = "loosens the floor at hq.yaml:4: population is another than that of the purpose"
    assert problems(branch, flow % f", {people % 'u'}", floor) == [f"branch.yaml:3:39: {said}"]
    # A purpose that the branch tightens is the floor's still, and so it is where the branch restates the floor's flow.
    narrowed = "purposes: {q: {allows: {email: masked}}}\n"
    assert problems(branch, narrowed + flow % f", {people % 'u'}", floor) == [f"branch.yaml:4:39: {said}"]
    below = floor.replace("flows:\n", "flows:\n  g: {recipient: r, purpose: q}\n")
    assert problems(branch, f"flows: {{g: {{{people % 'u'}}}}}\n", below) == [f"branch.yaml:3:13: {said}"]
    # Head office may narrow a flow of its own, and a branch a purpose of its own.
    own = floor.replace("flows:\n", f"flows:\n  g: {{recipient: r, purpose: q, {people % 'u'}}}\n")
    assert branch(narrowed + "flows: {g: {pia: P-1}}\n", own).flows["g"].population.within == "core.u"
    mine = f"purposes: {{mine: {{{people % 't'}}}}}\nflows: {{g: {{recipient: r, purpose: mine, {people % 'u'}}}}}\n"
    assert branch(mine, floor).flows["g"].population.within == "core.u"


def test_population_period_and_assets_of_a_purpose_stay(branch):
    floor = HQ.replace(
        "  q: {allows: {email: plain}}",
        "  q:\n    population: {key: email, within: core.t}\n    held_in: [core.a, core.b]\n"
        "    retention: {date: d, delete_after: 2y}\n    allows: {email: plain}",
    )
    assert branch("purposes: {q: {held_in: [core.a, core.b, core.c]}}\n", floor).purposes["q"].held_in[-1] == "core.c"
    text = """\
purposes:
  q:
    population: {key: email, within: core.u}
    held_in: [core.a]
    retention: {date: d, delete_after: 3y}
"""
    assert [line.partition("hq.yaml")[2] for line in problems(branch, text, floor)] == [
        ":5: changes population",
        ":6: held_in lacks core.b",
        ":7: changes retention",
    ]


def test_a_floor_may_close_rules_to_exceptions(branch):
    exception = "exceptions: [{rule: SHR003, flow: f, owner: a, approver: b, reason: x}]\n"
    assert len(branch(exception).exceptions) == 1
    assert problems(branch, exception, f"{HQ}floor: {{no_exceptions: [SHR003]}}\n") == [
        "branch.yaml:3:15: the floor at hq.yaml:18 allows no exception from SHR003"
    ]
    [line] = problems(branch, "", f"{HQ}floor: {{no_exceptions: [SHR03]}}\n")
    assert 'unknown rule "SHR03"' in line


def test_what_the_floor_leaves_open_may_be_filled_in(branch):
    policy = branch("flows: {f: {recipient: r, purpose: p, pia: P-1, free_text: forbid}}\n")
    assert (policy.flows["f"].pia, policy.flows["f"].free_text) == ("P-1", "forbid")


def test_the_forms_and_defaults_of_all_layers_hold_together(branch):
    policy = branch("access: {default: violation}\nstorage: {forms: {C3: password_hash, C2: masked}}\n")
    assert policy.access.default == "violation"
    assert [[str(line.element) for line in lines] for lines in policy.storage.forms] == [["C3"], ["C3", "C2"]]
    assert branch("access: {default: allow}\n").access.default == "gap"


def test_an_id_given_twice_in_one_layer_is_still_an_error(branch, tmp_path):
    (tmp_path / "more.yaml").write_text("version: 1\npurposes: {p: {}}\n")
    assert problems(branch, "include: [more.yaml]\npurposes: {p: {}}\n") == [
        'more.yaml:2:12: "p" is already defined at branch.yaml:4'
    ]


def test_a_floor_holds_towards_everybody_outside(policy_of, judge, asset):
    text = """\
version: 1
floor: {never: [email], forms: {C2: masked, cn_mobile: plain}}
purposes: {p: {allows: {cn_mobile: plain, person_name: plain, email: plain}}}
recipients: {r: {role: %s, scope: {cn_mobile: plain, person_name: plain, email: plain}}}
flows: {f: {recipient: r, purpose: p}}
"""
    seen = asset({"a": "cn_mobile", "b": "person_name", "c": "email:masked", "d": "person_name:masked"})

    def outcomes(role: str):
        found = judge(policy_of(text % role), seen)
        return [(one.element, one.form, one.outcome.value, one.policy.line) for one in found if one.identifier]

    assert outcomes("processor") == [
        ("cn_mobile", "plain", "compliant", 4),
        ("person_name", "plain", "violation", 2),
        ("email", "masked", "violation", 2),
        ("person_name", "masked", "compliant", 4),
    ]
    assert {outcome for _, _, outcome, _ in outcomes("internal")} == {"compliant"}


def test_a_floor_s_line_without_a_subject_is_about_everybody_s(policy_of, judge, asset):
    text = """\
version: 1
floor: {forms: {%s}}
purposes: {p: {allows: {"cn_resident_id@contact": plain}}}
recipients: {r: {role: processor, scope: {"cn_resident_id@contact": plain}}}
flows: {f: {recipient: r, purpose: p, fields: {证件: "cn_resident_id@contact"}}}
"""

    def found(forms: str):
        [one] = [one for one in judge(policy_of(text % forms), asset({"证件": "cn_resident_id"})) if one.identifier]
        return one.outcome.value, one.rule, one.policy.line

    for word in ("cn_resident_id", "identity_document", "C2"):
        assert found(f"{word}: masked") == ("violation", "SHR003", 2)
        # A line of the same word with the subject is more specific, and one about the customer says nothing of others.
        assert found(f'{word}: masked, "{word}@contact": plain')[0] == "compliant"
        assert found(f'"{word}@customer": masked')[0] == "compliant"
    # What one line says of a subject takes nothing away from a line with a more specific word.
    assert found('cn_resident_id: masked, "C2@contact": plain') == ("violation", "SHR003", 2)


@pytest.mark.parametrize("fields", ["", "fields: {x: none}, undeclared_fields: allow, "])
def test_whose_a_column_is_stands_in_the_floor(branch, fields):
    floor = HQ.replace("fields: {m: cn_mobile}, ", fields)
    said = ':15: declares column "m" to be of @contact'
    kept = "x: none, " if fields else ""
    [line] = problems(branch, f'flows: {{f: {{fields: {{{kept}m: "cn_mobile@contact"}}}}}}\n', floor)
    assert line.endswith(said)
    assert branch(f"flows: {{f: {{fields: {{{kept}m: cn_mobile}}}}}}\n", floor).flows["f"].fields["m"].subject is None


# --- files that name each other


@pytest.mark.parametrize("key", ["include", "extends"])
def test_files_that_name_each_other_in_a_ring_are_an_error(tmp_path, monkeypatch, catalogue, key):
    (tmp_path / "a.yaml").write_text(f"version: 1\n{key}: [b.yaml]\n")
    (tmp_path / "b.yaml").write_text(f"version: 1\n{key}: [sub/c.yaml]\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.yaml").write_text(f"version: 1\n{key}: [../a.yaml, ../sub/c.yaml]\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        load_policy(["a.yaml"], tmp_path, catalogue)
    assert caught.value.lines("en") == [
        "sub/c.yaml:2:11: files that name each other in a ring: a.yaml → b.yaml → sub/c.yaml → a.yaml",
        "sub/c.yaml:2:22: files that name each other in a ring: sub/c.yaml → sub/c.yaml",
    ]


def test_a_file_that_cannot_be_read_is_told_where_it_is_named(branch):
    assert problems(branch, "include: [nowhere.yaml, pack:nothing]\n") == [
        "branch.yaml:3:11: nowhere.yaml cannot be read: No such file or directory",
        'branch.yaml:3:25: unknown pack "nothing"',
    ]


def test_a_file_included_twice_is_read_once(branch, tmp_path):
    (tmp_path / "more.yaml").write_text("version: 1\ninclude: [hq.yaml]\npurposes: {x: {}}\n")
    policy = branch("include: [more.yaml, ./more.yaml]\n")
    assert list(policy.purposes) == ["p", "q", "x"]


def test_a_folder_of_floors_beside_the_branch_s_own_folder(tmp_path, catalogue):
    for name, text in (
        ("hq/a.yaml", HQ),
        ("hz/b.yaml", "version: 1\nextends: [../hq]\nrecipients: {r: {role: processor, never: [C3, C2]}}\n"),
    ):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(text)
    # The same files, whichever way they are named and in whichever order.
    for entries in (["hz"], ["hq", "hz"], ["hz", "hq"], ["."]):
        assert len(load_policy(entries, tmp_path, catalogue).recipients["r"].never) == 2


# --- tightening never turns a violation into a pass

CATALOGUE = load_catalogue()
WORDS = st.sampled_from(
    ["cn_mobile", "person_name", "phone", "contact", "C1", "C2", "C3", "C2+", "phone@contact", "email"]
)
ASKED = st.one_of(
    st.sampled_from([form.value for form in Form]),
    st.builds(
        lambda forms, first: {"forms": forms, "show": {"first": first, "last": 4}},
        st.lists(st.sampled_from([form.value for form in Form]), min_size=1, max_size=3, unique=True),
        st.integers(0, 3),
    ),
)
LINES = st.dictionaries(WORDS, ASKED, max_size=4)
NEVER = st.lists(
    st.sampled_from(["C3", "C2+", "email", "phone", "phone@contact", "jrt0197:3+"]), max_size=2, unique=True
)
PURPOSE = st.fixed_dictionaries({"needs": LINES}, optional={"allows": LINES})
RECIPIENT = st.fixed_dictionaries({"role": st.just("processor"), "scope": LINES}, optional={"never": NEVER})
FLOOR = st.fixed_dictionaries({}, optional={"never": NEVER, "forms": LINES})
STATES = [
    Seen(identifier, subject, form, adequate=adequate, shown=shown)
    for identifier in ("cn_mobile", "cn_landline", "person_name", "email", "bank_card", "card_cvv2")
    for subject in ("customer", "contact")
    for form in Form
    if form is not Form.ABSENT
    for adequate, shown in (((True, (0, 0)), (True, (2, 4)), (False, (6, 6))) if form in ("masked", "truncated") else ((True, (0, 0)),))
]  # fmt: skip


def _fewer(entry: dict, key: str):
    """The entry with some of its lines left out, which tightens, or lets a more general line speak."""
    kept = st.sets(st.sampled_from(sorted(entry[key]))) if entry[key] else st.just(set())
    return kept.map(lambda words: {**entry, key: {word: entry[key][word] for word in words}})


def _loaded(folder: Path, floor: dict, override: dict):
    (folder / "hq.yaml").write_text(yaml.safe_dump(floor), encoding="utf-8")
    (folder / "b.yaml").write_text(yaml.safe_dump({"version": 1, "extends": ["hq.yaml"], **override}), encoding="utf-8")
    return load_policy(["hq.yaml"], folder, CATALOGUE), load_policy(["b.yaml"], folder, CATALOGUE)


def _outcomes(policy):
    case = Case.of(policy, policy.flows["f"], Observed(), CATALOGUE, as_of=date(2026, 6, 30), knowledge=Knowledge())
    return [judge_element(seen, case).outcome for seen in STATES]


@given(st.data())
def test_an_override_that_loads_lets_nothing_pass_that_its_floor_objects_to(tmp_path_factory, data):
    purpose, recipient = data.draw(PURPOSE), data.draw(RECIPIENT)
    floor = {
        "version": 1,
        "purposes": {"p": purpose},
        "recipients": {"r": recipient},
        "flows": {"f": {"recipient": "r", "purpose": "p"}},
        "floor": data.draw(FLOOR),
    }
    override = {
        "purposes": {"p": data.draw(st.one_of(st.just(purpose), PURPOSE, _fewer(purpose, "needs")))},
        "recipients": {"r": data.draw(st.one_of(st.just(recipient), RECIPIENT, _fewer(recipient, "scope")))},
        "floor": data.draw(FLOOR),
    }
    try:
        before, after = _loaded(tmp_path_factory.mktemp("t"), floor, override)
    except ConfigurationError:
        return
    for seen, old, new in zip(STATES, _outcomes(before), _outcomes(after), strict=True):
        assert not (old is Outcome.VIOLATION and new is not Outcome.VIOLATION), seen


# --- the same of whole flows

SUBSET = st.sampled_from([["p"], ["q"], ["p", "q"]])
DAYS = st.sampled_from(["2025-01-01", "2026-06-29", "2026-06-30", "2026-07-01", "2027-12-31"])
SCOPE = st.sampled_from(
    [
        {},
        {"cn_mobile": "plain"},
        {"cn_mobile": "masked"},
        {"C2": "plain", "C2@contact": "plain"},
        {"phone": "keyed_hash"},
    ]
)
AGREEMENT = st.fixed_dictionaries(
    {"ref": st.sampled_from(["A", "B"])},
    optional={"from": DAYS, "until": DAYS, "purposes": SUBSET, "scope": SCOPE, "items": st.just(["purpose", "method"])},
)
WHOLE_RECIPIENT = {
    "role": st.sampled_from(["processor", "controller", "internal"]),
    "region": st.sampled_from(["CN", "US"]),
    "agreements": st.lists(AGREEMENT, max_size=2, unique_by=lambda one: one["ref"]),
    "purposes": SUBSET,
    "scope": SCOPE,
    "never": st.sampled_from([[], ["C3"], ["email"], ["C2+"]]),
    "max_persons": st.sampled_from(
        [{"per_run": 5}, {"per_run": 50}, {"per_year": 50}, {"per_run": 5, "per_year": 500}]
    ),
    "transfer": st.sampled_from([{"mechanism": "assessment"}, {"mechanism": "certification", "until": "2026-01-01"}]),
    "sub_processors": st.sampled_from([[], [{"name": "x", "region": "SG"}], [{"name": "y"}]]),
    "certifications": st.sampled_from([[], [{"name": "iso", "until": "2026-01-01"}]]),
}
WHOLE_FLOW = {
    "recipient": st.just("r"),
    "purpose": st.sampled_from(["p", "q"]),
    "channel": st.sampled_from(["sftp", "ftp", "mq"]),
    "protection": st.sampled_from([{"file": "pgp"}, {"file": "none"}, {"ref": "k"}]),
    "legal_basis": st.sampled_from(["consent", "contract", "statutory_duty"]),
    "consent": st.sampled_from(
        [{"kind": "plain", "ref": "c"}, {"kind": "separate", "field": "m"}, {"kind": "written"}]
    ),
    "pia": st.sampled_from(["P-1", "P-2"]),
    "fields": st.sampled_from(
        [
            {"m": "cn_mobile"},
            {"m": "cn_mobile@contact"},
            {"m": "email"},
            {"m": "cn_mobile", "e": "email"},
            {"m": "none", "e": "none"},
        ]
    ),
    "undeclared_fields": st.sampled_from(["violation", "gap", "allow"]),
    "free_text": st.sampled_from(["forbid", "scan"]),
    "population": st.sampled_from([{"key": "cn_mobile", "within": "core.t"}, {"key": "email", "within": "core.t"}]),
}


def _some(parts: dict, required: tuple[str, ...]):
    optional = {key: part for key, part in parts.items() if key not in required}
    return st.fixed_dictionaries({key: parts[key] for key in required}, optional=optional)


@given(st.data())
def test_an_override_that_loads_makes_no_flow_pass_that_its_floor_objects_to(tmp_path_factory, judge, asset, data):
    recipient, flow = (
        data.draw(_some(WHOLE_RECIPIENT, ("role",))),
        data.draw(_some(WHOLE_FLOW, ("recipient", "purpose"))),
    )
    if "fields" not in flow:
        flow.pop("undeclared_fields", None)
    purposes = {
        "p": {"allows": {"phone": "plain", "email": "masked"}},
        "q": {"needs": {"C2@contact": "plain"}, "allows": {"C2": "masked"}},
    }
    floor = {"version": 1, "purposes": purposes, "recipients": {"r": recipient}, "flows": {"f": flow}}
    changed = data.draw(st.sampled_from(["recipients", "flows"]))
    parts, entry = (WHOLE_RECIPIENT, recipient) if changed == "recipients" else (WHOLE_FLOW, flow)
    keys = data.draw(st.lists(st.sampled_from(sorted(parts)), min_size=1, max_size=2, unique=True))
    own = {key: entry[key] for key in ("role", "recipient", "purpose") if key in entry}
    own |= {key: data.draw(parts[key]) for key in keys}
    override = {changed: {"r" if changed == "recipients" else "f": own}}
    try:
        before, after = _loaded(tmp_path_factory.mktemp("t"), floor, override)
    except ConfigurationError:
        return
    file = asset({"m": "cn_mobile", "e": "email:masked", None: "email"}, persons=7)
    known = {"persons_this_year": 60, "population_share": 0.5, "consent": {}}
    outcomes = [{one.outcome for one in judge(policy, file, **known)} for policy in (before, after)]
    if Outcome.VIOLATION in outcomes[0]:
        assert Outcome.VIOLATION in outcomes[1]

from __future__ import annotations

import json
from datetime import date

import jsonschema
import pytest
import yaml

from pii_audit import content
from pii_audit.errors import ConfigurationError, UsageError
from pii_audit.model.forms import Form
from pii_audit.policy.language import policy_schema
from pii_audit.policy.loader import flow_between, flow_named, load_policy

# The example of the published form, word for word, save for two ids that it only mentions.
EXAMPLE = """\
version: 1
purposes:
  sms-notification:
    title: {zh: 短信通知, en: SMS notification}
    needs: {cn_mobile: plain}                 # without these the purpose cannot be served: never seen = the flow does not work as declared
    allows: {person_name: masked}             # may be used; in this form or a stronger one
    one_of: [[cn_mobile, cn_landline]]        # alternatives: one of them, not both
    never_together: [[person_name, cn_resident_id, bank_card]]
recipients:
  acme-sms:
    title: 示例短信公司
    role: processor        # processor 受托人 · controller 其他个人信息处理者 · joint_controller · affiliate · authority · internal
    region: CN
    agreement: {ref: HT-2025-011, from: 2025-01-01, until: 2027-12-31}     # shorthand for a list `agreements` with own purposes and scope
    purposes: [sms-notification]
    scope: {cn_mobile: plain, person_name: masked}
    never: [C3]                               # levels (C3, C2+ = C2 and above, jrt0197:4, pci:sad), groups or identifiers
    max_persons: {per_run: 100000, per_year: 1000000}
    sub_processors: []
    return_or_delete: on_end
    transfer: {mechanism: standard_contract, ref: …}   # cross-border: assessment certification standard_contract exempt adequacy
flows:
  sms-daily:
    source: outbox                            # a source id; with match, file names, tables or topics of it. Two flows matching one asset: an error
    match: "sms_*.csv"
    recipient: acme-sms
    purpose: sms-notification
    channel: sftp                             # sftp https mtls vpn mq ftp http smtp media …; clear ones are findings unless protection says so
    protection: {file: pgp, ref: KEY-7}
    legal_basis: contract                     # consent contract employment statutory_duty emergency public_interest public_information other_law legitimate_interests
    consent: {kind: separate, ref: CS-3, field: mkt_flag}   # plain separate written; in addition to the basis; field: row-level proof
    pia: PIA-2025-07
    fields: {mobile: cn_mobile, name: person_name, order_no: none, lxr_tel: cn_mobile@contact}   # what each column is declared to be
    undeclared_fields: violation              # when fields is given: violation (default outbound) | gap | allow
    free_text: forbid                         # or scan
    population: {key: cn_resident_id, within: core.v_overdue}
access:
  default: gap                                # a principal that no rule names: gap | violation | allow
  everyone: [PUBLIC, world, Everyone, "Authenticated Users", "Domain Users", "'%'"]
  rules:
    - {post: teller, principals: ["role:teller", crm_app], sources: [core], up_to: C2, actions: [read]}
    - {post: extraction, principals: ["role:extraction"], levels: [C2], actions: [read, export]}
  never: [{principals: [PUBLIC, world], levels: [C2, C3]}]
  incompatible: [[extraction, security_admin]]
storage:
  never: [card_cvv2, card_track1, card_track2, card_pin]
  forms: {login_credential: password_hash, C3: encrypted}
  environments: {test: {forbid: [C2+], when: {same_persons_as: [core]}}}
  retention: [{asset: "core.customer", date: closed_at, keep_at_least: 10y, delete_after: 15y}]
exceptions:
  - {rule: SHR003, flow: sms-daily, identifier: person_name, owner: 王某, approver: 李某, reason: …, until: 2026-12-31}
"""


FORMS = " | ".join(form.value for form in Form)
ROLES = "processor | controller | joint_controller | affiliate | authority | internal"


def problems(policy_of, *texts: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        policy_of(*texts)
    return caught.value.lines("en")


def test_the_published_example_loads_with_every_part(policy_of):
    policy = policy_of(EXAMPLE)
    purpose = policy.purposes["sms-notification"]
    recipient = policy.recipients["acme-sms"]
    flow = policy.flows["sms-daily"]
    assert [str(line.element) for line in purpose.permitted] == ["cn_mobile", "person_name", "cn_landline"]
    assert recipient.agreements[0].until == date(2027, 12, 31)
    assert recipient.scope.words["person_name", "customer"].requirement.forms == (Form.MASKED,)
    assert recipient.never[0].level is not None
    assert flow.fields["lxr_tel"].subject == "contact"
    assert flow.fields["order_no"].is_none
    assert (flow.consent.kind, flow.consent.field) == ("separate", "mkt_flag")
    assert flow.population.within == "core.v_overdue"
    assert policy.access.rules[0].principals == ("role:teller", "crm_app")
    assert policy.access.never[0].levels[1].word == "C3"
    assert policy.storage.environments[0].same_persons_as == ("core",)
    assert str(policy.storage.retention[0].keep_at_least) == "10y"
    assert policy.exceptions[0].until == date(2026, 12, 31)


def test_every_noun_knows_its_line(policy_of):
    policy = policy_of(EXAMPLE)
    recipient, flow = policy.recipients["acme-sms"], policy.flows["sms-daily"]
    assert policy.purposes["sms-notification"].position.to_line == "p0.yaml:3"
    assert recipient.position.to_line == "p0.yaml:10"
    assert recipient.scope.position.to_line == "p0.yaml:16"
    assert str(recipient.scope.words["person_name", "customer"].position) == "p0.yaml:16:31"
    assert recipient.agreements[0].position.to_line == "p0.yaml:14"
    assert recipient.never[0].position.to_line == "p0.yaml:17"
    assert flow.at("channel").to_line == "p0.yaml:28"
    assert flow.fields["lxr_tel"].position.to_line == "p0.yaml:33"
    assert policy.exceptions[0].position.to_line == "p0.yaml:51"


def test_the_published_example_satisfies_the_json_schema():
    document = json.loads(json.dumps(yaml.safe_load(EXAMPLE), default=str))
    jsonschema.validate(document, policy_schema())


def test_the_published_json_schema_is_current():
    assert json.loads(content.text("reports/schemas/policy.schema.json")) == policy_schema()


def test_sections_of_several_files_are_merged(policy_of):
    policy = policy_of(
        "version: 1\npurposes: {p: {needs: {cn_mobile: plain}}}\nstorage: {never: [card_cvv2]}\n",
        "version: 1\nrecipients: {r: {role: processor, scope: {cn_mobile: plain}}}\nstorage: {never: [card_pin]}\n",
        "version: 1\nflows: {f: {recipient: r, purpose: p}}\n",
    )
    assert (set(policy.purposes), set(policy.recipients), set(policy.flows)) == ({"p"}, {"r"}, {"f"})
    assert [element.word for element in policy.storage.never] == ["card_cvv2", "card_pin"]
    assert policy.files == ("p0.yaml", "p1.yaml", "p2.yaml")


def test_the_same_id_in_two_files_names_the_first_place(policy_of):
    text = "version: 1\npurposes: {p: {needs: {cn_mobile: plain}}}\n"
    assert problems(policy_of, text, text) == ['p1.yaml:2:12: "p" is already defined at p0.yaml:2']


def test_single_values_given_in_two_files_are_refused(policy_of):
    text = """\
version: 1
access: {default: gap}
storage: {forms: {C3: encrypted}, environments: {test: {forbid: [C2+]}}}
"""
    assert problems(policy_of, text, text) == [
        'p1.yaml:2:10: "default" is already given at p0.yaml:2',
        'p1.yaml:3:19: "C3" is already given at p0.yaml:3',
        'p1.yaml:3:50: "test" is already given at p0.yaml:3',
    ]


def test_all_problems_of_all_files_are_reported_at_once(policy_of):
    first = """\
version: 1
purposes:
  sms:
    needs: {cn_mobil: plain, phone@boss: maskd}
    allows: {cn_mobile@customer: plain, cn_mobile: masked}
  sms2:
    needs: {email: plain}
    allows: {email: masked}
    never_together: [[person_name]]
recipients:
  acme:
    role: procesor
    region: UK
    agreement: {ref: A, from: 2026-01-01, until: 2025-01-01}
    agreements: []
    purposes: [smss]
    never: [C4]
    scoop: {}
"""
    second = """\
version: 1
flows:
  daily:
    recipient: acne
    purpose: sms2
    fields: {a: C2, b: cn_resident}
  weekly: {purpose: sms}
storage:
  retention: [{asset: core.x, date: d, keep_at_least: 10y, delete_after: 60m}]
exceptions:
  - {rule: SHR001, owner: 王某, approver: 李某, reason: x}
  - {rule: SHR03, flow: dayly, owner: 王某, approver: 王某, reason: x, until: 2026-02-30}
"""
    assert problems(policy_of, first, second) == [
        'p0.yaml:4:13: unknown identifier, group or level "cn_mobil"; did you mean "cn_mobile"?',
        f'p0.yaml:4:42: "maskd" is not one of {FORMS}; did you mean "masked"?',
        'p0.yaml:5:14: "cn_mobile@customer" is the same as "cn_mobile" in line 5',
        'p0.yaml:8:14: "email" already stands under needs in line 7',
        "p0.yaml:9:22: needs at least 2 item(s)",
        f'p0.yaml:12:11: "procesor" is not one of {ROLES}; did you mean "processor"?',
        "p0.yaml:13:13: a region is a two-letter code of ISO 3166-1 such as CN or HK",
        "p0.yaml:14:43: ends before it begins",
        "p0.yaml:15:5: write agreement or agreements, not both",
        'p0.yaml:16:16: unknown purpose "smss"; did you mean "sms"?',
        'p0.yaml:17:13: unknown identifier, group or level "C4"',
        'p0.yaml:18:5: unknown key "scoop"; did you mean "scope"?',
        'p1.yaml:4:5: unknown recipient "acne"; did you mean "acme"?',
        "p1.yaml:6:14: a column is declared as an identifier or a group, not as a level",
        'p1.yaml:6:21: unknown identifier, group or level "cn_resident"; did you mean "cn_resident_id"?',
        'p1.yaml:7:11: missing key "recipient"',
        "p1.yaml:9:60: shorter than keep_at_least",
        "p1.yaml:11:6: rule SHR001 takes no exception",
        'p1.yaml:12:6: unknown rule "SHR03"; did you mean "SHR003"?',
        'p1.yaml:12:19: unknown flow "dayly"; did you mean "daily"?',
        "p1.yaml:12:43: the approver may not be the owner",
        "p1.yaml:12:75: 2026-02-30 is not a date of the calendar",
    ]


def test_a_subject_that_nobody_is_is_refused(policy_of):
    text = "version: 1\npurposes: {p: {needs: {cn_mobile@contakt: plain}}}\n"
    assert problems(policy_of, text) == ['p0.yaml:2:24: unknown subject "contakt"; did you mean "contact"?']


def test_a_file_that_cannot_be_parsed_does_not_make_the_others_wrong(policy_of):
    lines = problems(
        policy_of,
        "version: 1\npurposes: {p: {needs: [\n",
        "version: 1\nrecipients: {r: {role: processor, purposes: [p], scope: {cn_mobil: plain}}}\n",
    )
    assert [line.partition(": ")[0] for line in lines] == ["p0.yaml:3:1", "p1.yaml:2:58"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nversion: 1\n", 'p0.yaml:2:1: duplicate key "version" (first in line 1)'),
        ("version: 1\n\tflows: {}\n", "p0.yaml:2:1: indented with a tab"),
        ("", "p0.yaml:1:1: the file is empty"),
        ("flows: {}\n", 'p0.yaml:1:1: missing key "version"'),
        ("version: 2\n", "p0.yaml:1:10: this program knows version: 1 only"),
        ("- a\n", "p0.yaml:1:1: expected a policy file, got a list"),
        ("version: 1\nflows: [a]\n", "p0.yaml:2:8: expected a mapping, got a list"),
        ("version: 1\nexceptions: [{rule: '', owner: a}]\n", "p0.yaml:2:14: missing key"),
    ],
)
def test_bad_yaml_is_refused_at_its_place(policy_of, text, said):
    assert problems(policy_of, text)[0].startswith(said)


def test_two_flows_over_the_same_files_are_refused_where_the_second_says_so(policy_of):
    text = """\
version: 1
purposes: {p: {}}
recipients: {r: {role: internal}}
flows:
  a: {source: outbox, match: "x_*.csv", recipient: r, purpose: p}
  b: {source: outbox, match: ["y.csv", "x_*.csv"], recipient: r, purpose: p}
"""
    assert problems(policy_of, text) == ['p0.yaml:6:23: "x_*.csv" is already given at p0.yaml:5']


def test_sources_that_the_workspace_does_not_have_are_named_beside_everything_else(tmp_path, monkeypatch, catalogue):
    text = """\
version: 1
purposes: {p: {needs: {cn_mobil: plain}}}
recipients: {r: {role: internal}}
flows: {f: {source: outbox, recipient: r, purpose: p, population: {key: cn_mobile, within: cor.t}}}
access: {rules: [{principals: [x], sources: [core, cor]}]}
storage: {environments: {test: {forbid: [C2+], when: {same_persons_as: [cre]}}}}
exceptions: [{rule: SHR003, source: coore, owner: a, approver: b, reason: x}]
"""
    (tmp_path / "p.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        load_policy(["p.yaml"], tmp_path, catalogue, sources=["core", "outbx"])
    assert caught.value.lines("en") == [
        'p.yaml:2:24: unknown identifier, group or level "cn_mobil"; did you mean "cn_mobile"?',
        'p.yaml:4:13: unknown source "outbox"; did you mean "outbx"?',
        'p.yaml:4:84: unknown source "cor"; did you mean "core"?',
        'p.yaml:5:52: unknown source "cor"; did you mean "core"?',
        'p.yaml:6:73: unknown source "cre"; did you mean "core"?',
        'p.yaml:7:29: unknown source "coore"; did you mean "core"?',
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("version: 1\npurposes: {p: {title: 短信}}\n".encode("gb18030"), "p.yaml:2:23: not UTF-8"),
        ("version: 1\n# 短信\n".encode() + "# 短信\n".encode("gb18030"), "p.yaml:3:3: not UTF-8"),
        ("version: 1\n".encode("utf-16"), "p.yaml:1:1: not UTF-8"),
        (b"version: 1\nflows: {a\x00b: {}}\n", "p.yaml:2:10: control character U+0000 is not allowed"),
        (b"a: &a [x, x, x, x, x, x, x, x]\n" + b"".join(
            b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 8)) for n in range(8)
        ), "p.yaml:1:1: unknown key"),
        (b"version: 1\naccess: &a {rules: [*a]}\n", "p.yaml:2:9: an alias that contains itself"),
        (b"version: 1\npurposes: " + b"{p: " * 600 + b"}" * 600, "p.yaml:2:207: nested too deeply"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused_in_time_and_at_their_place(tmp_path, monkeypatch, catalogue, content, said):
    (tmp_path / "p.yaml").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        load_policy(["p.yaml"], tmp_path, catalogue)
    assert any(line.startswith(said) for line in caught.value.lines("en")), caught.value.lines("en")


def test_among_thousands_of_names_the_one_meant_is_still_suggested(policy_of):
    recipients = "".join(f"  bank-{number:04}-branch: {{role: internal}}\n" for number in range(2000))
    flow = "flows: {f: {recipient: %s, purpose: p}}\n"
    for slip in ("bank-1234-brnch", "ank-1234-branch"):
        [line] = problems(policy_of, f"version: 1\npurposes: {{p: {{}}}}\nrecipients:\n{recipients}{flow % slip}")
        assert line.endswith('did you mean "bank-1234-branch"?')


def test_folders_are_read_in_depth_and_hidden_files_are_not(tmp_path, catalogue):
    (tmp_path / "policies" / "hz").mkdir(parents=True)
    (tmp_path / "policies" / ".git").mkdir()
    text = "version: 1\npurposes: {%s: {}}\n"
    for name, purpose in (("b.yaml", "b"), ("a.yml", "a"), ("hz/c.yaml", "c"), (".git/d.yaml", "d"), ("e.txt", "e")):
        (tmp_path / "policies" / name).write_text(text % purpose)
    assert list(load_policy(["policies/"], tmp_path, catalogue).purposes) == ["a", "b", "c"]


def test_a_file_is_a_policy_in_whatever_case_its_name_ends(tmp_path, catalogue):
    for name, text in (
        ("floor.YAML", "version: 1\npurposes: {a: {}}\n"),
        ("more.Yml", "version: 1\npurposes: {b: {}}\n"),
        ("floor.cases.YAML", "version: 1\ncases: []\n"),
    ):
        (tmp_path / name).write_text(text)
    assert list(load_policy(["."], tmp_path, catalogue).purposes) == ["a", "b"]


POSTS = "version: 1\naccess:\n  rules: [{post: extraction, principals: [a]}, {post: security, principals: [a]}]\n"


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("extracton", "extraction"),
        ("extractoin", "extraction"),
        ("Extraction", "extraction"),
        ("securitys", "security"),
        ("security_admin", None),
        ("auditor", None),
    ],
)
def test_a_post_that_is_misspelt_where_posts_are_kept_apart_is_refused(policy_of, named, meant):
    text = f"{POSTS}  incompatible: [[{named}, auditor]]\n"
    if meant is None:
        assert policy_of(text).access.incompatible
        return
    assert problems(policy_of, text) == [f'p0.yaml:4:19: unknown post "{named}"; did you mean "{meant}"?']


def test_posts_that_are_alike_are_no_slip_where_both_are_kept_apart(policy_of):
    text = POSTS.replace("extraction", "extraction2") + "  incompatible: [[extraction2, audit], [extraction1, audit]]\n"
    assert len(policy_of(text).access.incompatible) == 2
    # A pack cannot know how its reader writes the names of posts.
    pack = "version: 1\nextends: [pack:tpcac-0001]\naccess: {rules: [{post: auditors, principals: [a]}]}\n"
    assert policy_of(pack).access.rules[0].post == "auditors"


@pytest.mark.parametrize(
    ("named", "there", "meant"),
    [
        ("tset", {"test", "prod"}, "test"),
        ("Test", {"test"}, "test"),
        ("test", {"test1"}, "test1"),
        ("test", {"prod"}, None),
        ("preprod", {"prod"}, None),
        ("dev", {"dr"}, None),
        ("test", {"test", "test1"}, None),
    ],
)
def test_an_environment_that_is_misspelt_is_refused(tmp_path, monkeypatch, catalogue, named, there, meant):
    (tmp_path / "p.yaml").write_text(f"version: 1\nstorage: {{environments: {{{named}: {{forbid: [C2+]}}}}}}\n")
    monkeypatch.chdir(tmp_path)
    if meant is None:
        assert load_policy(["p.yaml"], tmp_path, catalogue, environments=there).storage.environments[0].id == named
        return
    with pytest.raises(ConfigurationError) as caught:
        load_policy(["p.yaml"], tmp_path, catalogue, environments=there)
    assert caught.value.lines("en")[0].endswith(f'unknown environment "{named}"; did you mean "{meant}"?')


def test_a_file_named_twice_is_read_once(tmp_path, catalogue):
    (tmp_path / "a.yaml").write_text("version: 1\npurposes: {p: {}}\n")
    assert list(load_policy([".", "a.yaml"], tmp_path, catalogue).purposes) == ["p"]


def test_an_empty_folder_gives_an_empty_policy_and_a_missing_one_a_problem(tmp_path, catalogue):
    assert load_policy(["."], tmp_path, catalogue).empty
    with pytest.raises(ConfigurationError, match=r"nowhere: cannot be read: No such file"):
        load_policy(["nowhere"], tmp_path, catalogue)
    with pytest.raises(ConfigurationError, match=r'unknown pack "none"'):
        load_policy(["pack:none"], tmp_path, catalogue)


def test_a_policy_that_states_anything_is_not_empty(policy_of):
    assert not policy_of("version: 1\nstorage: {never: [card_pin]}\n").empty


def test_the_digest_changes_with_any_byte_of_any_file(policy_of):
    text = "version: 1\npurposes: {p: {}}\n"
    assert policy_of(text).digest == policy_of(text).digest
    assert policy_of(text).digest != policy_of(text + "\n").digest


def test_an_unknown_flow_is_named_with_a_suggestion_and_what_there_is(policy_of):
    policy = policy_of(EXAMPLE)
    assert flow_named(policy, "sms-daily").id == "sms-daily"
    with pytest.raises(UsageError, match=r'^unknown flow "sms-dayly"; did you mean "sms-daily"\?$'):
        flow_named(policy, "sms-dayly")
    with pytest.raises(UsageError, match=r'^unknown flow "weekly"; known: sms-daily$'):
        flow_named(policy, "weekly")


def test_a_recipient_and_a_purpose_alone_make_a_flow(policy_of):
    policy = policy_of(EXAMPLE)
    flow = flow_between(policy, "acme-sms", "sms-notification")
    assert (flow.recipient, flow.purpose, flow.legal_basis) == ("acme-sms", "sms-notification", None)
    with pytest.raises(UsageError, match='unknown recipient "acme"'):
        flow_between(policy, "acme", "sms-notification")
    with pytest.raises(UsageError, match='unknown purpose "sms"'):
        flow_between(policy, "acme-sms", "sms")


def test_an_alternative_may_be_used_in_the_form_of_the_one_that_is_stated(policy_of):
    policy = policy_of("version: 1\npurposes: {p: {needs: {cn_mobile: masked}, one_of: [[cn_landline, cn_mobile]]}}\n")
    assert policy.purposes["p"].permitted.words["cn_landline", "customer"].requirement.forms == (Form.MASKED,)


def test_a_purpose_lends_its_population_to_flows_and_its_period_to_the_assets_that_serve_it(policy_of):
    policy = policy_of("""\
version: 1
purposes:
  p:
    population: {key: cn_mobile, within: core.t}
    held_in: [core.a, core.b]
    retention: {date: closed_at, keep_at_least: 10y, delete_after: 15y}
recipients: {r: {role: internal}}
flows:
  f: {recipient: r, purpose: p}
  g: {recipient: r, purpose: p, population: {key: email, within: core.u}}
storage: {retention: [{asset: core.c, date: d, delete_after: 1y}]}
""")
    assert [policy.flows[name].population.within for name in ("f", "g")] == ["core.t", "core.u"]
    periods = [(line.asset, str(line.delete_after), line.position.line) for line in policy.storage.retention]
    assert periods == [("core.c", "1y", 11), ("core.a", "15y", 6), ("core.b", "15y", 6)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("purposes: {p: {retention: {date: d, delete_after: 1y}}}", "2:16: without held_in there is no asset"),
        ("purposes: {p: {held_in: x, retention: {date: d, keep_at_least: 2y, delete_after: 1y}}}", "2:68: shorter than"),
        ("classification: {raise: [{together: [email, cn_mobil], to: 'jrt0197:4'}]}", "2:45: unknown identifier"),
        ("classification: {raise: [{together: [email, cn_mobile], to: C3}]}", "2:57: a combination raises no C class"),
        ("classification: {raise: [{together: [otp_code, email], to: C3}]}", "2:56: a combination raises no C class"),
        ("classification: {raise: [{together: [email, name], to: 'jrt0197:3+'}]}", "2:52: expected one grade"),
        ("classification: {raise: [{together: [email, name], to: phone}]}", "2:52: expected one grade"),
        ("classification: {grades: [{asset: x, grade: 6}]}", "2:45: expected a grade from 1 to 5"),
        ("storage: {regions: {C2+: [UK]}}", "2:27: a region is a two-letter code"),
        ("storage: {regions: {C9: [CN]}}", "2:21: unknown identifier"),
        ("access: {rules: [{principals: [x], sources: []}]}", "2:45: needs at least 1 item(s)"),
        ("access: {rules: [{principals: [x], actions: []}]}", "2:45: needs at least 1 item(s)"),
        ("cross_border: {assessment_from: {sensitive: 0, other: 1}}", "2:45: expected a whole number, at least 1"),
        ("severity: {one_step_up: {sensitive: 5}}", '2:25: missing key "other"'),
        ("floor: {never: [C9], forms: {cn_mobile: maskd}}", "2:17: unknown identifier"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_other_sections_is_told_at_its_place(policy_of, text, said):
    assert any(line.startswith(f"p0.yaml:{said}") for line in problems(policy_of, f"version: 1\n{text}\n"))


@pytest.mark.parametrize("said", ["none", "TBD", "N/A", "to do", "无", "待定", "-", "?", "待补充。"])
@pytest.mark.parametrize(
    "text",
    [
        "recipients: {r: {agreement: {ref: '@'}}}",
        "recipients: {r: {agreement: {ref: HT-1, returned: {on: 2026-01-01, ref: '@'}}}}",
        "recipients: {r: {sub_processors: [{name: s, ref: '@'}]}}",
        "recipients: {r: {transfer: {mechanism: certification, ref: '@'}}}",
        "flows: {f: {consent: {kind: separate, ref: '@'}}}",
        "flows: {f: {pia: '@'}}",
        "governance: {officer: '@'}",
        "exceptions: [{rule: SHR003, owner: '@', approver: b, reason: x}]",
        "exceptions: [{rule: SHR003, owner: a, approver: '@', reason: x}]",
        "exceptions: [{rule: SHR003, owner: a, approver: b, reason: '@'}]",
        "attestations: {given: [{item: MAN001, by: '@', on: 2026-01-01, until: 2026-12-31, ref: R}]}",
        "governance: {compliance_audit: {last: 2026-01-01, ref: '@'}}",
        "attestations: {given: [{item: MAN001, by: a, on: 2026-01-01, until: 2026-12-31, ref: '@'}]}",
    ],
)
def test_a_reference_that_says_that_there_is_none_proves_nothing(policy_of, text, said):
    found = problems(policy_of, f"version: 1\n{text.replace('@', said)}\n")
    at = f"p0.yaml:2:{text.index('@')}: "
    assert f'{at}"{said}" proves nothing: leave it out where there is none' in found


def test_what_a_rule_gives_is_said_in_one_way(policy_of):
    with pytest.raises(ConfigurationError) as caught:
        policy_of("version: 1\naccess: {rules: [{principals: [a], levels: [cn_mobile], up_to: C2}]}\n")
    assert caught.value.lines("en") == ["p0.yaml:2:57: write levels or up_to, not both"]


def test_the_strictest_numbers_of_several_files_hold_and_there_is_one_home(policy_of):
    first = "version: 1\ncross_border: {home: CN, contract_from: {sensitive: 1, other: 500}}\n"
    second = (
        "version: 1\ncross_border: {contract_from: {sensitive: 2, other: 400}}\n"
        "severity: {one_step_up: {sensitive: 7, other: 9}}\n"
    )
    policy = policy_of(first, second)
    assert (policy.cross_border.contract_from.sensitive, policy.cross_border.contract_from.other) == (1, 400)
    assert (policy.severity.sensitive, policy.severity.other) == (7, 9)
    assert problems(policy_of, first, "version: 1\ncross_border: {home: HK}\n") == [
        'p1.yaml:2:16: "home" is already given at p0.yaml:2'
    ]

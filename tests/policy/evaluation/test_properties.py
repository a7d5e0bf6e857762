"""Everything about a flow that is not an element: volume, population, agreement, basis, assessment, channel, border."""

from __future__ import annotations

from datetime import date

import pytest

from pii_audit.errors import ConfigurationError
from pii_audit.policy.evaluation import ConsentProof

SOUND = {
    "role": "processor",
    "region": "region: CN",
    "agreement": "agreement: {ref: A-1, from: 2025-01-01, until: 2027-12-31}",
    "purposes": "purposes: [p]",
    "more": "",
    "channel": "channel: sftp",
    "basis": "legal_basis: contract",
    "pia": "pia: P-1",
    "flow": "",
}
# Lines of the policy below.
RECIPIENT, AGREEMENT, PURPOSES, MORE, FLOW, CHANNEL, BASIS, FLOW_MORE = 4, 7, 8, 10, 12, 14, 15, 17


def policy(**parts: str) -> str:
    said = {**SOUND, **parts}
    return f"""\
version: 1
purposes: {{p: {{needs: {{cn_mobile: plain}}, allows: {{bank_card: plain, C2@minor: plain}}}}, q: {{}}}}
recipients:
  r:
    role: {said["role"]}
    {said["region"]}
    {said["agreement"]}
    {said["purposes"]}
    scope: {{C2: plain, C2@minor: plain}}
    {said["more"]}
flows:
  f:
    recipient: r
    {said["channel"]}
    {said["basis"]}
    {said["pia"]}
    {said["flow"]}
    purpose: p
"""


@pytest.fixture
def verdicts(policy_of, judge, asset):
    """`(rule, element, outcome, line)` of all that is not compliant and no element, for a policy and one file."""

    def judged(columns=None, *, persons: int = 50, as_of: date = date(2026, 6, 30), known=None, **parts: str):
        one = asset(columns or {"mobile": "cn_mobile"}, persons=persons)
        found = judge(policy_of(policy(**parts)), one, as_of=as_of, **(known or {}))
        return [
            (v.rule, v.element, v.outcome.value, v.policy.line)
            for v in found
            if v.rule is not None and v.identifier is None
        ]

    return judged


CARD = {"mobile": "cn_mobile", "card": "bank_card"}


def test_a_sound_flow_has_nothing_against_it(verdicts):
    assert verdicts() == []


# --- SHR005 volume, SHR004 population


@pytest.mark.parametrize(("persons", "found"), [(50, []), (51, [("SHR005", "max_persons.per_run", "violation", MORE)])])
def test_the_people_of_a_run_are_counted_against_the_limit(verdicts, persons, found):
    assert verdicts(persons=persons, more="max_persons: {per_run: 50}") == found


def test_where_nothing_tells_people_apart_rows_are_the_most_there_can_be(verdicts):
    assert verdicts(persons=0, more="max_persons: {per_run: 100}") == []
    assert verdicts(persons=0, more="max_persons: {per_run: 99}") == [("SHR005", "max_persons.per_run", "gap", MORE)]
    text = verdicts({None: "cn_mobile"}, persons=0, more="max_persons: {per_run: 1000000}")
    assert text == [("SHR005", "max_persons.per_run", "gap", MORE)]


@pytest.mark.parametrize(
    ("limit", "outcome"),
    [
        ("per_run: 110", "compliant"),
        ("per_run: 109", "gap"),
        ("per_run: 9", "violation"),
        ("per_year: 200", "gap"),
        ("per_year: 9", "violation"),
        ("per_day: 9", "gap"),
    ],
)
def test_a_file_whose_people_nobody_can_count_is_not_left_out_beside_one_that_tells_its_own(
    policy_of, judge, asset, limit, outcome
):
    files = [asset({"m": "cn_mobile"}, name=f"{name}.csv", persons=persons) for name, persons in (("a", 10), ("b", 0))]
    found = judge(policy_of(policy(more=f"max_persons: {{{limit}}}")), *files, persons_this_year=10)
    assert [one.outcome.value for one in found if one.element.startswith("max_persons")] == [outcome]


def test_people_abroad_whom_nobody_can_count_are_below_no_threshold(policy_of, judge, asset):
    text = policy(region="region: SG", more="transfer: {mechanism: standard_contract, ref: T-1}")
    for persons, outcome in ((10, "compliant"), (0, "gap")):
        one = asset({"m": "cn_mobile"}, persons=persons)
        found = judge(policy_of(text), one, abroad_this_year=10)
        assert [each.outcome.value for each in found if each.element == "transfer.threshold"] == [outcome]


@pytest.mark.parametrize(
    ("year", "persons", "outcome"),
    [(None, 50, "gap"), (None, 101, "violation"), (100, 50, None), (101, 50, "violation")],
)
def test_the_people_of_a_year_are_a_gap_when_unknown(verdicts, year, persons, outcome):
    found = verdicts(persons=persons, more="max_persons: {per_year: 100}", known={"persons_this_year": year})
    assert found == ([("SHR005", "max_persons.per_year", outcome, MORE)] if outcome else [])


@pytest.mark.parametrize(("share", "outcome"), [(None, "gap"), (0.99, "violation"), (1.0, None)])
def test_everybody_must_belong_to_the_declared_population(verdicts, share, outcome):
    flow = "population: {key: cn_mobile, within: core.v_overdue}"
    found = verdicts(flow=flow, known={"population_share": share})
    assert found == ([("SHR004", "population", outcome, FLOW_MORE)] if outcome else [])


def test_rows_that_name_nobody_are_in_no_population_that_can_be_shown(verdicts):
    flow = "population: {key: cn_mobile, within: core.v_overdue}"
    for share, outcome in ((1.0, "gap"), (0.5, "violation")):
        found = verdicts(flow=flow, known={"population_share": share, "population_untold": 3})
        assert found == [("SHR004", "population", outcome, FLOW_MORE)]


# --- SHR007 agreement


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (date(2024, 12, 31), "violation"),
        (date(2025, 1, 1), None),
        (date(2027, 12, 31), None),
        (date(2028, 1, 1), "violation"),
    ],
)
def test_an_agreement_holds_from_its_first_to_its_last_day(verdicts, day, outcome):
    assert verdicts(as_of=day) == ([("SHR007", "agreement", outcome, AGREEMENT)] if outcome else [])


def test_no_agreement_on_record_is_a_gap_save_for_authorities_and_the_house(verdicts):
    assert verdicts(agreement="") == [("SHR007", "agreement", "gap", RECIPIENT)]
    assert verdicts(agreement="", role="authority") == []
    assert verdicts(agreement="", role="internal") == []


def test_an_agreement_about_another_purpose_does_not_cover_this_one(verdicts):
    assert verdicts(agreement="agreement: {ref: A, purposes: [q]}") == [("SHR007", "agreement", "violation", AGREEMENT)]


def test_one_of_several_agreements_in_force_is_enough(verdicts):
    assert verdicts(agreement="agreements: [{ref: A, until: 2025-01-01}, {ref: B, from: 2026-01-01}]") == []


def test_a_purpose_that_is_not_agreed_is_a_violation_and_none_stated_a_gap(verdicts):
    assert verdicts(purposes="purposes: [q]") == [("SHR007", "purpose", "violation", PURPOSES)]
    assert verdicts(purposes="") == [("SHR007", "purpose", "gap", RECIPIENT)]


# --- SHR008 basis and consent, SHR009 assessment


def test_a_missing_basis_is_a_gap_for_what_leaves(verdicts):
    assert verdicts(basis="") == [("SHR008", "legal_basis", "gap", FLOW)]
    assert verdicts(basis="", role="internal") == []


def test_a_basis_that_the_pipl_does_not_know_is_a_gap_where_china_is_home(policy_of, judge, asset, verdicts):
    assert verdicts(basis="legal_basis: legitimate_interests") == [("SHR008", "legal_basis", "gap", BASIS)]
    abroad = policy(region="region: DE", basis="legal_basis: legitimate_interests") + "cross_border: {home: [DE, FR]}\n"
    assert not [one for one in judge(policy_of(abroad), asset({"m": "cn_mobile"})) if one.rule == "SHR008"]


@pytest.mark.parametrize(
    ("role", "basis", "consent", "outcome"),
    [
        ("controller", "contract", None, "gap"),
        ("controller", "contract", "plain", "violation"),
        ("controller", "contract", "separate", None),
        ("affiliate", "employment", None, "gap"),
        ("affiliate", "consent", "written", None),
        ("controller", "statutory_duty", None, None),
        ("joint_controller", "contract", None, None),
        ("processor", "contract", None, None),
        ("processor", "consent", None, "gap"),
        ("processor", "consent", "plain", None),
    ],
)
def test_provision_to_another_handler_needs_separate_consent(verdicts, role, basis, consent, outcome):
    flow = f"consent: {{kind: {consent}, ref: C-1}}" if consent else ""
    found = verdicts(role=role, basis=f"legal_basis: {basis}", flow=flow)
    line = BASIS if consent is None else FLOW_MORE
    assert found == ([("SHR008", "consent", outcome, line)] if outcome else [])


@pytest.mark.parametrize("columns", [CARD, {"mobile": "cn_mobile", "kid": "cn_mobile@minor"}])
@pytest.mark.parametrize(("kind", "outcome"), [("plain", "violation"), ("separate", None)])
def test_sensitive_information_on_consent_needs_separate_consent(verdicts, columns, kind, outcome):
    found = verdicts(columns, basis="legal_basis: consent", flow=f"consent: {{kind: {kind}, ref: C-1}}")
    assert found == ([("SHR008", "consent", outcome, FLOW_MORE)] if outcome else [])


def test_consent_without_proof_is_a_gap(verdicts):
    assert verdicts(flow="consent: {kind: separate}") == [("SHR008", "consent", "gap", FLOW_MORE)]


@pytest.mark.parametrize(
    ("proof", "outcome"),
    [(None, "gap"), (ConsentProof(100, 0), None), (ConsentProof(99, 1), "violation")],
)
def test_every_row_must_prove_consent_where_a_column_is_named(verdicts, proof, outcome):
    known = {"consent": {"outbox:sms_1.csv": proof}} if proof else {}
    found = verdicts(flow="consent: {kind: separate, field: mkt_flag}", known=known)
    assert found == ([("SHR008", "consent.field", outcome, FLOW_MORE)] if outcome else [])


def test_a_missing_consent_column_is_a_gap_inside_the_house_too(verdicts):
    found = verdicts(role="internal", basis="legal_basis: consent", flow="consent: {kind: plain, field: mkt_flag}")
    assert found == [("SHR008", "consent.field", "gap", FLOW_MORE)]


@pytest.mark.parametrize(
    ("role", "columns", "outcome"),
    [
        ("processor", None, "gap"),
        ("controller", None, "gap"),
        ("authority", None, None),
        ("authority", CARD, "gap"),
        ("internal", CARD, None),
    ],
)
def test_an_impact_assessment_comes_before_provision(verdicts, role, columns, outcome):
    found = verdicts(columns, role=role, basis="legal_basis: statutory_duty", pia="")
    assert found == ([("SHR009", "pia", outcome, FLOW)] if outcome else [])


# --- SHR010 channel


@pytest.mark.parametrize(
    ("channel", "flow", "outcome"),
    [
        ("sftp", "", None),
        ("TLCP", "", None),
        ("gmtls", "", None),
        ("ftp", "", "violation"),
        ("http", "", "violation"),
        ("smtp", "", "violation"),
        ("media", "", "violation"),
        ("FTP", "", "violation"),
        ("ftp", "protection: {file: pgp, ref: K}", None),
        ("smtp", "protection: {channel: starttls}", None),
        ("ftp", "protection: {file: none}", "violation"),
        ("ftp", "protection: {ref: K}", "violation"),
        ("mq", "", "gap"),
        ("mq", "protection: {channel: tls}", None),
    ],
)
def test_clear_channels_are_violations_unless_protection_says_so(verdicts, channel, flow, outcome):
    found = verdicts(channel=f"channel: {channel}", flow=flow)
    assert found == ([("SHR010", "channel", outcome, CHANNEL)] if outcome else [])


@pytest.mark.parametrize(
    ("protection", "outcome"),
    [
        *((word, None) for word in ("PGP", "AES-256-GCM", "aes256 zip", "国密 SM4", "S/MIME", "sm4 加密", "openpgp")),
        *(
            (word, None)
            for word in ("TLS 1.3", "TLSv1.2+", "ChaCha20-Poly1305", "算法：SM4", "7z（AES-256）", "PGP, RSA 2048")
        ),
        *((word, None) for word in ("tlcp", "TLCP 1.1", "gmtls", "国密 TLS", "加密传输", "国密加密传输", "通道加密")),
        *(
            (word, "violation")
            for word in ("false", "no", "无", "n/a", "-", "plain", "csv", "base64", "gzip", "sha256")
        ),
        *(
            (word, "gap")
            for word in ("pgp=0", "pgp: 0", "pgp 0", "encryption: 0%", "加密率 100%", "pgp?", "pgp: -", "~pgp~")
        ),
        *((word, "gap") for word in ("aes!", "!aes", "tls<1.2", "tls 0.0", "pgp ×", "pgp (✗)", "不加密传输", "SM4 未")),
        *((word, "gap") for word in ("no pgp", "pgp planned", "true", "rot13", "zip", "DES", "待定", "暂不加密")),
    ],
)
def test_only_the_name_of_an_encryption_protects_a_file(verdicts, protection, outcome):
    found = verdicts(channel="channel: ftp", flow=f'protection: {{file: "{protection}"}}')
    assert [one[:3] for one in found] == ([("SHR010", "channel", outcome)] if outcome else [])


@pytest.mark.parametrize(("channel", "said"), [("ftp", "http"), ("ftp", "cleartext"), ("mq", "http"), ("sftp", "ftp")])
def test_a_clear_channel_under_protection_protects_nothing(verdicts, channel, said):
    found = verdicts(channel=f"channel: {channel}", flow=f"protection: {{channel: {said}}}")
    assert [one[:3] for one in found] == [("SHR010", "channel", "violation")]


def test_a_protected_channel_needs_no_word_under_protection(verdicts):
    assert verdicts(flow="protection: {file: none}") == []
    assert verdicts(flow="protection: {file: house-made}") == []


def test_an_endpoint_in_clear_under_an_unknown_protection_is_a_gap(verdicts):
    found = verdicts(flow='endpoint: {url: "ftp://acme.example/in"}\n    protection: {file: house-made}')
    assert [one[:3] for one in found] == [("SHR010", "channel", "gap")]


def test_a_channel_that_is_not_on_record_is_a_gap(verdicts):
    assert verdicts(channel="") == [("SHR010", "channel", "gap", FLOW)]


@pytest.mark.parametrize("form", ["masked", "keyed_hash", "tokenised", "encrypted"])
def test_values_that_nobody_on_the_way_can_read_may_go_by_a_clear_channel(verdicts, form):
    assert verdicts({"mobile": f"cn_mobile:{form}"}, channel="channel: ftp") == []


# --- XBR001, XBR002 cross-border


ABROAD = {"region": "region: US"}


@pytest.mark.parametrize("region", ["US", "HK", "MO", "TW"])
def test_without_a_mechanism_nothing_goes_abroad(verdicts, region):
    assert verdicts(region=f"region: {region}") == [("XBR001", "transfer", "violation", RECIPIENT)]


def test_an_unknown_region_is_a_gap(verdicts):
    assert verdicts(region="") == [("XBR001", "region", "gap", RECIPIENT)]
    assert verdicts(region="", role="internal") == []


def test_a_sub_processor_abroad_takes_the_data_abroad(verdicts):
    found = verdicts(more="sub_processors: [{name: cloud, region: SG, ref: U-1}]")
    assert found == [("XBR001", "transfer", "violation", RECIPIENT)]


@pytest.mark.parametrize(
    ("transfer", "outcome"),
    [
        ("{mechanism: assessment, ref: T-1}", None),
        ("{mechanism: assessment, ref: T-1, until: 2026-06-30}", None),
        ("{mechanism: assessment, ref: T-1, until: 2026-06-29}", "violation"),
        *((f"{{mechanism: {name}}}", "gap") for name in ("assessment", "certification", "standard_contract")),
        ("{mechanism: exempt, ground: contract}", None),
        ("{mechanism: adequacy}", "gap"),
    ],
)
def test_a_mechanism_must_be_one_of_the_pipl_and_in_force(verdicts, transfer, outcome):
    found = verdicts(**ABROAD, more=f"transfer: {transfer}", known={"abroad_this_year": 1})
    assert found == ([("XBR001", "transfer", outcome, MORE)] if outcome else [])


@pytest.mark.parametrize(
    ("columns", "mechanism", "year", "outcome"),
    [
        (None, "standard_contract", None, "gap"),
        (None, "standard_contract", 999_999, None),
        (None, "standard_contract", 1_000_000, "violation"),
        (None, "certification", 1_000_000, "violation"),
        (None, "assessment", None, None),
        (None, "assessment", 2_000_000, None),
        (None, "exempt", 1_000_000, "gap"),
        (None, "exempt, ground: number", 99_999, None),
        (None, "exempt, ground: number", 100_000, "violation"),
        (None, "exempt, ground: contract", 1_000_000, None),
        (CARD, "exempt", 1, "gap"),
        (CARD, "exempt, ground: number", 1, "violation"),
        (CARD, "standard_contract", 9_999, None),
        (CARD, "standard_contract", 10_000, "violation"),
    ],
)
def test_above_the_thresholds_only_an_assessment_will_do(verdicts, columns, mechanism, year, outcome):
    found = verdicts(
        columns, **ABROAD, more=f"transfer: {{mechanism: {mechanism}, ref: T-1}}", known={"abroad_this_year": year}
    )
    assert found == ([("XBR002", "transfer.threshold", outcome, MORE)] if outcome else [])


def test_a_policy_states_home_and_thresholds_of_its_own(policy_of, judge, asset):
    own = "cross_border: {home: %s, assessment_from: {sensitive: 5, other: 60}}\n"
    text = policy(region="region: %s", more="transfer: {mechanism: certification, ref: T-1}") + own

    def broken(region: str, home: str, year: int):
        found = judge(policy_of(text % (region, home)), asset({"m": "cn_mobile"}, persons=1), abroad_this_year=year)
        return [one.rule for one in found if one.rule]

    assert broken("HK", "[CN, HK]", 1_000_000) == []
    assert broken("US", "[CN, HK]", 59) == []
    assert broken("US", "[CN, HK]", 60) == ["XBR002"]
    # The numbers are those of China's rules.
    assert broken("US", "[DE, FR]", 60) == []


# --- what an agreement must say, whom a processor passes information on to, what is certified


@pytest.mark.parametrize(
    ("role", "items", "lacking"),
    [
        ("processor", "purpose, term, method, types, safeguards, duties", None),
        ("processor", "purpose, method, types, duties", "the term, the safeguards"),
        ("controller", "purpose, method, types, safeguards, duties", None),
        ("controller", "", "the purpose, the method, the kinds of information, the safeguards, the parties' rights and duties"),
    ],
)  # fmt: skip
def test_an_agreement_that_leaves_something_open_is_a_gap(policy_of, judge, asset, role, items, lacking):
    text = policy(
        role=role,
        agreement=f"agreement: {{ref: A-1, items: [{items}]}}",
        flow="consent: {kind: separate, ref: C}",
    )
    found = [one for one in judge(policy_of(text), asset({"m": "cn_mobile"})) if one.rule]
    assert [(one.rule, one.outcome.value) for one in found] == ([("SHR007", "gap")] if lacking else [])
    assert not lacking or found[0].message.en.endswith(f"does not fix {lacking}")


def test_passing_on_without_consent_is_a_gap(verdicts):
    assert verdicts(more="sub_processors: [{name: cloud, region: CN, ref: U-1}, local]") == [
        ("SHR007", "sub_processor.local", "gap", RECIPIENT),
        ("XBR001", "sub_processor.local.region", "gap", RECIPIENT),
    ]
    assert verdicts(role="internal", more="sub_processors: [local]") == []


def test_a_certification_that_has_ended_is_a_gap(verdicts):
    more = "certifications: [iso-27001, {name: pci-dss, until: %s}]"
    assert verdicts(more=more % "2026-06-30") == []
    assert verdicts(more=more % "2026-06-29") == [("SHR007", "certification.pci-dss", "gap", MORE)]


def test_people_of_whom_sensitive_information_went_are_counted_apart_where_known(verdicts):
    known = {"abroad_this_year": 500_000, "sensitive_this_year": 9_999}
    assert verdicts(CARD, **ABROAD, more="transfer: {mechanism: standard_contract, ref: T-1}", known=known) == []


@pytest.mark.parametrize(
    ("everybody", "sensitive", "outcome"),
    [(2_000_000, 5_000, "violation"), (2_000_000, 20_000, "violation"), (500_000, 20_000, "violation"), (None, 5_000, "gap")],
)  # fmt: skip
def test_sensitive_information_beside_it_hides_no_threshold_of_the_rest(verdicts, everybody, sensitive, outcome):
    known = {"abroad_this_year": everybody, "sensitive_this_year": sensitive}
    found = verdicts(CARD, **ABROAD, more="transfer: {mechanism: standard_contract, ref: T-1}", known=known)
    assert found == [("XBR002", "transfer.threshold", outcome, MORE)]


def test_this_run_alone_can_pass_the_threshold(verdicts):
    found = verdicts(
        persons=50,
        known={"persons_this_run": 1_000_000},
        **ABROAD,
        more="transfer: {mechanism: certification, ref: T-1}",
    )
    assert found == [("XBR002", "transfer.threshold", "violation", MORE)]


# --- SHR005 per day, SHR012 frequency, SHR013 drift

DAY, OTHER = date(2026, 6, 29), date(2026, 6, 30)


@pytest.mark.parametrize(
    ("days", "outcome"),
    [({DAY: 50, OTHER: 50}, None), ({DAY: 51, OTHER: 3}, "violation"), (None, "gap")],
)
def test_the_day_with_the_most_people_counts(verdicts, days, outcome):
    found = verdicts(known={"persons_per_day": days}, more="max_persons: {per_day: 50}")
    assert found == ([("SHR005", "max_persons.per_day", outcome, MORE)] if outcome else [])


@pytest.mark.parametrize(
    ("per", "days", "outcome"),
    [
        ("day", [DAY, OTHER], None),
        ("day", [DAY, DAY], "violation"),
        ("week", [DAY, OTHER], "violation"),
        ("month", [DAY, date(2026, 7, 1)], None),
        ("quarter", [date(2026, 4, 1), OTHER], "violation"),
        ("year", [date(2025, 12, 31), date(2026, 1, 1)], None),
        ("day", [], None),
    ],
)
def test_deliveries_are_counted_by_spans_of_the_calendar(verdicts, per, days, outcome):
    found = verdicts(known={"deliveries": days}, flow=f"frequency: {{at_most: 1, per: {per}}}")
    assert found == ([("SHR012", "frequency", outcome, FLOW_MORE)] if outcome else [])


def test_columns_that_were_not_there_at_first_are_drift(verdicts):
    grown = {"mobile": "cn_mobile", "remark": ""}
    assert verdicts(grown, known={"known_columns": ["mobile"]}) == [("SHR013", "columns", "gap", FLOW)]
    assert verdicts(grown, known={"known_columns": ["mobile", "remark", "gone"]}) == []


def test_declared_columns_are_judged_by_their_declaration_and_not_as_drift(verdicts):
    known = {"known_columns": ["mobile"]}
    assert verdicts({"mobile": "cn_mobile", "no": ""}, known=known, flow="fields: {mobile: cn_mobile, no: none}") == []


# --- Endpoint


def test_an_endpoint_that_is_spoken_to_in_clear_counts_whatever_the_channel_says(verdicts):
    found = verdicts(flow='endpoint: {url: "ftp://acme.example/in"}')
    assert found == [("SHR010", "channel", "violation", FLOW_MORE)]
    assert verdicts(flow='endpoint: {url: "ftp://acme.example/in"}\n    protection: {file: pgp}') == []
    assert verdicts(flow='endpoint: {url: "sftp://acme.example/in"}') == []


@pytest.mark.parametrize(
    "url", [" ftp://acme.example/in", "FTP://acme.example/in", "http:acme.example", "smtp:x@acme.example"]
)
def test_however_the_url_of_an_endpoint_is_written_its_protocol_is_read(verdicts, url):
    assert [one[:3] for one in verdicts(flow=f'endpoint: {{url: "{url}"}}')] == [("SHR010", "channel", "violation")]


def test_an_endpoint_abroad_takes_the_flow_across_the_border(verdicts):
    assert [one[:3] for one in verdicts(flow="endpoint: {region: SG}")] == [("XBR001", "transfer", "violation")]


def test_an_endpoint_with_a_password_is_refused(policy_of):
    with pytest.raises(ConfigurationError, match="secrets never stand in YAML"):
        policy_of(policy(flow='endpoint: {url: "sftp://u:secret@acme.example/in"}'))


# --- What becomes of the data after the end


@pytest.mark.parametrize(
    ("more", "returned", "rule", "outcome"),
    [
        ("", "", "SHR007", "gap"),
        ("", ", returned: {on: 2026-01-15, ref: C-9}", None, "compliant"),
        ("", ", returned: {on: 2025-12-31, ref: C-9}", None, "compliant"),
        ("", ", returned: {on: 2026-06-30, ref: C-9}", None, "compliant"),
        ("", ", returned: {on: 2026-01-15}", "SHR007", "gap"),
        ("", ", returned: {on: 2026-07-01, ref: C-9}", "SHR007", "gap"),
        ("", ", returned: {on: 2025-12-30, ref: C-9}", "SHR007", "gap"),
        ("return_or_delete: on_end", "", "SHR007", "gap"),
    ],
)
def test_after_the_end_of_an_agreement_its_data_is_to_be_returned_or_deleted(
    policy_of, judge, more, returned, rule, outcome
):
    ended = f"agreement: {{ref: A-1, from: 2025-01-01, until: 2025-12-31{returned}}}"
    [verdict] = judge(policy_of(policy(agreement=ended, more=more)))
    assert (verdict.element, verdict.rule, verdict.outcome.value) == ("return_or_delete", rule, outcome)


def test_a_flow_without_a_feed_is_a_gap_while_its_agreement_runs(policy_of, judge):
    [verdict] = judge(policy_of(policy()))
    assert (verdict.element, verdict.rule, verdict.outcome.value) == ("flow", "QLT001", "gap")

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pii_audit import content
from pii_audit.document import Reader
from pii_audit.errors import ConfigurationError, UsageError
from pii_audit.identifiers.catalogue import identifier_schema, load_catalogue
from pii_audit.identifiers.definition import SPEC, Definition
from pii_audit.identifiers.patterns import not_portable
from pii_audit.identifiers.vocabulary import Vocabulary

MINIMAL = """\
id: staff_no
title: {zh: 工号, en: Staff number}
source: our own
groups: [organisation]
levels: {jrt0171: C1}
patterns:
  - {name: plain, regex: 'S[0-9]{5}', boundary: ascii_alnum, score: 0.5}
show: {first: 1, last: 1}
adequate: {first: 1, last: 1, hidden: 3}
match: [S12345]
"""


def problems(tmp_path: Path, text: str, name: str = "staff_no.yaml") -> list[str]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue([path])
    return [
        f"{problem.position.line}:{problem.position.column}: {problem.message.en}" for problem in caught.value.problems
    ]


def test_the_wanted_identifiers_are_shipped():
    wanted = [
        "cn_resident_id",
        "cn_resident_id_15",
        "cn_hmt_residence_permit",
        "cn_foreign_pr_2023",
        "cn_foreign_pr_2017",
        "cn_passport",
        "hk_macao_permit",
        "tw_permit",
        "cn_exit_permit",
        "cn_military_id",
        "cn_uscc",
        "bank_card",
        "cn_bank_account",
        "card_cvv2",
        "card_expiry",
        "card_track1",
        "card_track2",
        "card_pin",
        "login_credential",
        "otp_code",
        "cn_mobile",
        "cn_landline",
        "phone_intl",
        "email",
        "address",
        "person_name",
        "iban",
        "us_ssn",
        "hkid",
        "tw_id",
        "ip_address",
        "mac_address",
        "imei",
        "vehicle_plate",
        "cn_driver_license",
        "cn_social_security",
        "vehicle_vin",
        "payment_account",
        "social_account",
        "location",
        "iccid",
        "imsi",
        "oaid",
        "idfa",
        "device_id",
        "macau_id",
        "sg_nric",
        "jp_mynumber",
        "kr_rrn",
        "in_pan",
        "in_aadhaar",
        "us_itin",
        "us_ein",
        "us_aba",
        "uk_nino",
        "uk_account",
        "bic",
        "passport_mrz",
        "private_key",
        "cloud_key",
        "jwt",
        "connection_string",
        "biometric",
        "kyc_media",
        "health",
        "financial_status",
        "transaction",
        "credit_report",
        "c1_items",
    ]
    assert set(load_catalogue()) == set(wanted)


def test_groups_identifiers_and_levels_expand():
    catalogue = load_catalogue()
    assert catalogue.expand("cn_mobile") == {"cn_mobile"}
    assert catalogue.expand("phone") == {"cn_mobile", "cn_landline", "phone_intl"}
    assert {
        "card_cvv2",
        "card_track1",
        "card_track2",
        "card_pin",
        "login_credential",
        "card_expiry",
        "private_key",
        "cloud_key",
        "jwt",
        "connection_string",
        "biometric",
    } == catalogue.expand("C3")
    assert catalogue.expand("pci:sad") == {"card_cvv2", "card_track1", "card_track2", "card_pin"}
    assert catalogue.expand("C3") < catalogue.expand("C2+")
    assert catalogue.known("identity_document")
    assert catalogue.known("jrt0197:3+")
    assert not catalogue.known("cn_mobil")


def test_a_word_that_means_nothing_is_refused_with_a_suggestion():
    with pytest.raises(UsageError, match="cn_mobil") as caught:
        load_catalogue().expand("cn_mobil")
    assert 'did you mean "cn_mobile"?' in str(caught.value)


def test_every_group_has_members():
    assert all(load_catalogue().groups.values())


def test_an_extra_file_adds_an_identifier(tmp_path):
    (tmp_path / "staff_no.yaml").write_text(MINIMAL, encoding="utf-8")
    catalogue = load_catalogue([tmp_path])
    assert catalogue["staff_no"].mask("S12345") == "S****5"
    assert "staff_no" not in load_catalogue()


def test_every_problem_of_a_file_is_reported_with_its_place(tmp_path):
    text = (
        MINIMAL.replace("organisation", "organization")
        .replace("S[0-9]{5}", r"\bS\d{5}")
        .replace("score: 0.5", "score: 1.5")
        .replace("match: [S12345]", "validator: lun\ncolor: red")
    )
    found = problems(tmp_path, text)
    assert [line.split(":")[0] for line in found] == ["4", "7", "7", "10", "11"]
    assert found[0] == '4:10: unknown group "organization"; did you mean "organisation"?'
    assert any("regex, character 1" in line for line in found)
    assert any("expected a number from 0" in line for line in found)
    assert found[4] == '11:1: unknown key "color"'


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("S[0-9]{5}", "S([0-9]{5}"), 7, "regex, character 2"),
        (("score: 0.5", "score: 0.5, validated: 0.4"), 7, "validated must not be below score"),
        (("score: 0.5", "score: 0.5, validated: 0.9"), 7, "no validator applies"),
        (("score: 0.5", "score: 0.5, group: 1"), 7, "the regex has 0 group(s)"),
        (("score: 0.5", "score: 0.5, requires: [t]"), 7, "a match example holds none of the literals"),
        (("score: 0.5", "score: 0.5, requires: [S]"), 7, "requires must be lower case"),
        (("id: staff_no", "id: cn_mobile"), 1, "duplicate identifier"),
        (("match: [S12345]", "chance: 1/11"), 10, "without a validator"),
        (("match: [S12345]", "validator: cn_mobil"), 10, 'did you mean "cn_mobile"?'),
        (("match: [S12345]", "lookalike: '(?=x)'"), 10, "regex, character 1"),
    ],
)
def test_what_a_schema_cannot_say_is_checked_too(tmp_path, change, line, message):
    found = problems(tmp_path, MINIMAL.replace(*change))
    assert any(text.startswith(f"{line}:") and message in text for text in found), found


def test_an_identifier_that_could_recognise_nothing_is_refused(tmp_path):
    text = "\n".join(line for line in MINIMAL.splitlines() if "pattern" not in line and "regex" not in line)
    assert any("nothing could be recognised" in line for line in problems(tmp_path, text))


def test_a_file_is_called_as_its_identifier(tmp_path):
    assert any("must be called staff_no.yaml" in line for line in problems(tmp_path, MINIMAL, "other.yaml"))


@pytest.mark.parametrize(
    "regex",
    ["(?=a)", "(?<!a)b", r"(a)\1", "a++", "a*+", r"\d", r"\bword", "(?i)a", "(?P<n>a)", "(?>a)", r"[\d]", "a{2}+"],
)
def test_what_hyperscan_or_re2_refuse_is_not_portable(regex):
    assert not_portable(regex) is not None


@pytest.mark.parametrize(
    "regex", ["(?:a|b)+?", "[^\\]a-z]{2,5}", "[]a]", r"\.\+", "a{1,}", "[一-龥]+", "(a)(?:b)", "^a$", "%?B"]
)
def test_what_all_engines_take_is_portable(regex):
    assert not_portable(regex) is None


def test_the_json_schema_is_current_and_every_shipped_file_satisfies_it():
    import jsonschema
    import yaml

    written = json.loads(content.text("reports/schemas/identifier.schema.json"))
    assert written == json.loads(json.dumps(identifier_schema()))
    validator = jsonschema.Draft202012Validator(written)
    for path in content.walk("scanners/identifiers", ".yaml"):
        if path.count("/") > 2:
            assert not list(validator.iter_errors(yaml.safe_load(content.text(path)))), path


def test_every_shipped_file_passes_the_checks_that_loading_skips():
    reader = Reader()
    vocabulary = Vocabulary.shipped(reader)
    for path in content.walk("scanners/identifiers", ".yaml"):
        if path.count("/") > 2:
            section = reader.read_bytes(content.data(path), SPEC, shown_as=path)
            assert Definition(section, vocabulary, reader).build() == load_catalogue()[section["id"]]
    assert reader.problems == []


def test_what_no_standard_calls_personal_has_no_grade():
    ungraded = {name for name, one in load_catalogue().items() if not one.levels.as_dict()}
    assert ungraded == {"us_ein", "us_aba", "bic"}


def test_loading_imports_no_heavy_library():
    code = (
        "import sys; from pii_audit.identifiers.catalogue import load_catalogue; load_catalogue(); "
        "print([name for name in ('numpy', 'stdnum', 'phonenumbers', 'spacy', 'presidio_analyzer', 'sqlalchemy', 'rich') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.stdout.strip() == "[]"

"""Presidio's recognizers as identifiers of ours: all that are predefined, and a user's own."""

from __future__ import annotations

import json
import pickle
import re
import time

import pytest
import tldextract
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from presidio_analyzer import EntityRecognizer, LocalRecognizer, Pattern, PatternRecognizer, RecognizerResult
from presidio_analyzer.predefined_recognizers import AzureAILanguageRecognizer, SpacyRecognizer

from pii_audit.auditing.files import Files
from pii_audit.cli.main import main
from pii_audit.detection import Detector
from pii_audit.detection.matcher import Matcher
from pii_audit.detection.presidio import adopted
from pii_audit.detection.presidio.adoption import predefined
from pii_audit.detection.presidio.expression import Expression, Joined
from pii_audit.detection.presidio.recognizer import IdentifierRecognizer
from pii_audit.errors import InspectionError, UsageError
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.coverage import CoverageStatus
from pii_audit.model.fingerprint import Fingerprinter

ALL = adopted("all")
PROVEN = {
    "ABA_ROUTING_NUMBER": "121000358",
    "AU_ABN": "51 824 753 556",
    "AU_ACN": "000 000 019",
    "AU_MEDICARE": "2123 45670 1",
    "AU_TFN": "876 543 210",
    "CREDIT_CARD": "4012888888881881",
    "CRYPTO": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "DE_HEALTH_INSURANCE": "A123456780",
    "DE_LANR": "123456601",
    "DE_SOCIAL_SECURITY": "15070649C103",
    "DE_TAX_ID": "86095742719",
    "EMAIL_ADDRESS": "li@example.com",
    "ES_NIE": "X1234567L",
    "ES_NIF": "12345678Z",
    "FI_PERSONAL_IDENTITY_CODE": "131052-308T",
    "IBAN_CODE": "GB82 WEST 1234 5698 7654 32",
    "IN_AADHAAR": "312345678909",
    "IN_GSTIN": "27AAPFU0939F1ZV",
    "IT_FISCAL_CODE": "RSSMRA85T10A562S",
    "IT_VAT_CODE": "07643520567",
    "KR_BRN": "124-81-00998",
    "MEDICAL_LICENSE": "BB1388568",
    "PL_PESEL": "44051401359",
    "SE_ORGANISATIONSNUMMER": "556036-0793",
    "SE_PERSONNUMMER": "811218-9876",
    "SG_UEN": "53125226D",
    "TH_TNIN": "1101700203450",
    "TR_NATIONAL_ID": "10000000146",
    "UK_NHS": "943 476 5919",
    "US_NPI": "1245319599",
    "ZA_COMPANY_REGISTRATION": "2011/001234/07",
    "ZA_ID_NUMBER": "8001015009087",
}
"""Specimens that their own validation proves."""
SHAPED = {
    "IT_DRIVER_LICENSE": "AA0123456B",
    "KR_RRN": "960121-1234567",
    "NG_NIN": "12345678901",
    "UK_DRIVING_LICENCE": "MORGA657054SM9IJ",
    "US_SSN": "536-90-4399",
    "UUID": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
}
"""Specimens of the shape alone, and one that is refuted."""


def detector(*adopted_ones, catalogue=None):
    known = load_catalogue() if catalogue is None else catalogue
    return Detector(known + adopted_ones, Fingerprinter.ephemeral())


def found(identifier, text):
    """(start, end, score) of what is not refuted."""
    return {(one.start, one.end, one.score) for _, one in identifier.finder.find([text]) if one.score > 0}


def staff(**more):
    return PatternRecognizer("STAFF_NO", patterns=[Pattern("staff", r"\bE\d{6}\b", 0.5)], **more)


def pattern_texts(recognizer):
    """Texts that hold what a recognizer's patterns describe, where Python can read them at all."""
    readable = []
    for pattern in recognizer.patterns:
        try:
            readable.append(re.compile(pattern.regex, re.DOTALL | re.MULTILINE | re.IGNORECASE))
        except re.error:
            continue
    ascii_only = st.characters(min_codepoint=32, max_codepoint=126)
    values = [st.from_regex(one, alphabet=ascii_only) for one in readable]
    specimens = {**PROVEN, **SHAPED}
    values += [st.just(specimens[entity]) for entity in recognizer.supported_entities if entity in specimens]
    return st.lists(st.one_of(*values, st.text(ascii_only, max_size=8)), max_size=4).map(" ".join)


def test_every_predefined_pattern_recognizer_is_adopted_under_its_own_name():
    expected = {
        entity
        for one in predefined().values()
        if isinstance(one, PatternRecognizer)
        for entity in one.supported_entities
    }
    assert {one.id for one in ALL} == expected
    assert len(ALL) >= 90
    assert all(one.levels.as_dict() == {} for one in ALL)


@pytest.mark.parametrize("identifier", ALL, ids=lambda one: one.id)
def test_what_presidio_finds_is_found_with_its_spans_verdicts_and_scores(identifier, monkeypatch):
    (recognizer,) = identifier.finder.recognizers
    offline = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)
    monkeypatch.setattr(tldextract, "extract", offline)

    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    @given(text=pattern_texts(recognizer))
    def same(text):
        theirs = {(one.start, one.end, one.score) for one in recognizer.analyze(text, recognizer.supported_entities)}
        ours = [RecognizerResult(identifier.id, start, end, score) for start, end, score in found(identifier, text)]
        assert {(one.start, one.end, one.score) for one in EntityRecognizer.remove_duplicates(ours)} == theirs

    same()


@pytest.mark.parametrize(("entity", "value"), PROVEN.items())
@pytest.mark.parametrize("around", ["{}", "号码{}号", "number {} .", "：{}，"])
def test_proven_values_are_found_beside_han_characters_too(entity, value, around):
    (identifier,) = (one for one in ALL if one.id == entity)
    text = around.format(value)
    start = text.index(value)
    assert (start, start + len(value), 1.0) in found(identifier, text)


def test_full_width_values_are_found_with_offsets_of_the_text():
    text = "号码：９４３４７６５９１９。"
    (nhs,) = adopted("UK_NHS")
    assert (3, 13, 1.0) in found(nhs, text)


def test_flags_are_those_of_presidio_s_registry():
    (nino,) = adopted("UK_NINO")
    assert found(nino, "nino ab123456c")


def test_a_refuted_value_is_a_candidate_with_no_score():
    matcher = Matcher(adopted("UK_NHS"))
    assert list(matcher.candidates("943 476 5918")) == []
    assert {one.base for one in matcher.candidates("943 476 5918", refuted=True)} == {0.0}


def test_an_invalidated_value_is_not_found_whatever_the_pattern_scores():
    (ssn,) = adopted("US_SSN")
    assert found(ssn, "536-90-4399")
    assert not found(ssn, "078-05-1120")


def test_an_email_domain_is_checked_without_the_network():
    (email,) = adopted("EMAIL_ADDRESS")
    assert (0, 15, 1.0) in found(email, "li@example.info")
    assert not found(email, "li@example.nosuchdomain")


def test_context_words_of_theirs_raise_a_score_and_ceiling_takes_nothing_from_what_is_certain():
    passport, nhs = adopted("US_PASSPORT", "UK_NHS")
    low, high = (next(iter(Matcher([passport]).candidates(text))) for text in ("123456789", "passport 123456789"))
    assert low.score < 0.4 <= high.score
    (certain,) = Matcher([nhs]).candidates("nhs 943 476 5919")
    assert certain.supported
    assert certain.score == 1.0


def test_by_country_name_and_entity_the_same_recognizers_are_chosen():
    assert {one.id for one in adopted("UK")} >= {"UK_NHS", "UK_NINO", "UK_PASSPORT"}
    assert [one.id for one in adopted("uk_nino")] == [one.id for one in adopted("UkNinoRecognizer")] == ["UK_NINO"]
    assert {one.id for one in adopted("US", "UK")} == {one.id for one in (*adopted("US"), *adopted("UK"))}
    assert len(adopted("UK", "UK_NINO", "UkNinoRecognizer")) == len(adopted("UK"))


def test_telephone_numbers_are_adopted_by_name_only():
    (phone,) = adopted("PhoneRecognizer")
    assert (2, 17) in {(start, end) for start, end, _ in found(phone, "电话+1 212-555-5555号")}
    assert "PHONE_NUMBER" not in {one.id for one in ALL}


def test_a_user_s_recognizer_is_adopted_with_its_own_validation():
    class Even(PatternRecognizer):
        def validate_result(self, pattern_text):
            return None if pattern_text.startswith("E0") else int(pattern_text[1:]) % 2 == 0

    (even,) = adopted(Even("STAFF_NO", patterns=[Pattern("staff", r"\bE\d{6}\b", 0.5)]))
    scores = {text: {score for *_, score in found(even, text)} for text in ("E100234", "E100235", "E000001")}
    assert scores == {"E100234": {1.0}, "E100235": set(), "E000001": {0.5}}


def test_recognizers_of_one_entity_become_one_identifier():
    other = PatternRecognizer("STAFF_NO", deny_list=["张三丰"])
    (identifier,) = adopted(staff(), other)
    assert {one[:2] for one in found(identifier, "工号E100234，张三丰")} == {(2, 9), (10, 13)}


def test_a_user_s_recognizer_with_a_search_of_its_own_is_asked():
    class Search(LocalRecognizer):
        def load(self):
            pass

        def analyze(self, text, entities, nlp_artifacts=None):
            at = text.find("needle")
            return [RecognizerResult("NEEDLE", at, at + 6, 0.7)] if at >= 0 else []

    (needle,) = adopted(Search(supported_entities=["NEEDLE"]))
    assert found(needle, "a needle") == {(2, 8, 0.7)}


def test_ours_stays_where_an_adopted_one_has_the_same_span():
    matches = detector(*adopted("CREDIT_CARD")).text_matches("card 4111 1111 1111 1111")
    assert [one.identifier for one in matches] == ["bank_card"]


def test_an_id_that_is_taken_is_refused():
    with pytest.raises(UsageError, match="email"):
        load_catalogue() + adopted(PatternRecognizer("email", deny_list=["x"]))


def test_a_part_of_a_uuid_is_no_match_but_a_uuid_is():
    text = "f81d4fae-7dec-11d0-a765-943476591900"
    kinds = {one.identifier.id for one in Matcher(ALL).candidates(text)}
    assert "UUID" in kinds
    assert all((one.start, one.end) == (0, 36) for one in Matcher(ALL).candidates(text) if one.identifier.id != "URL")


def test_a_column_of_numbers_that_pass_a_check_by_accident_is_not_reported():
    from pii_audit.detection import judge
    from pii_audit.model.asset import Asset, AssetKind, Field, TableChunk
    from pii_audit.model.coverage import Coverage

    one = detector(*adopted("UK_NHS"))
    cells = [str(9_000_000_000 + 7 * place) for place in range(2000)]
    asset = Asset("s", "t", AssetKind.TABLE, (Field("serial"),), rows=len(cells))
    tally = one.tally(asset, TableChunk("0", range(len(cells)), {"serial": cells}))
    judged = judge(one, asset, tally, Coverage("s", "t", CoverageStatus.INSPECTED, rows=len(cells), total=len(cells)))
    assert tally.fields["serial"].evidence["UK_NHS"].hits > 50
    assert "UK_NHS" not in {statement.identifier for statement in judged.fields}


@pytest.mark.parametrize("identifier", ALL, ids=lambda one: one.id)
def test_cells_joined_give_what_each_gives_by_itself(identifier):
    (recognizer,) = identifier.finder.recognizers

    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(texts=st.lists(pattern_texts(recognizer), max_size=5))
    def same(texts):
        single = {(place, one) for place, text in enumerate(texts) for _, one in identifier.finder.find([text])}
        assert set(identifier.finder.find(texts)) == single

    same()


def test_most_predefined_patterns_can_be_searched_in_joined_cells():
    expressions = [one for identifier in ALL for one in identifier.finder.expressions]
    assert sum(not one.joinable for one in expressions) <= 3


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [(r"(?<!\s)x", 26), (r"\Ax", 26), (r"x$", 0), (r"(?![^a])x", 26), (r"a.*x", 26), (r"(?!\W|$)x", 26)],
)
def test_a_pattern_that_could_see_the_border_of_cells_is_searched_in_each(pattern, flags):
    expression = Expression(pattern, flags, 0.5)
    assert list(Joined(["x", "b", "x"]).places(expression)) == [0, 1, 2]


def test_cells_in_which_nothing_can_match_are_not_searched():
    assert list(Joined(["abc", "E123456", "", "x", "E999999"]).places(Expression(r"\bE\d{6}\b", 26, 0.5))) == [1, 4]


def test_a_match_over_the_border_of_cells_hides_none_within_them():
    assert list(Joined(["12", "34 56", "x"]).places(Expression(r"\d+\W+\d+", 26, 0.5))) == [0, 1]


def test_a_pattern_with_an_unbounded_dot_takes_no_time_on_a_long_text():
    (pan,) = adopted("IN_PAN")
    text = "words without any number in them\n" * 20_000
    started = time.process_time()
    assert not found(pan, text)
    assert time.process_time() - started < 5


def test_a_detector_with_adopted_identifiers_travels_to_another_process():
    one = detector(*adopted("UK", staff()))
    text = "工号E100234，NHS号943 476 5919"
    assert pickle.loads(pickle.dumps(one)).text_matches(text) == one.text_matches(text) != []


class Fails(PatternRecognizer):
    """A recognizer that says a value when it fails."""

    def validate_result(self, pattern_text):
        message = f"what is {pattern_text}?"
        raise ValueError(message)


def test_a_recognizer_that_fails_makes_the_file_uninspected_and_tells_no_value(tmp_path):
    failing = Fails("STAFF_NO", patterns=[Pattern("staff", r"\bE\d{6}\b", 0.5)])
    (tmp_path / "a.txt").write_text("E100234\n", encoding="utf-8")
    (row,) = Files([str(tmp_path / "a.txt")]).inspect(detector(*adopted(failing)))
    assert row.coverage.status is CoverageStatus.FAILED
    assert "Fails" in row.coverage.reason.en
    assert "100234" not in repr(row.coverage)


def test_a_failure_carries_no_value_in_its_chain():
    with pytest.raises(InspectionError) as caught:
        list(adopted(Fails("X", patterns=[Pattern("x", r"E\d{6}", 0.5)]))[0].finder.find(["E100234"]))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "100234" not in str(caught.value)


def test_a_pattern_that_never_ends_fails_instead_of_being_passed_over(monkeypatch):
    monkeypatch.setattr("pii_audit.detection.presidio.expression.TIMEOUT", 0.2)
    endless = PatternRecognizer("X", patterns=[Pattern("x", r"(a|a|aa)+$", 0.5)], global_regex_flags=0)
    with pytest.raises(InspectionError, match="TimeoutError"):
        list(adopted(endless)[0].finder.find(["a" * 60 + "b"]))


@pytest.mark.parametrize(
    "recognizer",
    [
        SpacyRecognizer(),
        IdentifierRecognizer(load_catalogue()["email"], "zh"),
        object.__new__(AzureAILanguageRecognizer),
    ],
    ids=["model", "ours", "service"],
)
def test_what_needs_a_model_or_a_service_and_what_is_ours_is_refused(recognizer):
    with pytest.raises(UsageError):
        adopted(recognizer)


def test_an_unknown_word_is_refused_with_what_was_meant():
    with pytest.raises(UsageError, match="UK_NINO"):
        adopted("UK_NIN0")


REGISTRY_FILE = """
recognizers:
  - name: titles
    supported_language: en
    supported_entity: TITLE
    deny_list: [Mr., Dr.]
  - name: zip
    supported_languages: [{language: de, context: [plz]}, {language: fr}]
    supported_entity: ZIP
    patterns: [{name: zip, regex: '\\b\\d{5}\\b', score: 0.5}]
  - UkNinoRecognizer
  - {name: mine, class_name: NhsRecognizer, type: predefined, supported_languages: [pl]}
  - {name: UsSsnRecognizer, type: predefined, enabled: false}
"""


def test_a_registry_file_gives_its_recognizers_whatever_their_languages(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(REGISTRY_FILE, encoding="utf-8")
    assert [one.id for one in adopted(path)] == ["TITLE", "ZIP", "UK_NINO", "UK_NHS"]
    matches = detector(*adopted(str(path))).text_matches("Dr. Who，邮编12345号，ab123456c")
    assert [(one.identifier, one.start, one.end) for one in matches] == [
        ("TITLE", 0, 3),
        ("ZIP", 10, 15),
        ("UK_NINO", 17, 26),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("recognizers: [", "not valid YAML"),
        ("other: 1", "no list `recognizers`"),
        ("recognizers: [NoSuchRecognizer]", "recognizer 1 is wrong"),
        (
            "recognizers:\n  - {name: x, supported_entity: X, patterns: [{name: x, regex: '(', score: 1}]}",
            "recognizer 1",
        ),
        ("recognizers: [3]", "recognizer 1"),
        ("recognizers: [SpacyRecognizer]", "needs a model"),
    ],
    ids=["syntax", "shape", "name", "regex", "type", "model"],
)
def test_a_wrong_registry_file_is_a_usage_error(tmp_path, content, said):
    path = tmp_path / "own.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        adopted(path)


def test_a_missing_registry_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        adopted(tmp_path / "none.yaml")


def test_inspect_finds_with_recognizers_by_country(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("NHS号943 476 5919号\n", encoding="utf-8")
    assert main(["inspect", str(path), "--recognizers", "UK, us", "--format", "jsonl"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    match = json.loads(line)
    assert (match["identifier"], match["start"], match["end"]) == ("UK_NHS", 4, 16)
    assert "476" not in match["masked"]


def test_inspect_limits_itself_to_an_adopted_identifier(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("NHS号943 476 5919号 13800138000\n", encoding="utf-8")
    assert main(["inspect", str(path), "--recognizers", "UK", "--identifier", "UK_NHS", "--format", "jsonl"]) == 0
    assert [json.loads(line)["identifier"] for line in capsys.readouterr().out.splitlines()] == ["UK_NHS"]


def test_inspect_refuses_recognizers_that_it_does_not_know(tmp_path, capsys):
    assert main(["--lang", "en", "inspect", str(tmp_path), "--recognizers", "Narnia"]) == 2
    assert "Narnia" in capsys.readouterr().err

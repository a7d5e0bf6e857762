"""Our identifiers as a Presidio user meets them: registry, analyzer, NLP engine."""

from __future__ import annotations

import pytest
import spacy
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, EmailRecognizer

from pii_audit.detection.matcher import MATCH_THRESHOLD
from pii_audit.detection.presidio import analyzer, nlp_engine, register, registry
from pii_audit.detection.presidio.entities import entity_of
from pii_audit.detection.presidio.recognizer import IdentifierRecognizer
from pii_audit.identifiers.catalogue import load_catalogue

CATALOGUE = load_catalogue()
MIXED = "客户身份证号11010519491231002X，手机13800138000，卡号6222020000000000004，邮箱li@example.com，从114.114.114.114登录"
IN_MIXED = {
    ("CN_RESIDENT_ID", "11010519491231002X"),
    ("PHONE_NUMBER", "13800138000"),
    ("CREDIT_CARD", "6222020000000000004"),
    ("EMAIL_ADDRESS", "li@example.com"),
    ("IP_ADDRESS", "114.114.114.114"),
}


@pytest.fixture(scope="module")
def engine() -> AnalyzerEngine:
    return analyzer()


def values(results, text):
    return {(one.entity_type, text[one.start : one.end]) for one in results}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_identifiers_beside_han_characters_are_found_in_either_language(engine, language):
    assert values(engine.analyze(MIXED, language=language), MIXED) == IN_MIXED


@pytest.mark.parametrize("language", ["zh", "en", "fr"])
def test_every_identifier_is_available_in_every_language(language):
    filled = register(RecognizerRegistry(supported_languages=["fr"]))
    available = {one.name for one in filled.get_recognizers(language=language, all_fields=True)}
    assert available == set(CATALOGUE)


@pytest.mark.parametrize("identifier", [one for one in CATALOGUE.values() if one.patterns], ids=lambda one: one.id)
def test_every_example_without_a_column_is_found_by_its_recognizer(identifier):
    recognizer = IdentifierRecognizer(identifier, "zh")

    def found(text):
        results = recognizer.analyze(text, [entity_of(identifier.id)])
        return [
            one for one in recognizer.enhance_using_context(text, results, [], None) if one.score >= MATCH_THRESHOLD
        ]

    assert all(found(example.text) for example in identifier.match if example.column is None)
    assert not any(found(example.text) for example in identifier.no_match if example.column is None)


def test_a_recognizer_that_is_asked_for_another_entity_finds_nothing():
    assert IdentifierRecognizer(CATALOGUE["email"], "zh").analyze(MIXED, ["IBAN_CODE"]) == []


def test_offsets_are_those_of_the_text_before_folding(engine):
    text = "卡号：６２２２ ０２００ ００００ ００００ ００４。"
    (card,) = engine.analyze(text, language="zh", entities=["CREDIT_CARD"])
    assert text[card.start : card.end] == "６２２２ ０２００ ００００ ００００ ００４"


def test_names_given_away_by_the_words_around_them_are_persons(engine):
    text = "尊敬的张伟先生，您好"
    assert ("PERSON", "张伟") in values(engine.analyze(text, language="zh"), text)


def test_registering_keeps_what_is_there_save_the_email_recognizer_that_asks_the_network():
    mine = CreditCardRecognizer()
    filled = register(RecognizerRegistry(recognizers=[mine, EmailRecognizer()]))
    assert mine in filled.recognizers
    assert not any(type(one) is EmailRecognizer for one in filled.recognizers)
    assert "EMAIL_ADDRESS" in {entity for one in filled.recognizers for entity in one.supported_entities}


def test_registering_twice_is_registering_once():
    filled = registry()
    before = len(filled.recognizers)
    assert len(register(filled).recognizers) == before == 2 * len(CATALOGUE)


def test_a_smaller_catalogue_registers_only_what_it_holds():
    filled = registry(("zh",), {"email": CATALOGUE["email"]})
    assert [one.name for one in filled.recognizers] == ["email"]


def test_a_context_word_raises_the_score_and_is_told_and_another_label_lowers_it(engine):
    bare, beside, against = "13800138000", "手机 13800138000", "订单号 4111111111111111"
    (low,) = IdentifierRecognizer(CATALOGUE["cn_mobile"], "zh").analyze(bare, ["PHONE_NUMBER"])
    (high,) = engine.analyze(beside, language="zh", entities=["PHONE_NUMBER"], return_decision_process=True)
    (doubted,) = engine.analyze(against, language="zh", entities=["CREDIT_CARD"], return_decision_process=True)
    assert high.score == pytest.approx(low.score + 0.35)
    assert high.analysis_explanation.original_score == low.score
    assert doubted.score == pytest.approx(doubted.analysis_explanation.original_score - 0.35)


def test_without_context_scores_stay_base_scores():
    text = "银行卡 6222020000000000004"
    plain = AnalyzerEngine(registry=registry(context=False), nlp_engine=nlp_engine(), supported_languages=["zh", "en"])
    (card,) = plain.analyze(text, language="zh", entities=["CREDIT_CARD"])
    (base,) = IdentifierRecognizer(CATALOGUE["bank_card"], "zh").analyze(text, ["CREDIT_CARD"])
    assert card.score == base.score


@pytest.mark.parametrize(("language", "text"), [("zh", "员工工号：E100234"), ("en", "the badge is E100234")])
def test_presidio_s_own_enhancer_meets_context_words_in_the_blank_pipelines(language, text):
    filled = registry()
    filled.add_recognizer(
        PatternRecognizer(
            "STAFF_NO",
            patterns=[Pattern("staff", r"(?<![0-9A-Za-z])E\d{6}", 0.3)],
            context=["工号", "badge"],
            supported_language=language,
        )
    )
    engine = AnalyzerEngine(registry=filled, nlp_engine=nlp_engine(), supported_languages=["zh", "en"])
    (staff,) = engine.analyze(text, language=language, entities=["STAFF_NO"])
    assert staff.score == pytest.approx(0.65)


def test_what_a_pipeline_of_the_user_s_own_finds_is_found_too():
    own = spacy.blank("zh")
    own.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "王小明"}])
    text = "今天王小明来了，手机13800138000"
    found = values(analyzer(pipelines={"zh": own}).analyze(text, language="zh"), text)
    assert found == {("PERSON", "王小明"), ("PHONE_NUMBER", "13800138000")}


@pytest.mark.parametrize(
    "text",
    ["", " ", "\ud800身份证11010519491231002X\udc00", "\0\0", "𠀀" * 10, "a" * 1_000_001],
    ids=["empty", "space", "surrogates", "nul", "supplementary", "long"],
)
def test_odd_texts_are_analyzed_like_any_other(engine, text):
    found = values(engine.analyze(text, language="zh", entities=["CN_RESIDENT_ID", "EMAIL_ADDRESS"]), text)
    assert found == ({("CN_RESIDENT_ID", "11010519491231002X")} if "身份证" in text else set())


def test_tokens_joined_are_the_text():
    text = "身份证号：110105 abc_def\n𠀀é!"
    tokens = nlp_engine().process_text(text, "zh").tokens
    assert "".join(token.text for token in tokens) == text
    assert [token.text for token in tokens][:3] == ["身份证号", "：", "110105"]

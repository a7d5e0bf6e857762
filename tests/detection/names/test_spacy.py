from __future__ import annotations

import pytest

spacy = pytest.importorskip("spacy")

from pii_audit.detection.names.spacy import NAME, names_pipeline  # noqa: E402 - only where spaCy is


@pytest.fixture(scope="module")
def nlp():
    return names_pipeline()


def test_entities_are_persons_and_addresses_with_scores(nlp):
    doc = nlp("尊敬的张伟先生,账单已寄往杭州市西湖区文三路100号2幢301室。")
    assert [(one.text, one.label_, one.ent_id_) for one in doc.ents] == [
        ("张伟", "PERSON", "person_name"),
        ("杭州市西湖区文三路100号2幢301室", "LOC", "address"),
    ]
    assert len(doc.spans[NAME]) == len(doc.spans[NAME].attrs["scores"]) == 2


def test_labels_can_be_those_of_another_program():
    doc = names_pipeline("zh", {"person_name": "PER", "address": "LOCATION"})(
        "收货地址:杭州市西湖区文三路100号2幢301室"
    )
    assert [one.label_ for one in doc.ents] == ["LOCATION"]


def test_an_english_pipeline_finds_english_names():
    doc = names_pipeline("en")("Dear Emily, I spoke with Mary Brown.")
    assert [one.text for one in doc.ents] == ["Emily", "Mary Brown"]


def test_entities_of_an_earlier_component_stay_beside_ours():
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PRODUCT", "pattern": "Gold Card"}, {"label": "ORG", "pattern": "Mary Brown"}])
    nlp.add_pipe(NAME)
    doc = nlp("Mary Brown asked for a Gold Card.")
    assert [(one.text, one.label_) for one in doc.ents] == [("Mary Brown", "PERSON"), ("Gold Card", "PRODUCT")]


def test_a_token_that_a_name_is_part_of_is_split():
    nlp = spacy.blank("xx")
    nlp.add_pipe(NAME)
    doc = nlp("尊敬的张伟先生您好")
    assert len(spacy.blank("xx")("尊敬的张伟先生您好")) == 1
    assert [one.text for one in doc] == ["尊敬的", "张伟", "先生您好"]
    assert [one.text for one in doc.ents] == ["张伟"]


def test_presidio_finds_what_the_pipeline_finds():
    from pii_audit.detection.presidio import analyzer

    text = "我朋友周文雅住在杭州市西湖区文三路100号2幢301室。"
    found = analyzer(["zh"], pipelines={"zh": names_pipeline()}).analyze(text, "zh")
    assert {("PERSON", "周文雅"), ("LOCATION", "杭州市西湖区文三路100号2幢301室")} <= {
        (one.entity_type, text[one.start : one.end]) for one in found
    }


def test_an_empty_text_has_no_entities(nlp):
    assert nlp("").ents == ()

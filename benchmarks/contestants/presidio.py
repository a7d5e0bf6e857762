"""Presidio's AnalyzerEngine with its predefined recognizers and a blank spaCy pipeline: nothing is downloaded, nothing looked up."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.contestants.interface import Scan, Told, blocks
from benchmarks.scoring import Found

SAME = {
    "CREDIT_CARD": "bank_card",
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip_address",
    "MAC_ADDRESS": "mac_address",
    "US_SSN": "us_ssn",
    "PHONE_NUMBER": "cn_mobile",
}
"""Presidio's entities and the identifier that each comes closest to; its telephone numbers count as mobile ones, the most frequent."""
DOCUMENT = 2_000
"""Characters of a document, about; Presidio is given whole lines."""


def prepare_presidio() -> Scan:
    """The engine as shipped, for English, which has the most recognizers."""
    import spacy  # noqa: PLC0415 - of the extra names
    import tldextract  # noqa: PLC0415 - as above
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415 - as above
    from presidio_analyzer.nlp_engine import SpacyNlpEngine  # noqa: PLC0415 - as above

    # Its e-mail recognizer asks this for suffixes, which it would fetch from the network.
    setattr(tldextract, "extract", tldextract.TLDExtract(suffix_list_urls=()))  # noqa: B010 - replaced, as its type forbids
    nlp = SpacyNlpEngine()
    setattr(nlp, "nlp", {"en": spacy.blank("en")})  # noqa: B010 - what its load() would fill from a download
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.recognizers = [one for one in registry.recognizers if type(one).__name__ != "SpacyRecognizer"]
    engine = AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"])

    def scan(path: Path, size: int) -> Told:
        found, at = list[Found](), 0
        for block in blocks(path, size):
            for document in re.findall(rf"(?s).{{1,{DOCUMENT}}}.*?(?:\n|\Z)", block.decode()):
                results = engine.analyze(document, language="en")
                found += [
                    Found(at + one.start, at + one.end, SAME[one.entity_type], one.score)
                    for one in results
                    if one.entity_type in SAME
                ]
                at += len(document)
        return lambda: found

    return scan

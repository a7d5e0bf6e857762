"""Our identifiers in Presidio: into a registry that a user has, a registry of our own, and an analyzer that needs no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.predefined_recognizers import EmailRecognizer
from spacy.language import Language

from pii_audit.detection.matcher import MATCH_THRESHOLD
from pii_audit.detection.presidio.nlp import LANGUAGES, nlp_engine
from pii_audit.detection.presidio.recognizer import IdentifierRecognizer
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.model import Identifier


def register(
    registry: RecognizerRegistry,
    languages: Iterable[str] = LANGUAGES,
    catalogue: Mapping[str, Identifier] | None = None,
    *,
    context: bool = True,
) -> RecognizerRegistry:
    """Adds a recognizer for every identifier (of the shipped catalogue unless told otherwise) in every language; gives the registry back.

    Languages are those asked for and those of the registry: an identifier that depends on no language is found in all of
    them. Presidio's `EmailRecognizer`, which fetches a list from the network, is taken out; ours stands in its place. Registering
    again replaces what was registered.
    """
    known = (load_catalogue() if catalogue is None else catalogue).values()
    wanted = tuple(dict.fromkeys((*languages, *registry.supported_languages)))
    kept = [
        one
        for one in registry.recognizers
        if type(one) is not EmailRecognizer and not isinstance(one, IdentifierRecognizer)
    ]
    ours = [IdentifierRecognizer(identifier, language, context=context) for language in wanted for identifier in known]
    registry.recognizers = [*kept, *ours]
    return registry


def registry(
    languages: Iterable[str] = LANGUAGES, catalogue: Mapping[str, Identifier] | None = None, *, context: bool = True
) -> RecognizerRegistry:
    """A registry that holds our recognizers and no others."""
    wanted = list(dict.fromkeys(languages))
    return register(RecognizerRegistry(supported_languages=wanted), wanted, catalogue, context=context)


def analyzer(
    languages: Iterable[str] = LANGUAGES,
    catalogue: Mapping[str, Identifier] | None = None,
    pipelines: Mapping[str, Language] | None = None,
) -> AnalyzerEngine:
    """An AnalyzerEngine with our recognizers and an NLP engine that downloads nothing.

    `pipelines` are spaCy pipelines by language; what they find as `doc.ents` is found too. Matches below the score that counts as evidence
    elsewhere in this program are left out.
    """
    wanted = list(dict.fromkeys((*languages, *(pipelines or {}))))
    engine = nlp_engine(wanted, pipelines)
    recognizers = registry(wanted, catalogue)
    for language in engine.brought:
        cls = recognizers.get_nlp_recognizer(engine)
        recognizers.add_recognizer(cls(supported_language=language, supported_entities=engine.get_supported_entities()))
    return AnalyzerEngine(
        registry=recognizers,
        nlp_engine=engine,
        supported_languages=wanted,
        default_score_threshold=MATCH_THRESHOLD,
    )

"""An NLP engine for Presidio that needs no model: blank spaCy pipelines, cut where scripts change.

Presidio's default engine downloads `en_core_web_lg`. spaCy's blank Chinese pipeline cuts every character, so that no context word of two
characters is ever found, and blank pipelines have no lemmas, without which Presidio's enhancer is blind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import spacy
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

LANGUAGES = ("zh", "en")
_TOKEN = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+|\s+|[^\w\s]|_", re.UNICODE)
"""A run of Han characters, a word or number of another script, white space, or one other character."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half a character: spaCy's strings are UTF-8, which has none."""
_NO_LIMIT = 1 << 40
"""spaCy's limit of a million characters is meant for parsers; a blank pipeline needs none."""


class ScriptTokenizer:
    """Cuts a text where the script changes: `身份证号：11010519491231002X` is 身份证号, ：, 11010519491231002X."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The text as a document whose tokens, joined, are as long as the text; lemmas are the words in lower case."""
        words = _TOKEN.findall(_SURROGATE.sub("\ufffd", text))
        return Doc(self.vocab, words=words, spaces=[False] * len(words), lemmas=[word.lower() for word in words])


class OfflineNlpEngine(SpacyNlpEngine):
    """Blank pipelines by language, or such as a user brings; `load` downloads nothing."""

    def __init__(self, languages: Iterable[str] = LANGUAGES, pipelines: Mapping[str, Language] | None = None) -> None:
        brought = dict(pipelines or {})
        wanted = tuple(dict.fromkeys((*languages, *brought)))
        super().__init__(models=[{"lang_code": language, "model_name": "blank"} for language in wanted])
        self.brought = tuple(brought)
        self.nlp: dict[str, Language] = {language: brought.get(language) or _blank(language) for language in wanted}  # type: ignore[assignment]  # Presidio declares the None that it is before loading

    def load(self) -> None:
        """The pipelines are there from the start."""

    def _doc_to_nlp_artifact(self, doc: Doc, language: str) -> NlpArtifacts:
        """Gives lemmas to a pipeline that has no lemmatizer: the words themselves."""
        for token in doc:
            if not token.lemma_:
                token.lemma_ = token.lower_
        return super()._doc_to_nlp_artifact(doc, language)


def nlp_engine(
    languages: Iterable[str] = LANGUAGES, pipelines: Mapping[str, Language] | None = None
) -> OfflineNlpEngine:
    """The engine for some languages; `pipelines` are spaCy pipelines by language that stand in place of blank ones."""
    return OfflineNlpEngine(languages, pipelines)


def _blank(language: str) -> Language:
    try:
        pipeline = spacy.blank(language)
    except ImportError:
        pipeline = spacy.blank("xx")
    pipeline.tokenizer = ScriptTokenizer(pipeline.vocab)
    pipeline.max_length = _NO_LIMIT
    return pipeline

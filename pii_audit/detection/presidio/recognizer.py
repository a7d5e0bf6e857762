"""An identifier of ours as a recognizer that any Presidio registry takes."""

from __future__ import annotations

from collections.abc import Iterator

from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from pii_audit.detection.clearing import Clearing
from pii_audit.detection.matcher import Candidate, Matcher
from pii_audit.detection.names.finder import names_in
from pii_audit.detection.presidio.entities import entity_of
from pii_audit.identifiers.model import Identifier

SUPPORTED = "pii_audit_supported_score"
"""Metadata key: the score that the words about the match give it, more or less than its base score."""
PERSON_NAME = "person_name"


class IdentifierRecognizer(LocalRecognizer):
    r"""Finds one identifier by its patterns, boundaries and validator, exactly as the reference does; needs no NLP artifacts.

    Presidio's `PatternRecognizer` would bring `\b`, which fails beside Han characters, and one set of flags for all patterns. Scores are base
    scores; `enhance_using_context` raises those that a context word supports and lowers those that the label of another thing doubts, and leaves the others to Presidio's own enhancer, which
    finds the words in `context`. Without `context` neither happens.
    """

    def __init__(self, identifier: Identifier, language: str, *, context: bool = True) -> None:
        self.identifier = identifier
        self._engine = Clearing(Matcher((identifier,)))
        self._uses_context = context
        super().__init__(
            supported_entities=[entity_of(identifier.id)],
            name=identifier.id,
            supported_language=language,
            context=list(identifier.context) if context else [],
        )

    def load(self) -> None:
        """There is nothing to load."""

    def analyze(
        self,
        text: str,
        entities: list[str],
        nlp_artifacts: NlpArtifacts | None = None,  # noqa: ARG002 - Presidio's signature
    ) -> list[RecognizerResult]:
        """Every match with its base score, overlaps included; offsets in characters of the text as given."""
        if not set(self.supported_entities) & set(entities or self.supported_entities):
            return []
        return [*map(self._result, self._engine.candidates(text)), *self._names(text)]

    def enhance_using_context(
        self,
        text: str,  # noqa: ARG002 - Presidio's signature
        raw_recognizer_results: list[RecognizerResult],
        other_raw_recognizer_results: list[RecognizerResult],  # noqa: ARG002
        nlp_artifacts: NlpArtifacts | None,  # noqa: ARG002
        context: list[str] | None = None,  # noqa: ARG002
    ) -> list[RecognizerResult]:
        """Raises and lowers scores by the words about the matches, whatever the NLP engine makes of Chinese text."""
        if self._uses_context:
            for result in raw_recognizer_results:
                score = result.recognition_metadata.get(SUPPORTED)
                if score is not None:
                    result.score = score
                    result.recognition_metadata[RecognizerResult.IS_SCORE_ENHANCED_BY_CONTEXT_KEY] = True
                    result.analysis_explanation.set_improved_score(score)
        return raw_recognizer_results

    def _names(self, text: str) -> Iterator[RecognizerResult]:
        """Personal names that the words around them give away; they are in no pattern."""
        if self.identifier.id == PERSON_NAME:
            for start, end, score in names_in(text):
                yield self._made(start, end, score, None)

    def _result(self, candidate: Candidate) -> RecognizerResult:
        result = self._made(candidate.start, candidate.end, candidate.base, True if candidate.validated else None)
        if candidate.supported or candidate.doubted:
            result.recognition_metadata[SUPPORTED] = round(candidate.score, 4)
        return result

    def _made(self, start: int, end: int, score: float, verdict: bool | None) -> RecognizerResult:  # noqa: FBT001 - a verdict
        explanation = AnalysisExplanation(
            recognizer=self.identifier.id,
            original_score=score,
            validation_result=verdict,  # type: ignore[arg-type]  # None is no verdict, as in Presidio's own
            textual_explanation=f"{self.identifier.title.en}: {self.identifier.source}",
        )
        return RecognizerResult(
            entity_type=self.supported_entities[0],
            start=start,
            end=end,
            score=score,
            analysis_explanation=explanation,
            recognition_metadata={
                RecognizerResult.RECOGNIZER_NAME_KEY: self.identifier.id,
                RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            },
        )

"""A recognizer of Presidio as a finder of ours: its patterns, flags and validation, on texts in which Han characters bound words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from presidio_analyzer import EntityRecognizer, PatternRecognizer
from presidio_analyzer.predefined_recognizers import EmailRecognizer

from pii_audit.detection.presidio.expression import Expression, Joined
from pii_audit.errors import InspectionError
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Found
from pii_audit.language import Text

CERTAIN = 1.0
"""The score of a match that `validate_result` proves, as in Presidio."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_NEUTRAL = "\ufffc"
"""Stands for a Han character where a pattern looks for the edge of a word: no letter, no space, no punctuation."""


@dataclass(frozen=True, slots=True)
class _Searched:
    """Texts as patterns see them, and as validators do: the same length, place by place."""

    seen: Sequence[str]
    values: Sequence[str]


@dataclass(frozen=True, eq=False)
class RecognizerFinder:
    r"""Finds what recognizers of Presidio find for one entity.

    A text is searched as it is, with the very results of Presidio, and once more folded and with Han characters taken for no letters:
    `\b` sees no edge between 号 and a digit. Raises InspectionError when a recognizer fails or a pattern takes too long; its message holds
    no value.
    """

    entity: str
    recognizers: tuple[EntityRecognizer, ...] = field(repr=False)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The patterns of those recognizers that are searched by their patterns."""
        return tuple(
            one for recognizer in self.recognizers if by_pattern(recognizer) for one in _expressions(recognizer)
        )

    def find(self, texts: Sequence[str]) -> Iterator[tuple[int, Found]]:
        """Every value with the place of its text, refuted ones with a score of 0, overlaps included."""
        folded = [fold(text) for text in texts]
        edged = [text if text.isascii() else _HAN.sub(_NEUTRAL, text) for text in folded]
        passes = [_Searched(texts, texts)]
        if edged != list(texts):
            passes.append(_Searched(edged, folded))
        found: dict[tuple[int, Found], None] = {}
        for recognizer in self.recognizers:
            try:
                for searched in passes:
                    found.update(dict.fromkeys(_found(recognizer, self.entity, searched)))
            except Exception as error:  # noqa: BLE001 - a recognizer of others may raise anything, with a value in its message
                raise _failed(recognizer, error) from None
        yield from found


def by_pattern(recognizer: EntityRecognizer) -> bool:
    """Whether a recognizer is searched by its patterns: it has some, and no search of its own."""
    return isinstance(recognizer, PatternRecognizer) and type(recognizer).analyze is PatternRecognizer.analyze


def _expressions(recognizer: EntityRecognizer) -> Iterator[Expression]:
    flags = int(getattr(recognizer, "global_regex_flags", 0) or 0)
    for pattern in getattr(recognizer, "patterns", ()):
        yield Expression(pattern.regex, flags, float(pattern.score))


def _found(recognizer: EntityRecognizer, entity: str, searched: _Searched) -> Iterator[tuple[int, Found]]:
    if not isinstance(recognizer, PatternRecognizer) or not by_pattern(recognizer):
        for place, text in enumerate(searched.seen):
            for one in _analyzed(recognizer, entity, text):
                yield place, one
        return
    verdict_of = _validator(recognizer)
    joined = Joined(searched.seen)
    for expression in _expressions(recognizer):
        for place in joined.places(expression):
            for start, end in expression.spans(searched.seen[place]):
                verdict = verdict_of(searched.values[place][start:end])
                score = CERTAIN if verdict else 0.0 if verdict is False else expression.score
                yield place, Found(start, end, score, verdict)


def _analyzed(recognizer: EntityRecognizer, entity: str, text: str) -> Iterable[Found]:
    """The results of a recognizer with a search of its own; it is given no NLP artifacts."""
    results = recognizer.analyze(text, [entity], None)  # type: ignore[arg-type]  # Presidio's own take None, whatever the base class declares
    for result in results or ():
        if result.entity_type == entity and result.start < result.end:
            proven = bool(getattr(result.analysis_explanation, "validation_result", None))
            yield Found(result.start, result.end, float(result.score), True if proven else None)


def _validator(recognizer: PatternRecognizer) -> Callable[[str], bool | None]:
    """`validate_result` and `invalidate_result` as one verdict; an e-mail domain is looked up offline."""
    own = recognizer.validate_result
    validate = _has_public_domain if getattr(own, "__func__", None) is EmailRecognizer.validate_result else own

    def verdict(value: str) -> bool | None:
        judged = validate(value)
        if recognizer.invalidate_result(value):
            return False
        return None if judged is None else bool(judged)

    return verdict


def _has_public_domain(value: str) -> bool:
    """What `EmailRecognizer` asks of tldextract, by the list of public suffixes that tldextract carries."""
    return _fully_qualified()(value) != ""


@cache
def _fully_qualified() -> Callable[[str], str]:
    import tldextract  # noqa: PLC0415 - only where an address is judged

    extract = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)
    return lambda value: extract(value).fqdn


def _failed(recognizer: EntityRecognizer, error: Exception) -> InspectionError:
    kind, name = type(error).__name__, type(recognizer).__name__
    return InspectionError(
        Text(f"识别器 {name} 未能完成检查：{kind}", f"the recognizer {name} could not look through the text: {kind}"),
        todo=Text("请修正该识别器，或不启用它", "mend the recognizer, or leave it out"),
    )

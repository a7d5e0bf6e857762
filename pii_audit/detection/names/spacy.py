"""The finder of names and addresses as a component of a spaCy pipeline, and the smallest pipeline that holds it.

    import spacy
    nlp = spacy.blank("zh")
    nlp.add_pipe("pii_audit_names")
    [(entity.text, entity.label_) for entity in nlp("尊敬的张伟先生").ents]    # [("张伟", "PERSON")]

spaCy learns of the factory by the entry point `spacy_factories`, or by importing this module.
"""

from __future__ import annotations

from spacy import blank
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from pii_audit.detection.names.finder import find_names
from pii_audit.detection.names.span import ADDRESS, PERSON
from pii_audit.detection.names.tagger import load_tagger

NAME = "pii_audit_names"
LABELS = {PERSON: "PERSON", ADDRESS: "ADDRESS"}
"""spaCy's word for each identifier; Presidio's for the second is LOCATION."""


class NamesComponent:
    """Sets `doc.ents` to names and addresses; entities of earlier components stay where they do not overlap.

    A span that ends inside a token of the pipeline's tokenizer is widened to it. Each entity's score lies in `doc.spans["pii_audit_names"]`, whose
    attribute `scores` gives one for each span.
    """

    def __init__(self, labels: dict[str, str]) -> None:
        self._labels = labels
        self._tag = load_tagger().spans

    def __call__(self, doc: Doc) -> Doc:
        found = find_names(doc.text, self._tag)
        spans: list[Span] = []
        scores: list[float] = []
        for one in found:
            span = doc.char_span(one.start, one.end, label=self._labels[one.identifier], alignment_mode="expand")
            if span is not None and span.text.strip():
                spans.append(span)
                scores.append(one.score)
        doc.spans[NAME] = spans
        doc.spans[NAME].attrs["scores"] = scores
        held = {place for span in spans for place in range(span.start, span.end)}
        others = [one for one in doc.ents if not held.intersection(range(one.start, one.end))]
        doc.ents = tuple(filter_spans([*spans, *others]))
        return doc


@Language.factory(NAME, default_config={"labels": LABELS})
def create(nlp: Language, name: str, labels: dict[str, str]) -> NamesComponent:  # noqa: ARG001 - spaCy passes them by name
    """The component, as `nlp.add_pipe("pii_audit_names")` makes it; `labels` gives each identifier its label."""
    return NamesComponent(labels)


def names_pipeline(language: str = "zh", labels: dict[str, str] | None = None) -> Language:
    """A blank pipeline (no trained components, nothing to download) that finds names and addresses and nothing else."""
    nlp = blank(language)
    nlp.add_pipe(NAME, config={"labels": labels or LABELS})
    return nlp

"""The finder of names and addresses as a component of a spaCy pipeline, and the smallest pipeline that holds it.

    import spacy
    nlp = spacy.blank("zh")
    nlp.add_pipe("pii_audit_names")
    [(entity.text, entity.label_) for entity in nlp("尊敬的张伟先生").ents]    # [("张伟", "PERSON")]

spaCy learns of the factory by the entry point `spacy_factories`, or by importing this module.
"""

from __future__ import annotations

from itertools import pairwise

from spacy import blank
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from pii_audit.detection.names.finder import find_names
from pii_audit.detection.names.span import ADDRESS, PERSON
from pii_audit.detection.names.tagger import load_tagger

NAME = "pii_audit_names"
LABELS = {PERSON: "PERSON", ADDRESS: "LOC"}
"""spaCy's word for each identifier, and so Presidio's; the entity's `ent_id_` is the identifier."""


class NamesComponent:
    """Sets `doc.ents` to names and addresses; entities of earlier components stay where they do not overlap.

    A token that a name ends within is split: tokenizers of Chinese cut by words of their own. How sure each entity is stands in
    `doc.spans["pii_audit_names"].attrs["scores"]`, in the order of its spans.
    """

    def __init__(self, labels: dict[str, str]) -> None:
        self._labels = labels
        self._tag = load_tagger().spans

    def __call__(self, doc: Doc) -> Doc:
        found = find_names(doc.text, self._tag)
        _split(doc, sorted({place for one in found for place in (one.start, one.end)}))
        spans: list[Span] = []
        scores: list[float] = []
        for one in found:
            span = doc.char_span(one.start, one.end, label=self._labels[one.identifier], span_id=one.identifier)
            if span is not None:
                spans.append(span)
                scores.append(one.score)
        doc.spans[NAME] = spans
        doc.spans[NAME].attrs["scores"] = scores
        held = {place for span in spans for place in range(span.start, span.end)}
        others = [one for one in doc.ents if not held.intersection(range(one.start, one.end))]
        doc.ents = tuple(filter_spans([*spans, *others]))
        return doc


def _split(doc: Doc, places: list[int]) -> None:
    """Makes tokens end at some places of the text."""
    cuts: dict[int, list[int]] = {}
    tokens = iter(doc)
    token = next(tokens, None)
    for place in places:
        while token is not None and token.idx + len(token.text) <= place:
            token = next(tokens, None)
        if token is not None and token.idx < place:
            cuts.setdefault(token.i, []).append(place - token.idx)
    with doc.retokenize() as retokenizer:
        for number, within in cuts.items():
            whole = doc[number]
            parts = [whole.text[start:end] for start, end in pairwise([0, *within, len(whole.text)])]
            retokenizer.split(whole, parts, heads=[(whole, place) for place in range(len(parts))])


@Language.factory(NAME, default_config={"labels": LABELS})
def create(nlp: Language, name: str, labels: dict[str, str]) -> NamesComponent:  # noqa: ARG001 - spaCy passes them by name
    """The component, as `nlp.add_pipe("pii_audit_names")` makes it; `labels` gives each identifier its label."""
    return NamesComponent(labels)


def names_pipeline(language: str = "zh", labels: dict[str, str] | None = None) -> Language:
    """A blank pipeline (no trained components, nothing to download) that finds names and addresses and nothing else."""
    nlp = blank(language)
    nlp.add_pipe(NAME, config={"labels": labels or LABELS})
    return nlp

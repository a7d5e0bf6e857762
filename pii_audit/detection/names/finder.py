"""Personal names and postal addresses in running text: what context gives away, what word lists know, what the network recognises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pii_audit.detection.matcher import Taken
from pii_audit.detection.names.context import names_by_context
from pii_audit.detection.names.latin import latin_names
from pii_audit.detection.names.span import ADDRESS, PERSON, Found, Method, Tagger
from pii_audit.detection.names.streets import street_addresses
from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.people import NOT_NAMES

_LEAST = {PERSON: 0.5, ADDRESS: 0.5}
"""Below this certainty what the model says is not taken."""
_HIGHEST = 0.9
_AGREED = 0.95
_HAN_NAME = re.compile(r"[\u3400-\u9fff]{2,}(?:·[\u3400-\u9fff]+)*")
_NO_NAME = re.compile(
    "周[一二三四五六日天末]|[哈呵嘿嘻]+|商祺|同学|老师|先生|女士|某某|[\u4e00-\u9fff](?:某某?|[哥姐叔姨婶嫂爷奶总副工董老])"
)
"""What a network takes for a name now and then: weekdays, laughter, a surname with a title; `张某` is one made unrecognisable."""
_PLACED = re.compile(r"[0-9A-Za-z一二三四五六七八九十百]+ ?(?:号|弄|巷|栋|幢|座|单元|室|楼|层|组|#)|[0-9]+-[0-9]+")
_AREA = re.compile(r"[省市区县旗镇乡村路街巷里]|街道|大道")
_FULL_NAME = 3
"""Characters of a name that is looked for again in the same text; a shorter one is too easily part of a word."""


def find_names(text: str, tagger: Tagger | None = None) -> list[Found]:
    """Names and addresses in reading order; none overlaps another. Without a tagger, only what needs no model."""
    text = fold(text)
    modelled = [one for one in tagger(text) if _plausible(text, one)] if tagger is not None else []
    named = _agreed(list(names_by_context(text)), modelled)
    addresses = [*street_addresses(text), *(one for one in named if one.identifier == ADDRESS)]
    persons = [one for one in named if one.identifier == PERSON]
    taken = Taken()
    kept = [
        one
        for one in (*addresses, *persons, *_again(text, persons), *latin_names(text))
        if taken.add(one.start, one.end)
    ]
    return sorted(kept, key=lambda one: one.start)


def names_in(text: str) -> Iterator[tuple[int, int, float]]:
    """The persons that need no model: start, end, score."""
    for one in find_names(text):
        if one.identifier == PERSON:
            yield one.start, one.end, one.score


def _plausible(text: str, one: Found) -> bool:
    """What a model may say: a name is two Han characters or more, an address has a number or two levels."""
    if one.score < _LEAST[one.identifier]:
        return False
    span = text[one.start : one.end]
    if one.identifier == PERSON:
        return _HAN_NAME.fullmatch(span) is not None and _NO_NAME.fullmatch(span) is None and span not in NOT_NAMES
    return _PLACED.search(span) is not None or len(_AREA.findall(span)) > 1


def _agreed(told: Sequence[Found], modelled: Sequence[Found]) -> list[Found]:
    """Both together: the same span twice is surer; where they differ the model wins if it is sure, else context."""
    spans = {(one.start, one.end) for one in told}
    sure = [one for one in modelled if one.score >= _HIGHEST or (one.start, one.end) in spans]
    unsure = [one for one in modelled if one.score < _HIGHEST and (one.start, one.end) not in spans]
    taken = Taken()
    kept = []
    for one in (*sure, *told, *unsure):
        if taken.add(one.start, one.end):
            score = (
                _AGREED
                if one.method is Method.MODEL and (one.start, one.end) in spans
                else min(_HIGHEST, round(one.score, 2))
            )
            kept.append(replace(one, score=score))
    return kept


def _again(text: str, found: Iterable[Found]) -> list[Found]:
    """Whole names that stand elsewhere in the same text without being recognised there."""
    taken = {(one.start, one.end) for one in found}
    spans = {text[start:end] for start, end in taken if end - start >= _FULL_NAME}
    if not spans or len(spans) > 2000:  # noqa: PLR2004 - a list of people, where each stands once
        return []
    again = re.compile("|".join(map(re.escape, sorted(spans, key=len, reverse=True))))
    return [
        Found(one.start(), one.end(), PERSON, 0.6, Method.REPEATED)
        for one in again.finditer(text)
        if one.span() not in taken
    ]

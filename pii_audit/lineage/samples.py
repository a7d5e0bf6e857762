"""Values that stand for all of an identifier when a formula is tried out: nobody's, by its examples and masked samples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.model import Identifier

LONGEST, MOST = 40, 6
"""Characters of the longest sample, and how many of different lengths are tried."""
_KEEP_LENGTH = frozenset({"ends", "mobile", "name"})
"""Masks by which a masked sample is as long as its value."""
_FILLED = {"name": "三"}
_ANYTHING = "0123456789ab"


def samples_of(identifier: Identifier, masked: Sequence[str]) -> tuple[str, ...]:
    """Values of the lengths in which it was seen (`masked` samples of the column), else of those of its examples."""
    examples = list(_examples(identifier))
    if identifier.mask_as in _KEEP_LENGTH and masked:
        by_length = {len(text): text for text in examples}
        seen = {len(text): by_length.get(len(text)) or _unmasked(identifier, text) for text in masked}
        return tuple(seen[length] for length in sorted(seen) if length <= LONGEST)[:MOST] or (_ANYTHING,)
    solid = [text for text in examples if text.isalnum() or "@" in text] or examples
    by_length = {}
    for text in solid:
        by_length.setdefault(len(text), text)
    return tuple(by_length.values())[:MOST] or (_ANYTHING,)


def _examples(identifier: Identifier) -> Iterable[str]:
    for example in identifier.match:
        text = fold(example.text).strip()
        whole = example.column is not None or any(re.fullmatch(one.regex, text) for one in identifier.patterns)
        if whole and 0 < len(text) <= LONGEST:
            yield text


def _unmasked(identifier: Identifier, masked: str) -> str:
    """A value of the same shape: what is hidden becomes some character."""
    filler = _FILLED.get(identifier.mask_as, "0")
    return masked.replace(identifier.display.fill, filler)

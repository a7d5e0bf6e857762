"""The kind of a value: how it is written, digit for digit and letter for letter.

The folded value with 0 for every digit, A and a for Latin letters, 汉 for Han characters; X and x, which mask, stay, as all else does.
"""

from __future__ import annotations

import re

from pii_audit.identifiers.fold import fold

HAN = "汉"
ALIKE = (
    ("0", ((0x30, 0x39),)),
    ("A", ((0x41, 0x57), (0x59, 0x5A))),
    ("a", ((0x61, 0x77), (0x79, 0x7A))),
    (HAN, ((0x4E00, 0x9FFF),)),
)
"""Characters that stand for others, and the code points that each stands for."""
MAY_BE_NAME = re.compile(rf"\s*{HAN}[{HAN} ·•・‧.]{{1,24}}\s*").fullmatch
"""Of what kinds a value may be a name that is told by its Han characters alone."""
_SIGNS = {code: sign for sign, ranges in ALIKE for low, high in ranges for code in range(low, high + 1)}


def kind_of(value: str) -> str:
    """The kind of one value."""
    return fold(value).translate(_SIGNS)

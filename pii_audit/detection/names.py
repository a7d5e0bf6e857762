"""Personal names in free text by the words around them: a title after, a label or a salutation before.

No model is asked. What stands in running text without such a word is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii_audit.identifiers.fold import fold
from pii_audit.identifiers.people import looks_like_name

SCORE = 0.6
_HAN_NAME = r"[\u4e00-\u9fff]{1,4}(?:·[\u4e00-\u9fff]{1,8})?"
_LATIN_NAME = r"[A-Z][A-Za-z'’-]+(?: (?:[A-Z]\.|[A-Z][A-Za-z'’-]+)){1,3}"
_BEFORE = re.compile(
    r"(?:姓名|客户姓名|联系人|收件人|收货人|持卡人|申请人|借款人|担保人|投保人|被保险人|受益人|收款人|付款人|开户人|户名|经办人)[ \t]*[:是为]?[ \t]*"
    rf"({_HAN_NAME}?)(?=[\s,。;、()0-9]|$|先生|女士)"
)
_TITLED = re.compile(rf"(?:尊敬的|亲爱的|致)[ \t]*({_HAN_NAME}?)(?:先生|女士|小姐|同志|老师|阁下)")
_ENGLISH = re.compile(
    rf"(?:\b(?:Dear|Mr|Mrs|Ms|Dr)\.?[ \t]+(?:(?:Mr|Mrs|Ms|Dr)\.?[ \t]+)?|(?:[Nn]ame|[Cc]ardholder|[Cc]ustomer)[ \t]*:[ \t]*)({_LATIN_NAME})"
)


def names_in(text: str) -> Iterator[tuple[int, int, float]]:
    """The names in a text: (start, end, score), offsets in characters."""
    seen: set[int] = set()
    folded = fold(text)
    for regex in (_TITLED, _BEFORE, _ENGLISH):
        for found in regex.finditer(folded):
            if found[1] and found.start(1) not in seen and looks_like_name(found[1]):
                seen.add(found.start(1))
                yield found.start(1), found.end(1), SCORE

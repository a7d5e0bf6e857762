"""Names of tables and columns: cut into words, and weighed as a hint for or against an identifier.

Words are compared whole: `cid` is not in `acid_level`, `cvv` not in `ACADEMIC_YEAR_CODE`. Only Han characters, which are written without
spaces, are looked for inside a longer run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from pii_audit.identifiers.fold import closed, fold

EXACT = 1.0
PART = 0.7
COMMENT = 0.6
WEAK_EXACT = 0.5
WEAK_PART = 0.3
NAMELESS = 0.2
UNTOLD = 0.1
AGAINST = -1.0
AGAINST_IN_COMMENT = -0.5

_TOKEN = re.compile(
    r"[\u3400-\u9fff]+|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^\W\d_A-Z\u3400-\u9fff]+|[A-Z]+|[0-9]+",
)

_WRITTEN_OUT = {
    "nm": "name",
    "cst": "cust",
    "usr": "user",
    "mbl": "mobile",
    "eml": "email",
    "adr": "addr",
    "brch": "branch",
    "prod": "product",
    "prd": "product",
}
"""Words of column names that are another word of column names, shorter."""
ABOUT = frozenset(
    """
    type typ status stat flag flg count cnt times time date datetime dt timestamp ts days len length size level lvl expire expires expired expiry ttl
    policy rule version enabled required attempts retry retries format algorithm algo strategy strength limit
    """.split(),  # noqa: SIM905 - a list of words
)
"""Words that end the names of columns which hold something about a thing, not the thing: `password_update_time`, `pwd_expire_date`."""
ABOUT_HAN = (
    "类型 类别 种类 状态 标志 次数 数量 个数 时间 日期 时长 天数 长度 位数 级别 等级 策略 规则 版本 格式 占比 比例 上限 期限 有效期 到期日 过期日 强度".split()  # noqa: SIM905 - a list of words
)
"""The same in Chinese: 密码修改时间."""
WHOLE = "="
"""Begins a hint that has to be the whole name: `=名` is not in 产品名."""


class Hints(Protocol):
    """The words of a column's name or comment that speak for an identifier, and names that speak against it."""

    @property
    def zh(self) -> tuple[str, ...]: ...
    @property
    def en(self) -> tuple[str, ...]: ...
    @property
    def pinyin(self) -> tuple[str, ...]: ...
    @property
    def comment(self) -> tuple[str, ...]: ...
    @property
    def weak(self) -> tuple[str, ...]: ...
    @property
    def not_(self) -> tuple[str, ...]: ...


class Hinted(Protocol):
    """Whatever has column hints: an identifier."""

    @property
    def columns(self) -> Hints: ...
    @property
    def attribute(self) -> bool: ...


_NAMELESS = re.compile(r"(?:column|col|field|unnamed|c|f|列|字段)[ _:]*[0-9]{1,4}", re.IGNORECASE)
"""What a column without a header is called by us and by others."""


def is_nameless(name: str) -> bool:
    """Whether the name of a column says nothing but where it stands."""
    return _NAMELESS.fullmatch(name.strip()) is not None


@lru_cache(maxsize=16384)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, abbreviations written out (`CUST_NM` is `cust name`).

    snake_case, camelCase, PascalCase and digits are cut, runs of Han characters kept whole.
    """
    lowered = (token.lower() for token in _TOKEN.findall(fold(closed(name))))
    return tuple(_WRITTEN_OUT.get(token, token) for token in lowered)


def _is_han(token: str) -> bool:
    return "\u3400" <= token[0] <= "\u9fff"


def place(wanted: Sequence[str], words: Sequence[str]) -> tuple[int, bool] | None:
    """Where consecutive tokens stand in others and whether they are all of them; None when they do not.

    A Han token is also found inside a longer one: `手机号` in `客户手机号`.
    """
    size = len(wanted)
    if not size:
        return None
    for start in range(len(words) - size + 1):
        window = words[start : start + size]
        if all(
            want == word or (_is_han(want) and _is_han(word) and want in word)
            for want, word in zip(wanted, window, strict=True)
        ):
            return start, size == len(words) and tuple(window) == tuple(wanted)
    return None


@dataclass(frozen=True, slots=True)
class _Hit:
    """The longest hint that stands in a name: its weight, its length in characters, and whether one of them ends the name."""

    weight: float
    length: int
    last: bool


def _best(hints: Iterable[str], words: Sequence[str]) -> _Hit | None:
    hits = []
    for said in hints:
        wanted = tokens(said)
        found = place(wanted, words)
        if found is not None and (found[1] or not said.startswith(WHOLE)):
            end = found[0] + len(wanted)
            last = end == len(words) and words[-1].endswith(wanted[-1])
            hits.append(_Hit(EXACT if found[1] else PART, sum(map(len, wanted)), last))
    if not hits:
        return None
    best = max(hits, key=lambda hit: (hit.weight, hit.length))
    return replace(best, last=any(hit.last for hit in hits))


def _beaten(found: _Hit | None, against: _Hit | None) -> bool:
    """Whether the words against win: they are longer, or they end the name, whose last word says what it is (`phone_type`, 联系人关系)."""
    if against is None:
        return False
    return found is None or against.length >= found.length or (against.last and not found.last)


def hint(identifier: Hinted, name: str, comment: str | None = None) -> float:
    """How much a column's name and comment speak for an identifier, from -1 to 1.

    1.0 the name is a hint, 0.7 it contains one, 0.6 the comment does, 0.5 and 0.3 for weak names; -1.0 a name that speaks against it
    stands in the name, -0.5 in the comment.
    """
    columns = identifier.columns
    words = tokens(name)
    found = _best((*columns.zh, *columns.en, *columns.pinyin), words)
    weak = None if found else _best(columns.weak, words)
    if _beaten(found or weak, _best(columns.not_, words)) or _only_about(identifier, found or weak, words):
        return AGAINST
    if found is not None:
        return found.weight
    said = _said(identifier, tokens(comment or ""))
    if weak is not None:
        return max(said, WEAK_EXACT if weak.weight == EXACT else WEAK_PART)
    return said


def _only_about(identifier: Hinted, found: _Hit | None, words: Sequence[str]) -> bool:
    """Whether a name says that it holds something about the thing that a hint in it means; facts about people are just that."""
    if found is None or found.last or identifier.attribute:
        return False
    return words[-1] in ABOUT or words[-1].endswith(tuple(ABOUT_HAN))


def _said(identifier: Hinted, remark: Sequence[str]) -> float:
    columns = identifier.columns
    found = _best((*columns.zh, *columns.comment, *columns.en), remark)
    if _beaten(found, _best(columns.not_, remark)) or _only_about(identifier, found, remark):
        return AGAINST_IN_COMMENT
    return COMMENT if found else 0.0

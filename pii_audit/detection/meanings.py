"""What a cell means beside identifiers: a date, the proof of a consent, a sentence; kinds are those of `kinds`."""

from __future__ import annotations

from re import DOTALL, IGNORECASE
from re import compile as regex

from pii_audit.detection.kind import kind_of

DATE = regex(
    r"((?:18|19|20|21)[0-9]{2})(?:[-/.]|年)?(0[1-9]|1[0-2]|(?<=[-/.年])[1-9])(?:(?:[-/.]|月)?[0-3]?[0-9]日?)?(?:[T ].*)?"
)
is_date = regex(r"\s*0{4}[-/.年汉]?0{1,2}(?:[-/.月汉]?0{1,2}[日汉]?)?(?:[T A].*)?\s*").fullmatch
"""Whether values of a kind may be dates."""
LONGEST_DATE = 40
"""Characters; a longer cell is not looked at."""
AGREEMENTS = frozenset("1 y yes t true agree agreed granted 是 有 同意 已同意 授权 已授权 已签署".split())  # noqa: SIM905 - a list of words
may_agree = regex(rf"\s*(?:{'|'.join(sorted({kind_of(word) for word in AGREEMENTS}))})\s*", IGNORECASE).fullmatch
"""Whether values of a kind may be one of them."""
LONGEST_AGREEMENT, LONGEST_REFERENCE = 10, 50
"""Characters, white space around them included; longer cells are not looked at."""
REFERENCE = regex(r"[0-9A-Za-z][0-9A-Za-z._/: 年月日-]{3,39}")
"""A consent's number or date: at least four characters; more than zeros besides."""
is_reference = regex(r"\s*[0AaXx][0AaXx._/: 汉-]{3,39}\s*").fullmatch
"""Whether values of a kind may be the number or date of a consent."""
is_prose = regex(r"(?=.{15})(?:.*?[汉][，。；！？,;!?][^0AaXx]|.*?(?:[AaXx']+[,;]? ){7}[AaXx']+)", DOTALL).match
"""Whether values of a kind are sentences: a Han character with a mark inside, or eight Latin words in a row; an address has neither."""

"""Personal names in Latin letters: capitalised words, judged by name lists, by what stands around them, and by what they are cut at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pii_audit import content
from pii_audit.detection.matcher import overlaps
from pii_audit.detection.names.span import PERSON, Found, Method
from pii_audit.identifiers.people import listed_words

_UPPER, _LOWER = "A-ZÀ-ÖØ-ÞĀ-ž", "a-zß-öø-ÿĀ-ž"
_WORD = rf"(?:(?:[ODL]['’]|Mc|Mac|De|Di|La|Le|Van|Du|Fitz)?[{_UPPER}][{_LOWER}]+(?:-[{_UPPER}][{_LOWER}]+)*)"
_CAPITALS = rf"(?:(?:O['’])?[{_UPPER}]{{2,}}(?:-[{_UPPER}]{{2,}})?)"
_INITIAL = r"(?:[A-Z]\.(?:[A-Z]\.)?|[A-Z](?= ))"
_PARTICLE = r"(?:van|von|der|den|de|da|do|dos|das|del|della|di|la|le|bin|bint|ibn|ter|af|zu|y|al|el)"
_PART = rf"(?:{_WORD}|{_CAPITALS}|{_INITIAL})"
_MOST_PARTS = 63
"""Parts behind the first: what is longer is no sentence, and is not to be read anew from each of its words."""
_SEQUENCE = re.compile(
    rf"(?<![A-Za-z0-9_@.\\/'’{_LOWER}-])(?<![A-Za-z0-9_]\.)(?>{_PART}(?:  ?(?:{_PARTICLE} ){{0,2}}{_PART}){{0,{_MOST_PARTS}}})(?![A-Za-z0-9_@\\/]|[.-][A-Za-z0-9])"
)
_TOKEN = re.compile(rf"(?P<word>{_WORD}|{_CAPITALS})|(?P<initial>{_INITIAL})|(?P<particle>{_PARTICLE})")
_REVERSED = re.compile(rf"(?<![A-Za-z0-9_@.'’-])({_WORD}), ({_WORD}(?: {_INITIAL})?)(?![A-Za-z0-9_@])")

_TITLE = re.compile(
    r"(?:^|[^A-Za-z])(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Madam|Judge|Officer|Captain|Rev|Frau|Herr|Herrn|Mme|Mlle|Señor|Señora|Sra|Sr|Signor|Signora)\.? $"
)
_LABEL = re.compile(
    r"(?:name|holder|customer|client|applicant|borrower|attn|attention|contact(?: person)?|signed|signature|by|from|to|cc|bcc|beneficiary|payee|payer|recipient|sender|guarantor|"
    r"consignee|insured|employee|manager|agent|owner|user|patient|tenant|landlord|witness|spouse|director|teller|officer|remitter|drawer|assignee|reporter|author|nominee|advisor|"
    r"姓名|户名|客户|联系人|收款人|付款人|收件人|持卡人|申请人|借款人|担保人|受益人|经办人|英文名)[\"']?[ \t]*[:=：][ \t]*[\"']?$",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"(?:^|[^A-Za-z])(?:Dear|Hi|Hello|Hey|Dearest|Good (?:morning|afternoon|evening)),? $", re.IGNORECASE
)
_CLOSING = re.compile(
    r"(?:regards|sincerely|truly|faithfully|cheers|thanks|thank you|best|respectfully|wishes|yours),?[ \t]*(?:\r?\n[ \t]*){1,4}$",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    r"(?:^|[^A-Za-z])(?:my name is|name is|this is|spoke (?:with|to)|speaking (?:with|to)|talked to|named|wife|husband|son|daughter|brother|sister|mother|father|partner|colleague|colleagues|"
    r"friend|neighbou?r|manager|advis[eo]r|contact|ask for|asked|signed by|accompanied by|payable to|behalf of|transferred to|sent to|paid to|owed to|met|met with|called|emailed|told|"
    r"meeting with|call from|email from|letter from|hired|customer|client|borrower|guarantor|applicant|cardholder|employee|teller|officer|assigned to|approved by|reviewed by|prepared by|"
    r"I am|I'm|I’m|引荐人|客户|叫|找) $",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r",? aged? [0-9]|,? \(?(?:DOB|born|b\.)| ?<[^<>\s]+@|['’]s (?:account|card|loan|application|request|signature|wife|husband|email|phone|number|name|details|address|behalf)|"
    r" (?:said|says|wrote|called|told|asked|confirmed|replied|joined|visited|complained|reported|requested|signed|agreed|works|lives|resides|holds|phoned|emailed|applied|stated|"
    r"explained|transferred|paid|owes|married|died|advised|mentioned|submitted|opened|approved|rejected|(?:has been|was|is) employed|from accounts?)\b"
)
_SUFFIX = re.compile(r",? (?:Jr|Sr)\b\.?|,? (?:III|II|IV)\b")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_SYLLABLE = re.compile(
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:[aeiouv]|ai|ei|ao|ou|an|en|ang|eng|ong|ia|ie|iao|iu|ian|in|iang|ing|iong|ua|uo|uai|ui|uan|un|uang|ue|ve|er)"
)
_LOOK_BACK = 40
_LONGEST = 4
"""Words of a name at most."""
_LISTED, _HALF_LISTED, _TOLD, _FAINT = 0.85, 0.75, 0.7, 0.55


@cache
def _section(name: str) -> frozenset[str]:
    lines = content.text("scanners/identifiers/words/not_names_latin.txt").splitlines()
    inside, words = False, set()
    for line in lines:
        if line.startswith("["):
            inside = line == f"[{name}]"
        elif inside and not line.startswith("#"):
            words.update(line.split())
    return frozenset(words)


def _plain(word: str) -> str:
    """Lower case without accents, marks and full stops."""
    word = word.replace("’", "'").rstrip(".")
    if not word.isascii():
        word = unicodedata.normalize("NFD", word).encode("ascii", "ignore").decode()
    return word.lower()


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    kind: str
    plain: str
    capitals: bool


def latin_names(text: str) -> list[Found]:
    """The personal names in Latin letters, in reading order."""
    if not re.search("[A-Z]", text):
        return []
    found = {one.start: one for one in _reversed_names(text)}
    turned = [(one.start, one.end) for one in found.values()]
    runs = [run for sequence in _SEQUENCE.finditer(text) for run in _runs(text, sequence)]
    rest = []
    for run in runs:
        one = _judged(text, run)
        if one is None:
            rest.append(run)
        elif not overlaps(one.start, one.start + 1, turned):
            found[one.start] = one
    for one in _repeated(text, rest, found.values()):
        found.setdefault(one.start, one)
    return sorted(found.values(), key=lambda one: one.start)


def _runs(text: str, sequence: re.Match[str]) -> Iterator[list[_Token]]:
    """What a sequence of capitalised words is cut into at words that are nobody's name; the name of a firm or street is left out."""
    tokens = [
        _Token(one.start(), one.end(), str(one.lastgroup), _plain(one[0]), one[0].isupper() and len(one[0]) > 1)
        for one in _TOKEN.finditer(text, sequence.start(), sequence.end())
    ]
    run: list[_Token] = []
    for place, token in enumerate(tokens):
        if token.kind == "word" and token.plain in _section("firm"):
            run = []
        elif token.kind == "word" and token.plain in _section("other") and not _given_before_surname(tokens, place):
            yield from _trimmed(run)
            run = []
        else:
            run.append(token)
    if not re.match(r" ?& ?[A-Z]", text[sequence.end() : sequence.end() + 4]):
        yield from _trimmed(run)


def _given_before_surname(tokens: Sequence[_Token], place: int) -> bool:
    """`May Johnson`, `Will Smith`: a word that is also a given name, with a surname after it."""
    if tokens[place].plain not in (
        "may",
        "april",
        "june",
        "will",
        "grace",
        "rose",
        "mark",
        "bill",
        "grant",
        "frank",
        "mercy",
        "joy",
        "hope",
        "jose",
        "antonio",
        "diego",
        "francisco",
        "angeles",
    ):
        return False
    return place + 1 < len(tokens) and tokens[place + 1].plain in listed_words("surnames_latin")


def _trimmed(run: list[_Token]) -> Iterator[list[_Token]]:
    while run and run[0].kind == "particle":
        run = run[1:]
    while run and (run[-1].kind == "particle"):
        run = run[:-1]
    if run and any(token.kind == "word" for token in run):
        yield run


def _judged(text: str, run: list[_Token]) -> Found | None:
    if len(run) > 2 and run[-1].plain in _SUFFIXES:  # noqa: PLR2004 - given name, surname, suffix
        run = run[:-1]
    words = [token for token in run if token.kind == "word"]
    if not 0 < len(words) <= _LONGEST:
        return None
    start, end = run[0].start, run[-1].end
    before, after = text[max(0, start - _LOOK_BACK) : start], text[end : end + _LOOK_BACK]
    score = _several(words, before, after) if len(words) > 1 else _single(run, words[0], before)
    if score is None or _plain(text[start:end]).replace(" ", "-") in _section("brand"):
        return None
    suffix = _SUFFIX.match(text, end) if len(words) > 1 else None
    told = any(regex.search(before) for regex in (_TITLE, _LABEL, _SALUTATION, _CLOSING))
    return Found(start, suffix.end() if suffix else end, PERSON, score, Method.CONTEXT if told else Method.WORDS)


def _several(words: Sequence[_Token], before: str, after: str) -> float | None:
    """The score of two to four words."""
    given = words[0].plain in listed_words("given_names_latin")
    surname = any(part in listed_words("surnames_latin") for part in (words[-1].plain, words[-1].plain.split("-")[0]))
    told = any(regex.search(before) for regex in (_TITLE, _LABEL, _SALUTATION, _CLOSING))
    capitals = any(token.capitals for token in words)
    if (given and surname) or _pinyin(words):
        return _LISTED
    if told and (given or surname):
        return _LISTED
    if told:
        return _TOLD
    if capitals:
        return None
    if given and len(words) == 2:  # noqa: PLR2004 - given name and a rare surname
        return _HALF_LISTED
    about = _PHRASE.search(before) is not None or _AFTER.match(after) is not None
    if surname and about:
        return _TOLD
    return _FAINT if about and len(words) == 2 else None  # noqa: PLR2004 - two words that somebody spoke to


def _single(run: Sequence[_Token], word: _Token, before: str) -> float | None:
    """The score of one word, with or without initials."""
    given, surname = word.plain in listed_words("given_names_latin"), word.plain in listed_words("surnames_latin")
    surname = surname or word.plain in listed_words("surnames_pinyin")
    if _TITLE.search(before):
        return _HALF_LISTED
    if len(run) > 1:
        return _HALF_LISTED if surname else _FAINT if given else None
    salutation = _SALUTATION.search(before)
    if salutation and (given or surname or salutation[0].strip(" ,").lower().endswith(("dear", "dearest"))):
        return _TOLD
    if (given or surname) and not word.capitals and (_LABEL.search(before) or _CLOSING.search(before)):
        return _TOLD
    if given and not word.capitals and _PHRASE.search(before):
        return _FAINT
    return None


def _pinyin(words: Sequence[_Token]) -> bool:
    """`Zhang Xiaoming`, `Xiaoming Zhang`: a romanised Chinese surname and syllables of Hanyu Pinyin."""
    surnames = listed_words("surnames_pinyin")
    if len(words) > 3 or not {words[0].plain, words[-1].plain} & surnames:  # noqa: PLR2004 - surname and two syllables
        return False
    rest = words[1:] if words[0].plain in surnames else words[:-1]
    return all(
        re.fullmatch(rf"(?:{_SYLLABLE.pattern}){{1,2}}", token.plain.replace("-", "").replace("'", ""))
        for token in rest
    )


def _reversed_names(text: str) -> Iterator[Found]:
    """`Smith, John`, where both words are listed and the surname opens a line or follows a label."""
    for pair in _REVERSED.finditer(text):
        surname, given = _plain(pair[1]), _plain(pair[2].split(" ")[0])
        before = text[max(0, pair.start() - _LOOK_BACK) : pair.start()]
        opens = not before or before[-1] in '\n\t|,;"' or _LABEL.search(before)
        blocked = _section("other") | _section("firm")
        if (
            opens
            and surname in listed_words("surnames_latin")
            and given in listed_words("given_names_latin")
            and not {surname, given} & blocked
        ):
            yield Found(pair.start(), pair.end(), PERSON, _HALF_LISTED, Method.WORDS)


def _repeated(text: str, runs: Sequence[Sequence[_Token]], found: object) -> Iterator[Found]:
    """Single words that are part of a full name found in the same text."""
    known = {
        _plain(word)
        for one in found  # type: ignore[attr-defined]
        if one.score >= _TOLD
        for word in text[one.start : one.end].replace(",", " ").split()
        if len(word) > 2  # noqa: PLR2004 - no initials
    }
    for run in runs:
        if len(run) == 1 and run[0].plain in known:
            yield Found(run[0].start, run[0].end, PERSON, _FAINT, Method.REPEATED)

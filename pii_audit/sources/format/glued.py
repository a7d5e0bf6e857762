"""Fixed-width records that no layout describes: their fields stand glued, and a number in a longer run of digits is none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pii_audit.identifiers import cards, documents, networks
from pii_audit.language import Text

LINES, LONGEST = 200, 1000
"""So many lines are looked at, and so many characters of each."""
_RUN = re.compile(r"[0-9]{12}")
"""Without such a run nothing is glued to a number of eleven digits or more."""
_BESIDE = re.compile(r"[0-9A-Za-z]")
_SHARE = 0.8
"""Of what is written like a number and begins at one place, so much has to be one."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that is proven in `fewest` lines at one place, as many of them different as half: chance brings that about nowhere.

    Where nothing but its first three digits proves it, these have to be `beginnings` different ones, and what may as well be something else
    (`doubted`) three quarters at most.
    """

    title: Text
    shape: re.Pattern[str]
    proven: Callable[[str], object]
    fewest: int
    beginnings: int = 1
    doubted: re.Pattern[str] | None = None

    def shown_by(self, values: Sequence[str]) -> bool:
        """Whether what begins at one place of several lines is this number."""
        first = values[: self.fewest]
        # Most places are told by a few lines.
        if len(first) < self.fewest or 2 * sum(self.proven(value) is True for value in first) < self.fewest:
            return False
        proven = [value for value in values if self.proven(value) is True]
        certain = [value for value in proven if not self.doubted or not self.doubted.match(value)]
        return (
            len(proven) >= max(self.fewest, _SHARE * len(values))
            and 2 * len(set(proven)) >= len(proven)
            and 4 * len(certain) >= len(proven)
            and len({one[:3] for one in proven}) >= self.beginnings
        )


_TIME = re.compile("1[0-9][0-5][0-9][0-5][0-9]|19[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]")
"""A time of day or a date, with a year of two digits or of four."""
_CARD = Text("银行卡号", "a card number")
_NUMBERS = (
    _Number(
        Text("身份证号", "a resident ID number"),
        re.compile("(?=([0-9]{17}[0-9Xx]))"),
        documents.resident_id,
        5,
    ),
    _Number(_CARD, re.compile("(?=([0-9]{16}))"), cards.card, 10),
    _Number(_CARD, re.compile("(?=([0-9]{19}))"), cards.card, 10),
    _Number(Text("手机号", "a mobile number"), re.compile("(?=(1[0-9]{10}))"), networks.cn_mobile, 20, 5, _TIME),
)


def glued(text: str, codec: str) -> Text | None:
    """What stands glued to other digits or letters at one place of many lines, so that it is not read; None where nothing does.

    Places are counted in characters and in bytes of the encoding, in either of which records have their width.
    """
    records = [line[:LONGEST] for line in text.split("\n", LINES)[:LINES] if _RUN.search(line)]
    for number in _NUMBERS:
        at = _place(number, records, codec) if len(records) >= number.fewest else None
        if at is not None:
            return Text(
                f"第 {at + 1} 列起的{number.title.zh}与其他字符相连，像是没有布局的定长记录，其中的号码未能识别：请在 layouts 中声明布局",
                f"from column {at + 1} on {number.title.en} stands glued to what is beside it, as in fixed-width records "
                "without a layout, and such numbers are not told: declare one under layouts",
            )
    return None


def _place(number: _Number, records: Sequence[str], codec: str) -> int | None:
    """Where the number stands in so many records, from 0."""
    written: dict[tuple[str, int], list[str]] = defaultdict(list)
    for record in records:
        for at, value in _beside_others(number.shape, record):
            written["characters", at].append(value)
            if not record.isascii():
                at = len(record[:at].encode(codec, "replace"))  # noqa: PLW2901 - the same place, in bytes
            written["bytes", at].append(value)
    return next((at for (_, at), values in written.items() if number.shown_by(values)), None)


def _beside_others(shape: re.Pattern[str], record: str) -> Iterator[tuple[int, str]]:
    for found in shape.finditer(record):
        start, end = found.span(1)
        if _BESIDE.match(record, end) or (start and _BESIDE.match(record, start - 1)):
            yield start, found[1]

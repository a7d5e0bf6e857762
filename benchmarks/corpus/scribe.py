"""Puts values and hard negatives into words: phrases, fields of records, sentences without either."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchmarks.corpus.decoys import DECOYS, Decoy, decoy
from benchmarks.corpus.people import Stock, english_name, person_name
from benchmarks.corpus.values import MAKERS, Value
from benchmarks.corpus.words import DECOY_LABELS, LABELS, SPELLED_OUT

Piece = str | Value | Decoy

RARE_DECOYS = {"lookalike_mobile": 0.13, "lookalike_card": 0.004, "amount_large": 0.4, "uuid_digits": 0.4}
"""Weights of those that are rarer than the others (1): one look-alike mobile number for ten real ones, one card for three hundred."""
_SPELLED_ZH, _SPELLED_EN = (":", "：", ": ", "="), (": ", "=", " = ", ":")
_SPOKEN = {
    "login_credential": ("为", "是"),
    "otp_code": ("为", "是"),
    "card_cvv2": ("是", "为"),
    "card_pin": ("是", "为"),
}
_PROSE_ZH = (
    "经核实该笔业务资料齐全,同意按流程继续办理。",
    "客户对服务表示满意,暂无其他诉求。",
    "本行将于下月起调整网点营业时间,敬请留意公告。",
    "根据内部管理要求,相关凭证须由双人复核并妥善保管。",
    "系统升级期间部分功能暂停使用,给您带来不便敬请谅解。",
    "会议讨论了季度信贷投放计划以及不良资产处置进展。",
    "风险提示:理财非存款,产品有风险,投资须谨慎。",
    "该客户已完成风险测评,结果为稳健型。",
)
_PROSE_EN = (
    "The branch confirmed that all documents were complete and the case may proceed. ",
    "Customer was satisfied with the answer and had no further questions. ",
    "Opening hours will change next month; see the notice at the counter. ",
    "Quarterly lending figures were discussed together with the recovery plan. ",
    "Please note that investments may lose value and are not deposits. ",
)


class Scribe:
    """A seeded writer; the same seed writes the same corpus."""

    def __init__(self, seed: int, stock: Stock, extra_decoys: Sequence[str] = ()) -> None:
        self.random = Random(seed)  # noqa: S311 - repeatable, not secret
        self.stock = stock
        self._identifiers = list(MAKERS)
        self._weights = [weight for weight, _ in MAKERS.values()]
        self._decoys = [*DECOYS, *extra_decoys]
        self._decoy_weights = [RARE_DECOYS.get(kind, 1.0) for kind in self._decoys]

    def value(self) -> Value:
        """An identifier, by frequency."""
        return MAKERS[self.random.choices(self._identifiers, self._weights)[0]][1](self.random, self.stock)

    def decoy(self) -> Decoy:
        """A hard negative, by frequency."""
        return decoy(self.random, self.random.choices(self._decoys, self._decoy_weights)[0])

    def one(self, *choices: str) -> str:
        """One of some strings."""
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        """True for that share of calls."""
        return self.random.random() < share

    def name(self) -> str:
        """A Chinese name."""
        return person_name(self.random, self.stock)

    def english_name(self) -> str:
        """A western name."""
        return english_name(self.random, self.stock)

    def clock(self) -> str:
        """A time of day."""
        return f"{self.random.randrange(24):02d}:{self.random.randrange(60):02d}:{self.random.randrange(60):02d}"

    def day(self) -> str:
        """A date."""
        return (
            f"20{self.random.randrange(19, 27)}-{self.random.randrange(1, 13):02d}-{self.random.randrange(1, 29):02d}"
        )

    def prose_zh(self) -> str:
        """A sentence without numbers."""
        return self.random.choice(_PROSE_ZH)

    def prose_en(self) -> str:
        """A sentence without numbers."""
        return self.random.choice(_PROSE_EN)

    def phrase_zh(self, item: Value | Decoy) -> list[Piece]:
        """A value with its Chinese name, or without where it needs none; glued to it or not."""
        labels = LABELS[item.identifier] if isinstance(item, Value) else DECOY_LABELS[item.kind]
        if isinstance(item, Value):
            if item.identifier in SPELLED_OUT:
                connectors = (*_SPELLED_ZH, *_SPOKEN.get(item.identifier, ()))
                return [self.one(*labels.zh), self.one(*connectors), item]
            if labels.bare and self.chance(0.35):
                return ["(", item, ")"] if self.chance(0.2) else [self.one("登记", "核对", "", "", "使用"), item]
        label = self.one(*labels.zh)
        glued = () if label[-1].isascii() else ("", "")
        return [label, self.one(*glued, ":", "：", "为", "是", " ", ": "), item]

    def phrase_en(self, item: Value | Decoy) -> list[Piece]:
        """A value with its English name, or without where it needs none."""
        labels = LABELS[item.identifier] if isinstance(item, Value) else DECOY_LABELS[item.kind]
        if not labels.en:
            return self.phrase_zh(item)
        if isinstance(item, Value):
            if item.identifier in SPELLED_OUT:
                return [self.one(*labels.en), self.one(*_SPELLED_EN), item]
            if labels.bare and self.chance(0.35):
                return ["(", item, ")"] if self.chance(0.2) else [self.one("use ", "see ", "", "with "), item]
        return [self.one(*labels.en), self.one(" ", ": ", " is ", " #", "=", " - "), item]

    def label_zh(self, item: Value | Decoy) -> str:
        """The Chinese name of a value."""
        labels = LABELS[item.identifier] if isinstance(item, Value) else DECOY_LABELS[item.kind]
        return self.one(*labels.zh)

    def key(self, item: Value | Decoy) -> str:
        """The key that a system stores the value under."""
        labels = LABELS[item.identifier] if isinstance(item, Value) else DECOY_LABELS[item.kind]
        return self.one(*(labels.keys or labels.zh))

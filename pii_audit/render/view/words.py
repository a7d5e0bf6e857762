"""The fixed sentences and labels of the written reports, in one language, and how numbers and times are printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import yaml

from pii_audit import content
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.subjects import load_subjects
from pii_audit.language import Language, Text

TEXTS = "reports/html/texts.yaml"


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Key → `{zh, en}`, as shipped."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load(content.text(TEXTS))
    return loaded


@cache
def _titles() -> Mapping[str, Text]:
    return {name: identifier.title for name, identifier in load_catalogue().items()}


@dataclass(frozen=True, slots=True)
class Words:
    """Labels in one language. Calling it gives the sentence of a key; an unknown key is a KeyError, a bug of ours."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of `key`, numbers in `values` printed with thousands separators."""
        sentence = sentences()[key][self.language]
        if not values:
            return sentence
        return sentence.format(**{name: self.plain(value) for name, value in values.items()})

    def known(self, family: str, name: str) -> str:
        """The word for one member of an open family (`form`, `evidence` …); the name itself where there is none."""
        entry = sentences().get(f"{family}.{name}")
        return entry[self.language] if entry else name

    def element(self, name: str) -> str:
        """An element of a flow in words: an identifier's title with its subject in brackets, or a property of the flow.

        An identifier that a user added, and a column that is none, keep their names.
        """
        identifier, _, subject = name.partition("@")
        if identifier not in _titles():
            return self.known("element", name)
        title = _titles()[identifier].in_(self.language)
        if not subject:
            return title
        whose = self.subject(subject)
        return f"{title}（{whose}）" if self.language == "zh" else f"{title} ({whose.lower()})"

    def subject(self, name: str) -> str:
        """Whose data it is, in words; a name that is not ours stays."""
        known = load_subjects().get(name)
        return known.title.in_(self.language) if known else name

    @staticmethod
    def plain(value: object) -> str:
        """A number with thousands separators, anything else as text."""
        return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)

    def compact(self, number: int) -> str:
        """A number for a narrow cell: whole below 10,000, then in tens of thousands (zh) or thousands and millions (en)."""
        if number < 10_000:  # noqa: PLR2004 - five digits fit no more
            return f"{number:,}"
        units = ((100_000_000, "亿"), (10_000, "万")) if self.language == "zh" else ((1_000_000, "M"), (1_000, "k"))
        size, unit = next((size, unit) for size, unit in units if number >= size)
        share = number / size
        return f"{share:,.0f}{unit}" if share >= 10 else f"{share:.1f}{unit}"  # noqa: PLR2004 - two figures tell enough

    def percent(self, share: float) -> str:
        """A share as a percentage that never rounds something to nothing or nearly all to all."""
        if share <= 0:
            return "0%"
        if share >= 1:
            return "100%"
        if share < 0.001:  # noqa: PLR2004 - one decimal place could not show it
            return "<0.1%"
        return f"{min(share * 100, 99.9):.1f}%"

    @property
    def separator(self) -> str:
        """What stands between the members of a list."""
        return "、" if self.language == "zh" else ", "

    @staticmethod
    def moment(moment: datetime) -> str:
        """Date, time and zone offset, as the run recorded them."""
        offset = moment.strftime("%z")
        zone = f" UTC{offset[:3]}:{offset[3:]}" if offset else ""
        return moment.strftime("%Y-%m-%d %H:%M") + zone

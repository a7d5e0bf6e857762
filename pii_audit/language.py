"""Chinese and English, side by side: every sentence that a person reads exists in both."""

from __future__ import annotations

import locale
import os
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; `in_` picks one."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The sentence in that language."""
        return self.zh if language == "zh" else self.en

    def __str__(self) -> str:
        return self.en


def same(text: str) -> Text:
    """A text that reads the same in both languages: an id, a path, a quotation."""
    return Text(text, text)


def language_of_locale() -> Language:
    """The language that the environment asks for: zh for a Chinese locale, else en."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"

"""A file in the format of Presidio's recognizer registry, read into recognizers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from presidio_analyzer import EntityRecognizer, RecognizerRegistry
from presidio_analyzer.recognizer_registry.recognizers_loader_utils import (
    PredefinedRecognizerNotFoundError,
    RecognizerListLoader,
)

from pii_audit.errors import UsageError, reason_of
from pii_audit.language import Text

_LIST = "recognizers"


def read(path: Path) -> Sequence[EntityRecognizer]:
    """The recognizers that a file defines (`custom`) or names (`predefined`), one for each whatever its languages.

    `supported_languages`, `supported_countries`, `global_regex_flags` and `enabled` mean what they mean in Presidio, save that no language leaves a
    recognizer out. Raises UsageError with the place in the file.
    """
    loaded = _loaded(path)
    flags = loaded.get("global_regex_flags", RecognizerRegistry().global_regex_flags)
    countries = loaded.get("supported_countries")
    recognizers: list[EntityRecognizer] = []
    for number, entry in enumerate(loaded[_LIST], start=1):
        try:
            made = RecognizerListLoader.get([_settled(entry)], _languages(entry), flags, countries)  # type: ignore[arg-type]  # a list, whatever is declared
            recognizers += list(made)[:1]
        except (ValueError, TypeError, KeyError, PredefinedRecognizerNotFoundError) as error:
            raise UsageError(
                Text(f"第 {number} 个识别器有误：{error}", f"recognizer {number} is wrong: {error}"),
                where=str(path),
                todo=Text("格式见 Presidio 的识别器注册文件", "the format is that of Presidio's recognizer registry"),
            ) from error
    return recognizers


def _loaded(path: Path) -> Mapping[str, Any]:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = reason_of(error)
        raise UsageError(Text(f"无法读取：{reason.zh}", f"cannot be read: {reason.en}"), where=str(path)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise UsageError(Text("不是有效的 YAML", "is not valid YAML"), where=where) from error
    if not isinstance(loaded, dict) or not isinstance(loaded.get(_LIST), list):
        raise UsageError(
            Text("缺少 recognizers 列表", "has no list `recognizers`"),
            where=str(path),
            todo=Text("格式见 Presidio 的识别器注册文件", "the format is that of Presidio's recognizer registry"),
        )
    return loaded


def _settled(entry: Any) -> Any:
    """The entry as Presidio's loader takes it: a bare name is a predefined recognizer."""
    return {"name": entry, "type": "predefined"} if isinstance(entry, str) else entry


def _languages(entry: Any) -> list[str]:
    """The languages that an entry names, so that none of them is refused."""
    return list(dict.fromkeys(_named(entry))) or ["en"]


def _named(entry: Any) -> Iterator[str]:
    if isinstance(entry, dict):
        if entry.get("supported_language"):
            yield str(entry["supported_language"])
        for language in entry.get("supported_languages") or ():
            yield str(language.get("language", "en") if isinstance(language, dict) else language)

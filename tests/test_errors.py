"""Errors say what did not happen, where, and what to do: one line each, in both languages."""

from __future__ import annotations

import errno
import os
import ssl

import pytest

from pii_audit.errors import (
    ConfigurationError,
    InspectionError,
    OutputError,
    PiiAuditError,
    Position,
    Problem,
    StoreError,
    UsageError,
    reason_of,
)
from pii_audit.language import Text, language_of_locale, same


@pytest.mark.parametrize(
    ("position", "shown", "to_line"),
    [
        (Position("a.yaml", 3, 7), "a.yaml:3:7", "a.yaml:3"),
        (Position("a.yaml", 3), "a.yaml:3", "a.yaml:3"),
        (Position("a.yaml"), "a.yaml", "a.yaml"),
    ],
)
def test_a_position_shows_as_much_as_is_known(position: Position, shown: str, to_line: str) -> None:
    assert str(position) == shown
    assert position.to_line == to_line


def test_an_error_is_one_line_of_where_what_and_what_to_do() -> None:
    error = UsageError(
        Text("没有这条数据流。", "there is no such flow."),
        where="audit.yaml:3",
        todo=Text("运行 policy check", "run policy check"),
    )
    assert error.lines("en") == ["audit.yaml:3: there is no such flow. run policy check"]
    assert error.lines("zh") == ["audit.yaml:3: 没有这条数据流。运行 policy check"]
    assert str(error) == "audit.yaml:3: there is no such flow. run policy check"


def test_an_error_without_place_or_advice_is_its_sentence() -> None:
    assert StoreError(Text("存储损坏", "the store is broken")).lines("en") == ["the store is broken"]


def test_a_configuration_error_gives_every_problem_in_the_order_of_the_files() -> None:
    def problem(file: str, line: int) -> Problem:
        return Problem(Position(file, line, 1), Text(f"问题{line}", f"problem {line}"))

    error = ConfigurationError([problem("b.yaml", 1), problem("a.yaml", 12), problem("a.yaml", 2)])
    assert error.lines("en") == ["a.yaml:2:1: problem 2", "a.yaml:12:1: problem 12", "b.yaml:1:1: problem 1"]
    assert error.lines("zh")[0] == "a.yaml:2:1: 问题2"


@pytest.mark.parametrize(
    ("kind", "code"), [(UsageError, 2), (StoreError, 2), (OutputError, 2), (InspectionError, 3), (PiiAuditError, 2)]
)
def test_each_kind_has_its_exit_code(kind: type[PiiAuditError], code: int) -> None:
    assert kind(same("x")).exit_code == code
    assert ConfigurationError([]).exit_code == 2


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "de_DE"}, "zh"),
    ],
)
def test_the_language_is_the_locale_s(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language_of_locale() == language


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), Text("磁盘空间不足", "No space left on device")),
        (OSError(errno.EDOM, os.strerror(errno.EDOM)), same(os.strerror(errno.EDOM))),
        # The number is that of another list.
        (ssl.SSLError(errno.EPERM, "certificate verify failed"), same("certificate verify failed")),
        (OSError("said by somebody"), same("OSError")),
        (MemoryError(), same("MemoryError")),
    ],
)
def test_what_the_operating_system_says_is_said_in_both_languages(error: BaseException, said: Text) -> None:
    assert reason_of(error) == said

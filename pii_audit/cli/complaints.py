"""What argparse complains of, in both languages: it speaks English alone, and of choices by a list too long to read."""

from __future__ import annotations

import re

from pii_audit.language import Text

_SAID = (
    (r"unrecognized arguments: (.+)", "不认识的参数：{0}"),
    (r"the following arguments are required: (.+)", "缺少参数：{0}"),
    (r"one of the arguments (.+) is required", "以下选项须给出一个：{0}"),
    (r"argument (.+): not allowed with argument (.+)", "{0} 与 {1} 不能同时使用"),
    (r"argument (.+): expected one argument", "{0} 后缺少值"),
    (r"argument (.+): expected at least one argument", "{0} 后至少要有一个值"),
    (r"argument (.+): expected (\d+) arguments", "{0} 后应有 {1} 个值"),
    (r"argument (.+): ignored explicit argument '?(.*?)'?", "{0} 不带值，却给了 {1}"),
    (
        r'argument (.+): expected a whole number from (\d+) to (\d+), got "(.*)"',
        "{0} 应为 {1} 到 {2} 的整数，实为 “{3}”",
    ),
    (r'argument (.+): expected a date YYYY-MM-DD, got "(.*)"', "{0} 应为日期 YYYY-MM-DD，实为 “{1}”"),
    (r'argument (.+): expected a size such as 64M, got "(.*)"', "{0} 应为大小（如 64M），实为 “{1}”"),
)
"""What argparse and the types of our options say (CPython's Lib/argparse.py), and the same in Chinese."""


def complaint(message: str) -> Text:
    """A complaint of argparse; one that is not in the table stays English in both languages."""
    english = message.removeprefix("argument ")
    for pattern, chinese in _SAID:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return Text(chinese.format(*found.groups()), english)
    return Text(english, english)

"""What libyaml says of a file that is no YAML, in both languages, and the slips that it does not name."""

from __future__ import annotations

import re

from pii_audit.errors import Position
from pii_audit.language import Text

_SAID = {
    "did not find expected '-' indicator": "此处应为列表项 “-”，请检查缩进",
    "did not find expected key": "此处应为键，请检查缩进",
    "could not find expected ':'": "缺少冒号（键后写半角冒号和空格）",
    "mapping values are not allowed in this context": "此处不能是 “键: 值”，请检查缩进，或给含冒号的值加引号",
    "block sequence entries are not allowed in this context": "此处不能是列表项，请检查缩进",
    "did not find expected ',' or ']'": "缺少 “,” 或 “]”",
    "did not find expected ',' or '}'": "缺少 “,” 或 “}”",
    "did not find expected node content": "此处缺少内容",
    "did not find expected <document start>": "此处应为文件的开头，请检查缩进",
    "found unexpected end of stream": "引号没有成对",
    "found character that cannot start any token": "不能以这个字符开头，请给值加引号",
    "found unknown escape character": "双引号内的转义字符不认识",
    "found undefined alias": "别名没有定义",
    "but found another document": "一个文件只能有一个文档",
}
"""The sentences of libyaml's scanner.c, parser.c and of PyYAML's composer."""
_WIDE_COLON = re.compile(r"\s*(?:- +)?[\w.\"'-]+(：)")
"""A key with the colon of Chinese text behind it."""


def syntax(said: str, text: str, at: Position) -> tuple[Position, Text]:
    """Where the slip is and what is wrong; libyaml notices a wide colon or a tab only in what follows."""
    lines = text.split("\n")
    if lines[at.line - 1 : at.line] and lines[at.line - 1][at.column - 1 : at.column] == "\t":
        return at, Text("缩进用了制表符，请改用空格", "indented with a tab; use spaces")
    for number in range(at.line, max(0, at.line - 2), -1):
        wide = _WIDE_COLON.match(lines[number - 1]) if number <= len(lines) else None
        if wide:
            return Position(at.file, number, wide.start(1) + 1), Text(
                "键后是全角冒号 “：”，请改为半角冒号和空格",
                'a full-width colon "：" after a key; write ":" and a blank',
            )
    return at, Text(f"YAML 语法错误：{_SAID.get(said, said)}", f"YAML syntax: {said}")

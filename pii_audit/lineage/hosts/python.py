"""SQL in a program of Python: every string that is a statement, and whatever is handed to a database."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from pii_audit.language import Text
from pii_audit.lineage.hosts.embedded import Embedded, Findings
from pii_audit.lineage.hosts.program import Program
from pii_audit.lineage.hosts.shell import note, sql_in_words
from pii_audit.lineage.hosts.wording import is_file
from pii_audit.lineage.hosts.words import Words, open_words
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped
from pii_audit.lineage.unknown import MARK

_NOT_WRITTEN = Text(
    "交给数据库的 SQL 没有写在这个文件里，无法得知",
    "the SQL that is handed to the database here is not written in this file",
)
_DEEP = Text("程序嵌套过深", "the program is nested too deeply")


def sql_in_python(script: Mapped) -> Embedded:
    """The SQL of a program, and of the commands of a shell that it runs."""
    try:
        tree = ast.parse(script.text)
    except SyntaxError as error:
        line = (error.lineno or 1) - 1
        offset = sum(map(len, script.text.splitlines(keepends=True)[:line]))
        reason = Text(f"无法按 Python 3 读取（{error.msg}）", f"it cannot be read as Python 3 ({error.msg})")
        return Embedded(gaps=(Untraceable(reason, script.origin(offset)),))
    except (RecursionError, MemoryError, ValueError):
        return Embedded(gaps=(Untraceable(_DEEP, script.origin(0)),))
    program = Program(script.text, tree)
    try:
        program.read()
    except RecursionError:
        return Embedded(gaps=(Untraceable(_DEEP, script.origin(0)),))
    except Untraceable as gap:
        return Embedded(gaps=(Untraceable(gap.reason, script.origin(0)),))
    return _told(program, script)


def _told(program: Program, script: Mapped) -> Embedded:
    found = Findings()
    handed = [(at, words) for at, several in program.handed.items() for words in several]
    used = [words.literals for _, words in handed]
    for at, words in handed:
        text = words.text
        if is_file(text):
            found.file(text.strip(), script.origin(at))
        elif text.replace(MARK, "").strip():
            found.script(open_words(words).mapped().within(script))
        else:
            found.gap(Untraceable(_NOT_WRITTEN, script.origin(at)))
    for at, reason in program.gaps.items():
        found.gap(Untraceable(reason, script.origin(at)))
    for words in _widest(program.seen.values()):
        if any(words.literals <= one for one in used):
            continue
        note(open_words(words).mapped().within(script), found)
    for command in program.commands.values():
        found.add(sql_in_words([one.mapped() for one in command], script))
    return found.embedded()


def _widest(seen: Iterable[Sequence[Words]]) -> list[Words]:
    """Texts without those of which all literals are in a longer one."""
    every = list(dict.fromkeys(words for several in seen for words in several if words.literals))
    sets = {words.literals for words in every}
    several = [one for one in sets if len(one) > 1]
    return [words for words in every if not any(words.literals < one for one in several)]

"""SQL in the YAML of schedulers (Airflow, dbt, CI): in any text of it, and in the commands of shells that stand there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pii_audit.language import Text
from pii_audit.lineage.hosts.embedded import Embedded, Findings
from pii_audit.lineage.hosts.names import host_names
from pii_audit.lineage.hosts.scalars import Unreadable, scalars
from pii_audit.lineage.hosts.shell import note, sql_in_words
from pii_audit.lineage.hosts.wording import is_file
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped

_VARIABLE = re.compile(r"\$\{[^{}]*\}|\$\w+|\{\{[^{}]*\}\}|<<?[\w.]+>>?")
_NOT_WRITTEN = Text(
    "交给数据库的 SQL 没有写在这个文件里，无法得知",
    "the SQL that is handed to the database here is not written in this file",
)
_GIVEN: Mapping[str | int, str] = {"command": "args", "entrypoint": "command"}
"""Kubernetes and Compose: beside which list there is another with the rest of its words."""


def sql_in_yaml(script: Mapped) -> Embedded:
    """The SQL of a file of YAML."""
    found = Findings()
    lists: dict[tuple[str | int, ...], list[Mapped]] = {}
    keywords, said = host_names()[0].keywords, host_names()[0].said_keywords
    try:
        for one in scalars(script.text):
            names = {name for name in one.path if isinstance(name, str)}
            text = Mapped.built(one.parts)
            if isinstance(one.path[-1:] and one.path[-1], int) and not names & said:
                lists.setdefault(one.path[:-1], []).append(text)
            if is_file(one.value) and names & keywords:
                found.file(one.value.strip(), script.origin(text.origin(0)))
            elif one.path[-1:] and one.path[-1] in keywords and _VARIABLE.fullmatch(one.value.strip()):
                found.gap(Untraceable(_NOT_WRITTEN, script.origin(text.origin(0))))
            elif not names & said:
                note(text.within(script), found)
    except Unreadable as error:
        reason = Text("无法按 YAML 读取", "it cannot be read as YAML")
        found.gap(Untraceable(reason, script.origin(error.offset)))
    for path, words in lists.items():
        found.add(sql_in_words([*words, *_arguments(path, lists)], script))
    return found.embedded()


def _arguments(path: tuple[str | int, ...], lists: Mapping[tuple[str | int, ...], list[Mapped]]) -> list[Mapped]:
    """What a container is given besides the list of its command."""
    return lists.get((*path[:-1], _GIVEN[path[-1]]), []) if path and path[-1] in _GIVEN else []

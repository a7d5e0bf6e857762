"""SQL in the YAML of schedulers (Airflow, dbt, CI): in any text of it, and in the commands of shells that stand there."""

from __future__ import annotations

from pii_audit.language import Text
from pii_audit.lineage.hosts.embedded import Embedded, Findings
from pii_audit.lineage.hosts.names import host_names
from pii_audit.lineage.hosts.scalars import Unreadable, scalars
from pii_audit.lineage.hosts.shell import note
from pii_audit.lineage.hosts.wording import is_file
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped


def sql_in_yaml(script: Mapped) -> Embedded:
    """The SQL of a file of YAML."""
    found = Findings()
    keywords, said = host_names()[0].keywords, host_names()[0].said_keywords
    try:
        for one in scalars(script.text):
            names = {name for name in one.path if isinstance(name, str)}
            text = Mapped.built(one.parts)
            if is_file(one.value) and names & keywords:
                found.file(one.value.strip(), script.origin(text.origin(0)))
            elif not names & said:
                note(text.within(script), found)
    except Unreadable as error:
        reason = Text("无法按 YAML 读取", "it cannot be read as YAML")
        found.gap(Untraceable(reason, script.origin(error.offset)))
    return found.embedded()

"""In which language a script is written, by the name of its file, and how its SQL is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from pii_audit.language import Text
from pii_audit.lineage.hosts.embedded import Embedded
from pii_audit.lineage.hosts.notebook import sql_in_notebook
from pii_audit.lineage.hosts.python import sql_in_python
from pii_audit.lineage.hosts.shell import runs_client, sql_in_shell
from pii_audit.lineage.hosts.yaml_jobs import sql_in_yaml
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped


def _command(text: Mapped) -> Embedded:
    """The SQL of a text that may be a command of a shell, nothing where it is none."""
    return sql_in_shell(text) if runs_client(text.text) else Embedded()


_HOSTS: Mapping[str, Callable[[Mapped], Embedded]] = {
    ".py": lambda script: sql_in_python(script, _command),
    ".ipynb": lambda script: sql_in_notebook(script, _command),
    ".sh": sql_in_shell,
    ".bash": sql_in_shell,
    ".ksh": sql_in_shell,
    ".yaml": lambda script: sql_in_yaml(script, _command),
    ".yml": lambda script: sql_in_yaml(script, _command),
}


def is_host(path: str) -> bool:
    """Whether a file holds SQL within another language."""
    return PurePosixPath(path).suffix.lower() in _HOSTS


def embedded_sql(path: str, text: str) -> Embedded:
    """The SQL of such a file."""
    try:
        return _HOSTS[PurePosixPath(path).suffix.lower()](Mapped.of(text))
    except RecursionError:
        return Embedded(gaps=(Untraceable(Text("嵌套过深", "it is nested too deeply"), 0),))

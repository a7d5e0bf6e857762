"""In which language a script is written, by the name of its file, and how its SQL is found."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from pii_audit.language import Text
from pii_audit.lineage.hosts.embedded import Embedded, Findings
from pii_audit.lineage.hosts.notebook import sql_in_notebook
from pii_audit.lineage.hosts.python import sql_in_python
from pii_audit.lineage.hosts.shell import sql_in_shell
from pii_audit.lineage.hosts.yaml_jobs import sql_in_yaml
from pii_audit.lineage.model import Untraceable
from pii_audit.lineage.text import Mapped

_HOSTS: Mapping[str, Callable[[Mapped], Embedded]] = {
    ".py": sql_in_python,
    ".ipynb": sql_in_notebook,
    ".sh": sql_in_shell,
    ".bash": sql_in_shell,
    ".ksh": sql_in_shell,
    ".yaml": sql_in_yaml,
    ".yml": sql_in_yaml,
}


def is_host(path: str) -> bool:
    """Whether a file holds SQL within another language."""
    return PurePosixPath(path).suffix.lower() in _HOSTS


def embedded_sql(path: str, text: str) -> Embedded:
    """The SQL of such a file."""
    try:
        with warnings.catch_warnings():
            # Python warns of literals in what it reads, on the standard error.
            warnings.simplefilter("ignore", SyntaxWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            return _with_programs(_HOSTS[PurePosixPath(path).suffix.lower()](Mapped.of(text)))
    except RecursionError:
        return Embedded(gaps=(Untraceable(Text("嵌套过深", "it is nested too deeply"), 0),))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # A program that is written as nobody foresaw is not read, and stops nothing else.
        kind = type(error).__name__
        reason = Text(f"这种写法的程序没有读取（{kind}）", f"this form of program is not read ({kind})")
        return Embedded(gaps=(Untraceable(reason, 0),))


def _with_programs(embedded: Embedded) -> Embedded:
    """What was found, with the SQL of the programs of Python that stand in it, and in these."""
    found = Findings()
    found.add(embedded)
    read = 0
    while read < len(found.programs):
        found.add(sql_in_python(list(found.programs)[read]))
        read += 1
    return found.embedded()

"""A repository of export jobs: the scripts of SQL below a folder, and the programs that hold SQL. They hold no data; what they let out is traced from them."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.grant import Grant
from pii_audit.sources.file_share.local import FolderSource

SUFFIXES = (
    ".sql", ".hql", ".ddl", ".dml", ".sql.j2", ".sql.jinja", ".sql.jinja2", ".py", ".ipynb", ".sh", ".bash", ".ksh", ".yaml", ".yml",
)  # fmt: skip
"""How files are called that are SQL, or programs that may hold some."""
_NO_SCRIPT = Text(
    "不是 SQL 脚本，也不是可含 SQL 的程序", "is no script of SQL, and no program in which SQL is looked for"
)


def is_script(name: str) -> bool:
    """Whether a file is one of SQL, or a program that may hold some, by its name."""
    return name.lower().endswith(SUFFIXES)


class ExportJobsSource(FolderSource):
    """The scripts below a folder, as files; everything else in it is listed as skipped."""

    def rule(self, relative: str) -> Text | None:
        return super().rule(relative) or (None if is_script(relative) else _NO_SCRIPT)

    def scripts(self) -> Iterator[str]:
        """All scripts by their names, those too that are not selected: a selected one may read them."""
        return (one.name for one in ExportJobsSource(self.id, self.root).assets() if isinstance(one, Asset))

    def grants(self) -> Iterator[Grant | Coverage]:
        """None: who may read a script reads no data by it."""
        return iter(())

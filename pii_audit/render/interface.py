"""What every output format offers, and where to find the one of a name."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol, cast

from pii_audit.errors import UsageError
from pii_audit.language import Language, Text
from pii_audit.model.run import Run

GROUP = "pii_audit.renderers"
"""Entry points of this group add formats; a module and a function, as in the table below."""

FORMATS = {
    "csv": "pii_audit.render.csv:render",
    "docx": "pii_audit.render.docx:render",
    "github": "pii_audit.render.github:render",
    "gitlab": "pii_audit.render.gitlab:render",
    "html": "pii_audit.render.html:render",
    "json": "pii_audit.render.json:render",
    "junit": "pii_audit.render.junit:render",
    "markdown": "pii_audit.render.markdown:render",
    "prometheus": "pii_audit.render.prometheus:render",
    "sarif": "pii_audit.render.sarif:render",
    "table": "pii_audit.render.table:render",
    "xlsx": "pii_audit.render.xlsx:render",
}


class Renderer(Protocol):
    """One output format: a function of a run."""

    def __call__(self, run: Run, *, language: Language) -> str | bytes:
        """The whole document: text, or bytes where the format is binary. The same run gives the same document."""


def renderer(name: str) -> Renderer:
    """The renderer of a format; UsageError for an unknown one. Other packages are asked only for names not ours."""
    if name in FORMATS:
        module, _, function = FORMATS[name].partition(":")
        return cast("Renderer", getattr(import_module(module), function))
    added = entry_points(group=GROUP)
    if name in added.names:
        return cast("Renderer", added[name].load())
    from pii_audit.document import unknown  # noqa: PLC0415 - brings the YAML reader, for this one sentence

    known = sorted({*FORMATS, *added.names})
    raise UsageError(
        unknown(Text("输出格式", "format"), name, known),
        todo=Text(f"可用：{'、'.join(known)}", f"choose one of {', '.join(known)}"),
    )


def render(name: str, run: Run, language: Language) -> str | bytes:
    """A run in the format of that name; UsageError for an unknown one."""
    return renderer(name)(run, language=language)

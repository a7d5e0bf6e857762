"""The `docx` format and the other letters and papers that are made of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pii_audit.language import Language
from pii_audit.model.course import Course
from pii_audit.model.run import Run
from pii_audit.render.docx import annual, letter, pia, ropa, workpaper
from pii_audit.render.docx.blocks import Block
from pii_audit.render.docx.writing import document

__all__ = ["DOCUMENTS", "Letter", "render", "render_document", "render_letter", "render_year"]

Letter = letter.Letter

DOCUMENTS: Mapping[str, Callable[[Run, Language], list[Block]]] = {
    "annual": annual.blocks,
    "pia": pia.blocks,
    "ropa": ropa.blocks,
    "workpaper": workpaper.blocks,
}
"""What `report --document` makes of a run as a whole."""


def render(run: Run, *, language: Language) -> bytes:
    """The self-inspection report of a run (ECMA-376); UsageError where python-docx is not installed."""
    return render_document("annual", run, language)


def render_document(name: str, run: Run, language: Language) -> bytes:
    """One of DOCUMENTS."""
    return document(DOCUMENTS[name](run, language), run, language)


def render_year(run: Run, language: Language, course: Course) -> bytes:
    """The self-inspection report of a run and of its year."""
    return document(annual.blocks(run, language, course), run, language)


def render_letter(run: Run, to: letter.Letter, language: Language) -> bytes:
    """《风险提示函》 to one unit; the run holds that unit's findings only."""
    return document(letter.blocks(run, to, language), run, language)

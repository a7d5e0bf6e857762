"""The access matrix as one self-contained HTML file, with its picture; opened from disk without a network."""

from __future__ import annotations

from markupsafe import Markup

from pii_audit import content
from pii_audit.language import Language
from pii_audit.render.html import FOLDER, digest, environment
from pii_audit.render.matrix.graph import draw
from pii_audit.render.matrix.rights import Matrix
from pii_audit.render.view.inventory import LEVELS
from pii_audit.render.view.words import Words

LISTED = 5_000
"""Rights in the table; the rest is counted, and stands in CSV and JSON."""


def render(matrix: Matrix, language: Language) -> str:
    """The page as text (UTF-8)."""
    words = Words(language)
    style = content.text(f"{FOLDER}/report.css") + content.text(f"{FOLDER}/matrix.css")
    return (
        environment()
        .get_template("matrix.html")
        .render(
            t=words,
            style=Markup(style),  # noqa: S704 - our own file, not data
            style_hash=digest(style),
            matrix=matrix,
            graph=draw(matrix.rights, words),
            LEVELS=LEVELS,
            LISTED=LISTED,
        )
    )

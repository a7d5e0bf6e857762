from __future__ import annotations

import re

import pytest


def test_the_python_shown_in_the_page_on_names_runs(checkout):
    pytest.importorskip("spacy")
    import pii_audit.detection.names.spacy  # noqa: F401 - as the entry point of an installed package does

    blocks = re.findall(r"```python\n(.*?)```", (checkout / "docs/names.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block, "docs/names.md", "exec"), {})

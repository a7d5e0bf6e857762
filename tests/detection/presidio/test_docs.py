"""docs/presidio.md does what it says."""

from __future__ import annotations

import contextlib
import io
import re

from pii_audit.detection.presidio.entities import PRESIDIO_NAMES


def test_every_example_runs_and_prints_what_is_shown(checkout):
    text = (checkout / "docs" / "presidio.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", text, re.DOTALL)
    assert len(blocks) == 3
    for code, shown in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "docs/presidio.md", "exec"), {})
        assert sorted(printed.getvalue().splitlines()) == sorted(shown.splitlines())


def test_the_table_of_entities_is_the_one_in_force(checkout):
    text = (checkout / "docs" / "presidio.md").read_text(encoding="utf-8")
    table = {
        identifier: entity
        for identifiers, entity in re.findall(r"^\| (`.+`) \| `(\w+)` \|$", text, re.MULTILINE)
        for identifier in re.findall(r"`(\w+)`", identifiers)
    }
    assert table == dict(PRESIDIO_NAMES)

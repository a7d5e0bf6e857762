"""What imports Presidio and spaCy, and what does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pii_audit.detection.presidio import installed
from pii_audit.errors import UsageError

HEAVY = {"spacy", "presidio_analyzer", "tldextract", "regex", "thinc"}


def imported_by(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import pii_audit.detection.presidio",
        "import pii_audit.detection.presidio.entities",
        "import pii_audit.detection, pii_audit.auditing.files, pii_audit.cli.inspect",
        "from pii_audit import detect_text; assert detect_text('手机13800138000')",
        "import io\nfrom pii_audit.cli.main import main\nsys.stdin = io.TextIOWrapper(io.BytesIO(b'a,b'))\nmain(['inspect', '-'])",
    ],
    ids=["package", "entities", "modules", "detect_text", "inspect"],
)
def test_what_does_not_ask_for_presidio_imports_neither_it_nor_spacy(code):
    assert imported_by(code).isdisjoint(HEAVY)


def test_asking_for_it_imports_it():
    assert imported_by("from pii_audit.detection.presidio import analyzer") >= {"spacy", "presidio_analyzer"}


def test_without_the_extra_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "spacy" else object())
    with pytest.raises(UsageError, match="spacy") as caught:
        installed.needed()
    assert "pii-audit[names]" in str(caught.value)


def test_an_unknown_name_is_an_attribute_error():
    import pii_audit.detection.presidio as package

    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        package.nothing_of_the_kind  # noqa: B018

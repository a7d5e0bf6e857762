"""Whether Presidio is there, told before anything of it is imported."""

from __future__ import annotations

from importlib.util import find_spec

from pii_audit.errors import UsageError
from pii_audit.language import Text

_PACKAGES = ("presidio_analyzer", "spacy")


def needed() -> None:
    """Raises UsageError where the packages of the extra `names` are missing."""
    missing = [package for package in _PACKAGES if find_spec(package) is None]
    if missing:
        listed = ", ".join(missing)
        raise UsageError(
            Text(f"此功能需要 {listed}，尚未安装", f"this needs {listed}, which is not installed"),
            todo=Text("请安装 pii-audit[names]", "install pii-audit[names]"),
        )

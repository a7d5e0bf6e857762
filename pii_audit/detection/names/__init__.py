"""Personal names and postal addresses in running text."""

from pii_audit.detection.names.finder import find_names, names_in
from pii_audit.detection.names.span import Found, Method

__all__ = ["Found", "Method", "find_names", "names_in"]

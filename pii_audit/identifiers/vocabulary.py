"""What identifier files share and call by name: groups, labels of other things, fragments of regular expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pii_audit import content
from pii_audit.document import MISSING, STRING, TITLE, ListOf, MapOf, Reader, Spec, word
from pii_audit.identifiers.fold import fold
from pii_audit.language import Text

FOLDER = "scanners/identifiers"
NAME = word(Text("标识（小写字母、数字和下划线）", "an id (lower-case letters, digits, _)"), r"[a-z][a-z0-9_]{0,63}")
_CALL = re.compile(r"\(\?&([a-z][a-z0-9_]{0,63})\)")
"""A call of a named group, as Perl and PCRE write it."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The titles of groups, lower-case words by list of labels, and regular expressions by name."""

    groups: Mapping[str, Text]
    labels: Mapping[str, tuple[str, ...]]
    fragments: Mapping[str, str]

    @classmethod
    def shipped(cls, reader: Reader) -> Vocabulary:
        """What ships with the program; problems are noted in the reader."""

        def read(name: str, spec: Spec) -> Mapping[str, object]:
            path = f"{FOLDER}/{name}.yaml"
            found = reader.read_bytes(content.data(path), MapOf(spec, NAME), shown_as=path)
            return {} if found is MISSING else dict(found)

        labels = read("labels", ListOf(STRING))
        return cls(
            groups=read("groups", TITLE),  # type: ignore[arg-type]  # by the spec
            labels={name: tuple(fold(word).lower() for word in words) for name, words in labels.items()},  # type: ignore[attr-defined]
            fragments=read("fragments", STRING),  # type: ignore[arg-type]
        )

    def written_out(self, regex: str) -> str:
        """A regular expression with the fragments that it calls in their places; unknown ones stay as they are."""
        return _CALL.sub(lambda call: f"(?:{self.fragments[call[1]]})" if call[1] in self.fragments else call[0], regex)


def without_calls(regex: str) -> str:
    """A regular expression of the same length in which calls of fragments are plain groups, so that places in it can be told."""
    return _CALL.sub(lambda call: f"(?:{'x' * len(call[1])})", regex)


def called(regex: str) -> list[str]:
    """The fragments that a regular expression calls."""
    return _CALL.findall(regex)

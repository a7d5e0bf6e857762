"""The scripts of a folder together: a model may be read by the others under the name of its file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import PurePosixPath

from pii_audit.language import Text
from pii_audit.lineage.dialects import Dialect
from pii_audit.lineage.functions import Functions
from pii_audit.lineage.hosts.embedded import Embedded
from pii_audit.lineage.hosts.registry import embedded_sql, is_host
from pii_audit.lineage.model import Exit, Gap, Place, Traced, Untraceable
from pii_audit.lineage.relations import Model, Relations
from pii_audit.lineage.templates import macros
from pii_audit.lineage.text import Lines, Mapped
from pii_audit.lineage.tracing import trace
from pii_audit.sources.format.encoding import detect_encoding

LONGEST = 16 << 20
"""Bytes of the longest script."""


def script_text(raw: bytes) -> str:
    """The text of a script; raises Untraceable for what is none."""
    if len(raw) > LONGEST:
        raise Untraceable(Text(f"脚本大于 {LONGEST >> 20} MiB", f"the script is larger than {LONGEST >> 20} MiB"), 0)
    encoding = detect_encoding(raw, whole=True)
    try:
        text = raw[encoding.bom :].decode(encoding.codec)
    except UnicodeDecodeError:
        raise Untraceable(Text("脚本的编码无法识别", "the encoding of the script is not known"), 0) from None
    if any(unicodedata.category(one) == "Cc" and not one.isspace() for one in text[:_LOOKED_AT]):
        raise Untraceable(Text("不是文本", "is no text"), 0)
    return text


_LOOKED_AT = 4096


class Library(Mapping[str, Model]):
    """Scripts by their paths, each traced once; as a mapping, the models by their names in lower case."""

    def __init__(
        self,
        scripts: Mapping[str, bytes],
        dialect: Dialect,
        relations: Relations,
        functions: Functions,
        variables: Mapping[str, str],
    ) -> None:
        self._scripts = scripts
        self._dialect = dialect
        self._relations = relations
        self._functions = functions
        self._variables = variables
        self._paths = {PurePosixPath(path).name.split(".")[0].lower(): path for path in scripts if not is_host(path)}
        self._traced: dict[str, Traced] = {}
        self._open: set[str] = set()

    def traced(self, path: str) -> Traced:
        """What the script at a path lets out."""
        if path not in self._traced:
            self._open.add(path)
            self._traced[path] = self._trace(path)
            self._open.discard(path)
        return self._traced[path]

    def _trace(self, path: str) -> Traced:
        try:
            text = script_text(self._scripts[path])
        except Untraceable as gap:
            return Traced((), (Gap(Place(1, 1), gap.reason),))
        if not is_host(path):
            return self._of(text)
        embedded = embedded_sql(path, text)
        lines = Lines(text)
        unread = [*embedded.gaps, *self._absent(embedded)]
        gaps = [Gap(Place(*lines.at(gap.offset or 0)), gap.reason) for gap in unread]
        traced = self._of(text, embedded.scripts) if embedded.scripts else Traced((), ())
        return Traced(traced.outputs, tuple(sorted({*gaps, *traced.gaps}, key=lambda gap: gap.place)))

    def _of(self, text: str, parts: Sequence[Mapped] | None = None) -> Traced:
        return trace(
            text,
            self._dialect,
            self._relations,
            functions=self._functions,
            variables=self._variables,
            models=self,
            parts=parts,
            macros=self._macros,
        )

    @cached_property
    def _macros(self) -> Mapping[str, str]:
        """The macros of all scripts of SQL: those of a project are called by their names alone."""
        found: dict[str, str] = {}
        for path, raw in self._scripts.items():
            if not is_host(path) and b"macro" in raw:
                with suppress(Untraceable):
                    found |= macros(script_text(raw))
        return found

    def _absent(self, embedded: Embedded) -> Iterator[Untraceable]:
        """The scripts that a program runs by their names and that are not here, where they are judged on their own."""
        for name, offset in embedded.files:
            last = PurePosixPath(name.replace("\\", "/")).name
            if not any(PurePosixPath(path).name == last for path in self._scripts):
                reason = Text(
                    f"运行的脚本 {name} 不在被裁决的脚本之中",
                    f"it runs {name}, which is not among the scripts that are judged",
                )
                yield Untraceable(reason, offset)

    def __getitem__(self, name: str) -> Model:
        path = self._paths[name]
        if path in self._open:
            raise Untraceable(Text(f"模型 {name} 引用了自身", f"the model {name} refers to itself"))
        traced = self.traced(path)
        results = [one for one in traced.outputs if one.exit is Exit.RESULT]
        if traced.gaps or len(results) != 1:
            at = f"{path}:{traced.gaps[0].place}" if traced.gaps else path
            raise Untraceable(Text(f"模型 {name} 未能追踪（{at}）", f"the model {name} could not be traced ({at})"))
        columns = [(column.name, column.node) for column in results[0].columns]
        return Model(columns, bool(results[0].restrictions))

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

"""One pass from an export to its fixed version, which is only kept where everything untouched is proven to be as it was."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from pii_audit.auditing.fixing.plan import Plan
from pii_audit.auditing.fixing.remedy import Action
from pii_audit.auditing.fixing.treating import Treating
from pii_audit.auditing.inputs import FileDigest
from pii_audit.detection.tally import Detector
from pii_audit.errors import InspectionError
from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.sources.format.fixed_width import Layouts
from pii_audit.sources.format.pieces.files import Rewritten, cutter, encoded
from pii_audit.sources.format.pieces.interface import Cutter, Edits


class Proven(Rewritten):
    """A content that tells whether its text, encoded again, is what was read: a file of several encodings is not."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self._again = hashlib.sha256(self.mark)

    def texts(self) -> Iterator[str]:
        for text in super().texts():
            self._again.update(self.encoded(text))
            yield text

    def prove(self, digest: FileDigest) -> None:
        """InspectionError where bytes were lost on the way."""
        if self._again.hexdigest() != digest.sha256:
            raise InspectionError(
                Text(
                    "文件混用了几种编码（或裁决后有改动），无法逐字节保留其余内容；没有写任何文件",
                    "mixes several encodings, or changed after it was judged, so that the rest cannot be kept byte for byte; nothing was written",
                ),
                todo=Text("以同一编码重新导出", "export it again, in one encoding"),
            )


@dataclass(frozen=True)
class Export:
    """An export that can be read as often as needed: `opened` gives its bytes, `digest` is that of those that were judged."""

    asset: Asset
    opened: Callable[[], BinaryIO]
    digest: FileDigest
    layouts: Layouts

    def cutter(self) -> Cutter:
        """Its cutter; UsageError where its format cannot be written anew."""
        with self.opened() as stream:
            return cutter(Rewritten(stream), self.asset, self.layouts)

    def rewritten(
        self, plan: Plan, detector: Detector, shown: Callable[[str], str], target: BinaryIO
    ) -> Mapping[str, Counter[Action]]:
        """Writes the fixed version; how many values were written anew, and how, by column."""
        with self.opened() as stream:
            content = Proven(stream)
            cut = cutter(content, self.asset, self.layouts)
            treating = Treating(detector, cut.asset, plan, shown)
            edits = Edits(plan.dropped, frozenset(plan.treated), plan.renamed, shown)
            target.writelines(encoded(content, treating.text(cut.pieces(edits))))
            content.prove(self.digest)
        return treating.counts

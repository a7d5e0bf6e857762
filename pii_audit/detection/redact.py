"""Names are data too: an identifier inside a path, a column name or a principal is masked before anybody sees it."""

from __future__ import annotations

import re
from dataclasses import replace

from pii_audit.detection.gather import masked_sample
from pii_audit.detection.tally import Detector
from pii_audit.identifiers.people import spelled
from pii_audit.language import Text
from pii_audit.model.asset import Asset
from pii_audit.model.coverage import Coverage
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.model.grant import Grant
from pii_audit.model.run import Inspected
from pii_audit.model.setting import Setting

_MARKED = 6
"""Hexadecimal digits of the mark of a masked name."""
_CHANGING = re.compile(rf"[0-9*]+|~[0-9a-f]{{{_MARKED}}}$")


def pattern_of(shown: str) -> str:
    """What names that differ in numbers have in common, whether the numbers are masked or not: `sms_#.csv`."""
    return _CHANGING.sub(lambda found: "" if found[0].startswith("~") else "#", shown)


class Redactor:
    """Masks identifiers inside names; names that held one get a short keyed mark, so that two of them stay apart."""

    def __init__(self, detector: Detector, fingerprinter: Fingerprinter) -> None:
        self._detector = detector.for_names()
        self._fingerprinter = fingerprinter
        self._known: dict[str, str] = {}
        self._people: dict[str, str] = {}

    def name(self, text: str) -> str:
        """The name as it may be shown."""
        if text not in self._known:
            self._known[text] = self._masked(text, text)
        return self._known[text]

    def person(self, text: str) -> str:
        """What somebody is called, or wrote, as it may be shown; all spellings of a name have one mark."""
        if text not in self._people:
            self._people[text] = self._masked(text, spelled(text))
        return self._people[text]

    def _masked(self, text: str, marked: str) -> str:
        pieces: list[str] = []
        end = 0
        for match in self._detector.text_matches(text):
            # What stands encoded in a longer one went with it.
            if match.form in PLAIN_EQUIVALENT and match.start >= end:
                pieces += [
                    text[end : match.start],
                    masked_sample(
                        self._detector.catalogue[match.identifier], match.form, text[match.start : match.end]
                    ),
                ]
                end = match.end
        if not pieces:
            return text
        mark = self._fingerprinter.text("name", marked)[:_MARKED]
        return "".join([*pieces, text[end:], f"~{mark}"])

    def asset(self, asset: Asset) -> Asset:
        """An asset whose own name and field names may be shown."""
        fields = tuple(replace(field, name=self.name(field.name)) for field in asset.fields)
        owner = self.person(asset.owner) if asset.owner else asset.owner
        return replace(asset, name=self.name(asset.name), fields=fields, owner=owner)

    def coverage(self, row: Coverage) -> Coverage:
        """A ledger row whose asset may be shown."""
        return replace(row, asset=self.name(row.asset))

    def inspected(self, one: Inspected) -> Inspected:
        """An inspected asset of which every name may be shown."""
        asset = self.asset(one.asset)
        statements = tuple(
            replace(statement, asset=asset.id, field=self.name(statement.field) if statement.field else None)
            for statement in one.fields
        )
        tally = replace(
            one.tally, fields={self.name(name) if name else name: field for name, field in one.tally.fields.items()}
        )
        return replace(one, asset=asset, coverage=self.coverage(one.coverage), tally=tally, fields=statements)

    def grant(self, grant: Grant) -> Grant:
        """A grant of which every name may be shown."""
        return replace(
            grant,
            principal=self.name(grant.principal),
            asset=self.name(grant.asset),
            opened_by=self.name(grant.opened_by),
            path=tuple(map(self.name, grant.path)),
            closing=tuple(map(self.name, grant.closing)),
            leaving=tuple(map(self.name, grant.leaving)),
            withholding=tuple(map(self.name, grant.withholding)),
            locking=tuple(map(self.name, grant.locking)),
        )

    def setting(self, setting: Setting) -> Setting:
        """A setting of which every name may be shown."""
        return replace(
            setting,
            subject=self.name(setting.subject),
            said=self._text(setting.said),
            remedy=self._text(setting.remedy),
            principal=self.name(setting.principal) if setting.principal else setting.principal,
            reaches=tuple(map(self.name, setting.reaches)),
            closing=tuple(map(self.name, setting.closing)),
            breaks=self._text(setting.breaks) if setting.breaks else setting.breaks,
        )

    def _text(self, text: Text) -> Text:
        return Text(self.name(text.zh), self.name(text.en))

"""What a run notes beside what it found: whose it is, and what the policies declare of its flows and assets.

Reports are made of a run alone, years later too, so it carries what they say of the declarations of its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase

from pii_audit.detection.redact import Redactor
from pii_audit.language import Text
from pii_audit.model.run import Inspected
from pii_audit.policy.evaluation.border import regions_abroad
from pii_audit.policy.model import Flow, Policy, Recipient
from pii_audit.workspace import Workspace


def notes_of(
    space: Workspace, policy: Policy, inspected: Sequence[Inspected], as_of: date, redactor: Redactor
) -> dict[str, str]:
    """The notes of a run, those without content left out; texts in both languages end in `@zh` and `@en`."""
    notes = {"organisation": space.name, "everyone": "\n".join(policy.access.everyone)}
    for unit in space.units.values():
        notes |= {f"unit.{unit.id}": unit.title.zh, f"unit.{unit.id}@en": unit.title.en}
    for flow in policy.flows.values():
        recipient = policy.recipients[flow.recipient]
        abroad = regions_abroad(recipient, policy.cross_border.home, flow.endpoint)
        # Without an answer, these four are asked for all the same.
        notes |= {
            f"flow.{flow.id}.recipient": flow.recipient,
            f"flow.{flow.id}.purpose": flow.purpose,
            f"flow.{flow.id}.region": ", ".join(abroad) or recipient.region or "",
            f"flow.{flow.id}.source": flow.source or "",
        }
        titles = {"recipient": recipient.title, "purpose": policy.purposes[flow.purpose].title}
        notes |= {f"flow.{flow.id}.{name}": value for name, value in _in_both(titles)}
        notes |= {f"flow.{flow.id}.{name}": value for name, value in _declared(flow, recipient, as_of) if value}
    for source in space.sources:
        if source.owner:
            notes[f"source.{source.id}.owner"] = redactor.person(source.owner)
        if source.at_rest is not None:
            notes[f"source.{source.id}.at_rest"] = _line(
                source.at_rest.method, source.at_rest.ref, source.at_rest.until
            )
    for one in inspected:
        if one.fields:
            notes |= {f"asset.{one.asset.id}.{name}": value for name, value in _of_asset(one, policy) if value}
    return notes


def _in_both(titles: dict[str, Text]) -> Iterator[tuple[str, str]]:
    for name, title in titles.items():
        yield f"{name}@zh", title.zh
        yield f"{name}@en", title.en


def _declared(flow: Flow, recipient: Recipient, as_of: date) -> Iterator[tuple[str, str]]:
    yield "role", recipient.role
    yield "basis", flow.legal_basis or ""
    if flow.consent is not None:
        yield "consent", _line(flow.consent.kind, flow.consent.ref)
    covering = [one for one in recipient.agreements if one.covers(flow.purpose)]
    yield (
        "agreement",
        "\n".join(
            f"{one.ref} {one.from_ or ''}..{one.until or ''}"
            for one in [one for one in covering if one.in_force(as_of)] or covering
        ),
    )
    if recipient.transfer is not None:
        yield "transfer", _line(recipient.transfer.mechanism, recipient.transfer.ref, recipient.transfer.until)
    yield "channel", flow.channel or ""
    if flow.protection is not None:
        yield "protection", _line(flow.protection.file, flow.protection.channel, flow.protection.ref)
    yield "pia", flow.pia or ""
    yield "returns", recipient.return_or_delete or ""


def _of_asset(one: Inspected, policy: Policy) -> Iterator[tuple[str, str]]:
    def meant(globs: Iterable[str]) -> bool:
        return any(fnmatchcase(f"{one.asset.source}.{one.asset.name}", pattern) for pattern in globs)

    purposes = [purpose for purpose in policy.purposes.values() if meant(purpose.held_in)]
    yield "purposes@zh", "、".join(purpose.title.zh for purpose in purposes)
    yield "purposes@en", ", ".join(purpose.title.en for purpose in purposes)
    kept = [line for line in policy.storage.retention if meant([line.asset])]
    yield "kept", "\n".join(f"{line.date} {line.keep_at_least or ''}..{line.delete_after or ''}" for line in kept)


def _line(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part)

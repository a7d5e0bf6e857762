"""Steps with findings, and the examination of their history."""

from __future__ import annotations

import argparse
import getpass
import os
import re
from typing import TYPE_CHECKING

from pii_audit.cli.options import draw
from pii_audit.cli.session import Session
from pii_audit.errors import UsageError
from pii_audit.language import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pii_audit.findings.life import Move
    from pii_audit.model.lifecycle import Actor
    from pii_audit.workspace import Workspace


LONGEST_NAME = 200


def walk(session: Session, options: argparse.Namespace) -> int:
    """One step with each of the findings named, all or none; shows how they stand then."""
    from pii_audit.render.json import render_tracked  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.table import render_findings  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415
    from pii_audit.workspace import load_key  # noqa: PLC0415

    space = session.workspace()
    masked = masking(space)
    move = _move(space, options, masked)
    with Store.open(space.store, space.root, create=False, key=load_key(space)) as store:
        moved = store.move(list(dict.fromkeys(options.ids)), move, actor(space, options.by, masked))
    found = [tracked.in_zone(space.now().tzinfo) for tracked in moved]
    if options.format == "json":
        write_output(options.output, render_tracked(found, session.language))
    else:
        draw(session, options.output, lambda console: render_findings(found, console, session.language, space.today()))
    return 0


def _move(space: Workspace, options: argparse.Namespace, masked: Callable[[str], str]) -> Move:
    from pii_audit.findings.life import Accept, Assign, Rectify, Reject, Reopen  # noqa: PLC0415 - start-up does without

    if options.unit:
        space.unit(options.unit)
    owner, approver, reviewer, reason = (
        masked(told or "") for told in (options.owner, options.approver, options.reviewer, options.reason)
    )
    match options.action:
        case "assign":
            return Assign(owner or None, options.unit, options.due, reason)
        case "rectify":
            return Rectify(reason)
        case "accept":
            return Accept(owner, approver, reason, options.until)
        case "reject":
            return Reject(reviewer, reason, options.until)
        case _:
            return Reopen(reason)


def actor(space: Workspace, by: str | None, masked: Callable[[str], str]) -> Actor:
    """Who does it: the name that is given, in the environment or of the account; and the account in any case.

    An identifier in either is masked.
    """
    from pii_audit.model.lifecycle import Actor  # noqa: PLC0415 - start-up does without

    try:
        account = getpass.getuser()
    except (OSError, KeyError):
        # A container may run under a number that has no name.
        account = f"uid {os.getuid()}"
    name = (by or os.environ.get("PII_AUDIT_OPERATOR") or account).strip()
    if len(name) > LONGEST_NAME:
        raise UsageError(
            Text(f"--by 超过 {LONGEST_NAME} 个字符", f"--by is longer than {LONGEST_NAME} characters"),
            todo=Text("写姓名即可", "a name will do"),
        )
    return Actor(masked(name or account), masked(account), space.now())


def masking(space: Workspace) -> Callable[[str], str]:
    """Masks identifiers in what people write: a phone number has no more place in a history than in a report."""
    from pii_audit.detection.redact import Redactor  # noqa: PLC0415 - start-up does without
    from pii_audit.detection.tally import Detector  # noqa: PLC0415
    from pii_audit.identifiers.catalogue import load_catalogue  # noqa: PLC0415
    from pii_audit.model.fingerprint import Fingerprinter  # noqa: PLC0415
    from pii_audit.workspace import load_key  # noqa: PLC0415

    fingerprinter = Fingerprinter(load_key(space))
    return Redactor(Detector(load_catalogue(space.identifiers), fingerprinter), fingerprinter).person


def verify(session: Session, options: argparse.Namespace) -> int:
    """Examines the history; 1 when it was tampered with."""
    from pii_audit.render.json import render_verification  # noqa: PLC0415 - start-up does without
    from pii_audit.render.output import write_output  # noqa: PLC0415
    from pii_audit.render.table import render_verified  # noqa: PLC0415
    from pii_audit.store import Store  # noqa: PLC0415
    from pii_audit.workspace import load_key  # noqa: PLC0415

    expected = options.expect.strip().lower() if options.expect else None
    if expected is not None and not re.fullmatch(r"[0-9a-f]{64}", expected):
        raise UsageError(
            Text("--expect 不是末端哈希（64 位十六进制）", "--expect is no head (64 hexadecimal digits)"),
            todo=Text("findings verify 会给出它", "`findings verify` prints it"),
        )
    space = session.workspace()
    with Store.open(space.store, space.root, create=False, key=load_key(space)) as store:
        verified = store.verify(expected)
    if options.format == "json":
        write_output(options.output, render_verification(verified, session.language))
    else:
        draw(session, options.output, lambda console: render_verified(verified, console, session.language))
    return 1 if verified.problems else 0

"""Using: files that belong to accounts which nobody has any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.model.run import Inspected
from pii_audit.rules.interface import Draft, Facts, concern, proof, titles

NO_ACCOUNT = ("user:#", "group:#")
"""How a principal is written of whom the system knows a number alone."""


def orphaned(facts: Facts) -> Iterator[Draft]:
    """USE004: an account that left keeps files with personal information; whoever gets its number next can read them.

    A gap: another system, from which the share is mounted, may know the account. One finding for each number.
    """
    holds = {
        one.asset.id: one for one in facts.inspected if any(found.form in PLAIN_EQUIVALENT for found in one.fields)
    }
    held: dict[tuple[str, str], dict[str, Inspected]] = defaultdict(dict)
    closing: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for grant in facts.grants:
        one = holds.get(grant.asset)
        if one is not None and grant.privilege == "read" and grant.principal.startswith(NO_ACCOUNT):
            held[one.asset.source, grant.principal][one.asset.id] = one
            closing[one.asset.source, grant.principal] |= dict.fromkeys(grant.closing)
    for (source, principal), files in held.items():
        statements = [found for one in files.values() for found in one.fields if found.form in PLAIN_EQUIVALENT]
        kinds = titles(facts, [found.identifier for found in statements])
        first, count = next(iter(files)), len(files)
        more = Text(f" 等 {count} 个文件", f" and {count - 1} more") if count > 1 else Text("", "")
        yield Draft(
            "USE004",
            (source, principal),
            Text(
                f"{principal} 已无对应账号,仍可读取 {first}{more.zh}:{kinds.zh}",
                f"{principal} has no account any more and can still read {first}{more.en}: {kinds.en}",
            ),
            outcome=Outcome.GAP,
            source=source,
            asset=first if count == 1 else None,
            identifiers=tuple(dict.fromkeys(found.identifier for found in statements)),
            principal=principal,
            evidence=proof(statements, list(files), close=list(closing[source, principal])[:50]),
            concern=concern(facts, statements),
        )


RULES = (orphaned,)

"""Using: files that belong to accounts which nobody has any more, and files that somebody can change whose post only reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pii_audit.language import Text
from pii_audit.model.finding import Outcome
from pii_audit.model.forms import PLAIN_EQUIVALENT
from pii_audit.model.grant import Grant, is_called
from pii_audit.model.run import Inspected
from pii_audit.policy.model import AccessRule
from pii_audit.rules.interface import LISTED, Draft, Facts, concern, proof, titles, to_run

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
                f"{principal} 已无对应账号，仍可读取 {first}{more.zh}：{kinds.zh}",
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


CHANGES = frozenset({"write", "admin"})
"""Actions of a post that let its holders change what they read."""


def changing(facts: Facts) -> Iterator[Draft]:
    """USE002: files that the holders of a post can change, whose actions do not say so; one finding for each principal and grant."""
    holds = {one.asset.id: one for one in facts.inspected if one.fields}
    found: dict[tuple[str, str, str], list[Grant]] = defaultdict(list)
    for grant in facts.grants:
        if grant.privilege == "write" and grant.asset in holds:
            source = holds[grant.asset].asset.source
            posts = _posts(facts, grant.principal, source)
            if posts and _reads_only(posts):
                found[source, grant.principal, grant.opened_by].append(grant)
    for (source, principal, opened_by), grants in found.items():
        files = [holds[grant.asset] for grant in grants]
        statements = [statement for one in files for statement in one.fields]
        kinds = titles(facts, [statement.identifier for statement in statements])
        commands = list(dict.fromkeys(command for grant in grants for command in grant.closing))
        first, count = files[0].asset.id, len(files)
        more = Text(f" 等 {count} 个文件", f" and {count - 1} more") if count > 1 else Text("", "")
        yield Draft(
            "USE002",
            (source, principal, opened_by),
            Text(
                f"{principal} 的岗位不含修改，却可改写 {first}{more.zh}：{kinds.zh}（{opened_by}）",
                f"{principal}, whose post does not change anything, can write {first}{more.en}: {kinds.en} ({opened_by})",
            ),
            source=source,
            asset=first if count == 1 else None,
            identifiers=tuple(dict.fromkeys(statement.identifier for statement in statements)),
            principal=principal,
            evidence=proof(statements, [one.asset.id for one in files], close=commands[:LISTED]),
            policy=_posts(facts, principal, source)[0].position,
            remediation=to_run(commands),
            concern=concern(facts, statements),
        )


def _posts(facts: Facts, principal: str, source: str) -> list[AccessRule]:
    return [
        rule
        for rule in facts.policy.access.rules
        if (not rule.sources or source in rule.sources) and is_called(principal, rule.principals)
    ]


def _reads_only(rules: Sequence[AccessRule]) -> bool:
    """Whether every rule says what may be done, and none lets anything be changed."""
    return all(rule.actions and not CHANGES & set(rule.actions) for rule in rules)


RULES = (orphaned, changing)

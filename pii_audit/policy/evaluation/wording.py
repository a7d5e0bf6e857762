"""How verdicts speak of columns, forms, and what to do about them."""

from __future__ import annotations

from functools import lru_cache

from pii_audit.identifiers.model import Catalogue, Identifier
from pii_audit.language import Text, same
from pii_audit.model.forms import Form
from pii_audit.policy.evaluation.case import Seen
from pii_audit.policy.model import Requirement

LISTED = 5
"""So many columns are named in a sentence; the verdict lists them all."""

FORMS = {
    Form.PLAIN: Text("明文", "in clear"),
    Form.ENCODED: Text("仅编码，等同明文", "merely encoded"),
    Form.BARE_HASH: Text("无密钥哈希", "hashed without a key"),
    Form.TRUNCATED: Text("截断", "truncated"),
    Form.MASKED: Text("已屏蔽", "masked"),
    Form.KEYED_HASH: Text("带密钥哈希", "hashed with a key"),
    Form.TOKENISED: Text("令牌化", "tokenised"),
    Form.ENCRYPTED: Text("已加密", "encrypted"),
    Form.PASSWORD_HASH: Text("口令哈希", "hashed as a password"),
    Form.ABSENT: Text("不出现", "absent"),
}

_SUBJECTS = {
    "customer": Text("客户", "customer"),
    "contact": Text("联系人", "contact"),
    "guarantor": Text("担保人", "guarantor"),
    "beneficiary": Text("受益人", "beneficiary"),
    "employee": Text("员工", "employee"),
    "minor": Text("未成年人", "minor"),
}


@lru_cache(maxsize=4096)
def columns(names: tuple[str, ...], *, text: bool = False) -> Text:
    """`column "a"`, `columns "a", "b"`, with the free text where that holds it too."""
    quoted = [f'"{name}"' for name in names[:LISTED]]
    more = len(names) - LISTED
    zh = "、".join(f"“{name}”" for name in names[:LISTED]) + (f" 等 {len(names)} 列" if more > 0 else "")
    en = ", ".join(quoted) + (f" and {more} more" if more > 0 else "")
    body = Text("正文", "the free text")
    if not names:
        return body
    word = Text(f"列 {zh}", f"column{'s' if len(names) > 1 else ''} {en}")
    return Text(f"{word.zh}和{body.zh}", f"{word.en} and {body.en}") if text else word


def places(seen: Seen) -> Text:
    """Where an element was seen."""
    return columns(seen.fields, text=seen.in_text)


def holds(seen: Seen, title: Text) -> Text:
    """`column "a" holds cn_mobile of a contact, masked`: the head of every verdict on an element."""
    where = places(seen)
    form = FORMS[seen.form]
    if seen.form in (Form.MASKED, Form.TRUNCATED) and not seen.adequate:
        form = Text(f"{form.zh}但遮盖不足", f"{form.en} but showing too much")
    elif seen.form is Form.BARE_HASH:
        form = Text(f"{form.zh}，可枚举还原", f"{form.en}, which can be reversed")
    whose = _SUBJECTS.get(seen.subject, same(seen.subject))
    subject = same("") if seen.subject == "customer" else Text(f"{whose.zh}的", f" of a {whose.en}")
    some = "" if seen.certain else "可能"
    verb = "hold" if len(seen.fields) > 1 else "holds"
    verb = verb if seen.certain else f"probably {verb}"
    return Text(
        f"{where.zh}{some}含{subject.zh}{title.zh}（{form.zh}）", f"{where.en} {verb} {title.en}{subject.en}, {form.en}"
    )


def removal(seen: Seen) -> Text:
    """Take it out of the export."""
    where = places(seen)
    if not seen.fields:
        return Text(f"从正文中删除 {seen.identifier}", f"take {seen.identifier} out of the free text")
    if seen.in_text:
        return Text(
            f"从导出中删除{where.zh}里的 {seen.identifier}", f"remove {seen.identifier} from {where.en} of the export"
        )
    return Text(f"从导出中删除{where.zh}", f"remove {where.en} from the export")


@lru_cache(maxsize=4096)
def demanded(requirement: Requirement) -> Text:
    """The form that a line asks for, as a phrase."""
    zh = "或".join(FORMS[form].zh for form in requirement.forms)
    en = " or ".join(FORMS[form].en for form in requirement.forms)
    if requirement.show is None:
        return Text(zh, en)
    first, last = requirement.show
    return Text(
        f"{zh}（至多显示前 {first} 位、后 {last} 位）", f"{en} (showing at most the first {first} and last {last})"
    )


def transformation(seen: Seen, requirement: Requirement, catalogue: Catalogue) -> Text:
    """How to bring an element into the form that is asked for."""
    where, asked = places(seen), requirement.forms[0]
    if asked in (Form.MASKED, Form.TRUNCATED):
        return _hiding(where, asked, requirement, catalogue.get(seen.identifier))
    ways = {
        Form.KEYED_HASH: Text(
            "改为带密钥的哈希（HMAC），密钥不交给接收方", "replace it by an HMAC whose key the recipient has not"
        ),
        Form.TOKENISED: Text("改为令牌", "replace it by a token"),
        Form.ENCRYPTED: Text("逐值加密", "encrypt the values"),
        Form.PASSWORD_HASH: Text("改为加盐慢哈希", "replace it by a salted, slow hash"),
    }
    way = ways.get(asked)
    if asked is Form.ABSENT:
        out = removal(seen)
        return Text(f"{out.zh}，或只给出是或否", f"{out.en}, or state yes or no in its place")
    if way is None:
        return removal(seen)
    return Text(f"{where.zh}：{way.zh}", f"{where.en}: {way.en}")


def _hiding(where: Text, asked: Form, requirement: Requirement, known: Identifier | None) -> Text:
    verb = Text("屏蔽", "mask") if asked is Form.MASKED else Text("截断", "truncate")
    if requirement.show is not None or known is None:
        first, last = requirement.show or (0, 0)
        least = Text("", "")
    else:
        first, last, hidden = known.adequacy.first, known.adequacy.last, known.adequacy.hidden
        least = Text(f"、至少遮盖 {hidden} 位", f", and {hidden} or more are hidden")
    return Text(
        f"{verb.zh}{where.zh}：至多保留前 {first} 位和后 {last} 位{least.zh}",
        f"{verb.en} {where.en} so that at most the first {first} and last {last} characters show{least.en}",
    )

"""How and where it goes: SHR010 clear channels, XBR001 mechanism and XBR002 thresholds of cross-border provision."""

from __future__ import annotations

from collections.abc import Iterator

from pii_audit.language import Text
from pii_audit.model.finding import WORST_FIRST, Outcome, Verdict
from pii_audit.policy.evaluation.case import Case, Seen
from pii_audit.policy.evaluation.forms import counts_as_plain
from pii_audit.policy.evaluation.protection import CLEAR_CHANNELS, PROTECTED_CHANNELS, Guard, guard
from pii_audit.policy.evaluation.volume import at_least_this_run, persons_this_run
from pii_audit.policy.model import Endpoint, Recipient, Transfer

CHINA = "CN"
PROVED_BY_REFERENCE = frozenset({"assessment", "certification", "standard_contract"})
"""Mechanisms of which there is a paper: a result, a certificate, a filing."""


def channel_verdicts(case: Case) -> Iterator[Verdict]:
    """SHR010: clear values over a channel that anybody on the way can read, the file itself unprotected.

    What `protection` says counts where it names an encryption; a word that is not known proves nothing.
    """
    if not any(_readable(seen, case) for seen in case.seen):
        return
    channel, position = case.flow.channel, case.flow.at("channel")
    protection = case.flow.protection
    layers = [layer for layer in (protection.file, protection.channel) if layer] if protection else []
    guarded = [layer for layer in layers if guard(layer) is Guard.ENCRYPTED]
    unknown = [layer for layer in layers if guard(layer) is Guard.UNKNOWN]
    ways = [channel] if channel is not None else []
    ways += [protection.channel] if protection is not None and protection.channel is not None else []
    clear = next((way for way in ways if way.lower() in CLEAR_CHANNELS), None)
    if clear is not None and clear is not channel and protection is not None:
        position = protection.position
    remedy = Text(
        "改用 sftp、https 等加密通道，或加密文件并登记 protection",
        "use an encrypted channel such as sftp or https, or encrypt the file and enter protection",
    )
    endpoint = case.flow.endpoint
    spoken_clear = endpoint is not None and endpoint.scheme in CLEAR_CHANNELS
    if guarded and protection is not None:
        message = Text(f"传输受保护：{guarded[0]}", f"protected on the way: {guarded[0]}")
        yield case.of_flow("channel", Outcome.COMPLIANT, message, protection.position, "SHR010")
    elif unknown and protection is not None and (spoken_clear or clear is not None):
        at = protection.position
        message = Text(
            f"不知道 protection 的 {unknown[0]} 是否加密（{at.to_line}）",
            f"whether {unknown[0]} under protection encrypts is not known ({at.to_line})",
        )
        named = Text(
            "写明加密方式，例如 pgp、aes-256、sm4、tls", "name the encryption, for instance pgp, aes-256, sm4 or tls"
        )
        yield case.of_flow("channel", Outcome.GAP, message, at, "SHR010", named)
    elif endpoint is not None and spoken_clear:
        said = Text(f",而 channel 写的是 {channel}", f"; channel says {channel}") if channel else Text("", "")
        at = endpoint.position
        message = Text(
            f"送达地址（{at.to_line}）用的是明文协议 {endpoint.scheme}{said.zh}",
            f"the endpoint ({at.to_line}) is spoken to in clear, over {endpoint.scheme}{said.en}",
        )
        outcome = Outcome.VIOLATION if case.recipient.outside else Outcome.GAP
        yield case.of_flow("channel", outcome, message, at, "SHR010", remedy)
    elif clear is not None:
        message = Text(
            f"个人信息经明文通道 {clear} 外发（{position.to_line}）",
            f"personal information leaves in clear over {clear} ({position.to_line})",
        )
        outcome = Outcome.VIOLATION if case.recipient.outside else Outcome.GAP
        yield case.of_flow("channel", outcome, message, position, "SHR010", remedy)
    elif channel is None:
        message = Text("没有登记传输通道（channel）", "no channel is on record")
        yield case.of_flow("channel", Outcome.GAP, message, case.flow.position, "SHR010", remedy)
    elif channel.lower() in PROTECTED_CHANNELS:
        message = Text(f"传输受保护：{channel}", f"protected on the way: {channel}")
        yield case.of_flow("channel", Outcome.COMPLIANT, message, position, "SHR010")
    else:
        message = Text(
            f"不知道通道 {channel} 是否加密（{position.to_line}）",
            f"whether channel {channel} is encrypted is not known ({position.to_line})",
        )
        yield case.of_flow("channel", Outcome.GAP, message, position, "SHR010", remedy)


def _readable(seen: Seen, case: Case) -> bool:
    """Whether somebody on the way could read the value: they hold no key."""
    enumerable = case.enumerable(seen.identifier)
    return counts_as_plain(seen.form, adequate=seen.adequate, enumerable=enumerable, key_held=False)


def abroad(case: Case) -> tuple[str, ...]:
    """The regions outside home that the recipient, its sub-processors and the endpoint are in."""
    return regions_abroad(case.recipient, case.policy.cross_border.home, case.flow.endpoint)


def regions_abroad(recipient: Recipient, home: tuple[str, ...], endpoint: Endpoint | None = None) -> tuple[str, ...]:
    """Where outside home what a recipient gets ends up, as far as that is on record."""
    regions = (
        recipient.region,
        endpoint.region if endpoint else None,
        *(sub.region for sub in recipient.sub_processors),
    )
    return tuple(dict.fromkeys(region for region in regions if region is not None and region not in home))


def border_verdicts(case: Case) -> Iterator[Verdict]:
    """XBR001 and XBR002 (PIPL Art. 38 to 40)."""
    recipient = case.recipient
    if not recipient.outside:
        return
    if recipient.region is None:
        message = Text(f"没有登记 {recipient.id} 所在地区（region）", f"the region of {recipient.id} is not on record")
        remedy = Text("填写 region", "enter region")
        yield case.of_flow("region", Outcome.GAP, message, recipient.position, "XBR001", remedy)
    for sub in recipient.sub_processors:
        if sub.region is None:
            message = Text(
                f"没有登记 {recipient.id} 转委托的 {sub.name} 所在地区（region）",
                f"the region of {sub.name}, to whom {recipient.id} passes it on, is not on record",
            )
            remedy = Text("填写 sub_processors 的 region", "enter region under sub_processors")
            yield case.of_flow(
                f"sub_processor.{sub.name}.region", Outcome.GAP, message, recipient.position, "XBR001", remedy
            )
    if abroad(case):
        yield _mechanism(case)
        yield from _threshold(case)


def _mechanism(case: Case) -> Verdict:
    transfer, where = case.recipient.transfer, ", ".join(abroad(case))
    remedy = Text(
        "完成安全评估、标准合同或认证之一，登记 transfer 后再提供",
        "complete an assessment, a standard contract or a certification, and enter transfer before providing",
    )
    if transfer is None:
        message = Text(
            f"向境外（{where}）提供，没有出境机制", f"goes abroad ({where}) and no transfer mechanism is on record"
        )
        return case.of_flow("transfer", Outcome.VIOLATION, message, case.recipient.position, "XBR001", remedy)
    at = transfer.position
    if transfer.until is not None and transfer.until < case.as_of:
        message = Text(
            f"出境机制 {transfer.mechanism} 已于 {transfer.until} 到期（{at.to_line}）",
            f"the transfer mechanism {transfer.mechanism} ended on {transfer.until} ({at.to_line})",
        )
        return case.of_flow("transfer", Outcome.VIOLATION, message, at, "XBR001", remedy)
    if transfer.mechanism == "adequacy" and CHINA in case.policy.cross_border.home:
        message = Text(
            f"{at.to_line}：个人信息保护法没有充分性认定这一机制",
            f"adequacy ({at.to_line}) is no mechanism of the PIPL",
        )
        return case.of_flow("transfer", Outcome.GAP, message, at, "XBR001", remedy)
    if transfer.ref is None and transfer.mechanism in PROVED_BY_REFERENCE:
        message = Text(
            f"出境机制 {transfer.mechanism}（{at.to_line}）没有凭据（ref）",
            f"the transfer mechanism {transfer.mechanism} ({at.to_line}) names no proof (ref)",
        )
        remedy = Text(
            "填写评估、备案或认证的编号 ref", "enter ref: the number of the assessment, filing or certificate"
        )
        return case.of_flow("transfer", Outcome.GAP, message, at, "XBR001", remedy)
    message = Text(f"出境（{where}）：{transfer.mechanism}", f"goes abroad ({where}) under {transfer.mechanism}")
    return case.of_flow("transfer", Outcome.COMPLIANT, message, at, "XBR001")


_NEEDED = {
    "exempt": (
        Text("标准合同或认证", "a standard contract or a certification"),
        Text(
            "订立并备案标准合同或通过认证，在此之前停止提供；豁免另有依据的，填写 ground",
            "conclude and file a standard contract or get certified, and stop until then; enter ground where the "
            "exemption has another",
        ),
    ),
    "other": (
        Text("安全评估", "a security assessment"),
        Text("申报数据出境安全评估，在此之前停止提供", "apply for the security assessment, and stop until it is done"),
    ),
}


def _threshold(case: Case) -> Iterator[Verdict]:
    """XBR002: from these numbers on, a standard contract, a certification or an exemption by number no longer does.

    Sensitive information and any have a limit each; the worse of the two answers holds. An exemption that rests on a contract, employment or an emergency (Art. 5(1) to (3)) is ended by no number.
    """
    transfer = case.recipient.transfer
    if CHINA not in case.policy.cross_border.home or transfer is None or transfer.mechanism == "assessment":
        return
    if transfer.mechanism == "exempt" and transfer.ground not in (None, "number"):
        return
    everybody = _counted(case, transfer, sensitive=False)
    if not any(case.sensitive(seen) for seen in case.seen):
        yield everybody
        return
    # Ten people's cards beside two million phone numbers leave the two million where they are.
    yield min(_counted(case, transfer, sensitive=True), everybody, key=lambda one: WORST_FIRST.index(one.outcome))


def _counted(case: Case, transfer: Transfer, *, sensitive: bool) -> Verdict:
    """The people of this year against one of the two limits: that of sensitive information, or that of any."""
    knowledge, at, rules = case.knowledge, transfer.position, case.policy.cross_border
    threshold = rules.contract_from if transfer.mechanism == "exempt" else rules.assessment_from
    limit = threshold.sensitive if sensitive else threshold.other
    year, run = knowledge.abroad_this_year, at_least_this_run(case)
    if sensitive:
        year = knowledge.sensitive_this_year if knowledge.sensitive_this_year is not None else year
        run = min(run, sum(seen.hits for seen in case.seen if case.sensitive(seen)))
    count = max(year or 0, run)
    kind = Text("敏感个人信息", "sensitive information") if sensitive else Text("个人信息", "information")
    if count >= limit:
        needed, remedy = _NEEDED["exempt" if transfer.mechanism == "exempt" else "other"]
        # Where no ground is named, the exemption may be one that no number ends.
        open_ground = transfer.mechanism == "exempt" and transfer.ground is None
        outcome = Outcome.GAP if open_ground else Outcome.VIOLATION
        message = Text(
            f"今年向境外提供约 {count:,} 人的{kind.zh}，达到 {limit:,} 人须有{needed.zh}；"
            f"登记的是 {transfer.mechanism}（{at.to_line}）",
            f"{kind.en} of about {count:,} people went abroad this year; from {limit:,} on it takes {needed.en}, "
            f"not {transfer.mechanism} ({at.to_line})",
        )
        return case.of_flow("transfer.threshold", outcome, message, at, "XBR002", remedy)
    if year is None or persons_this_run(case) is None:
        message = Text(
            f"今年向境外提供的累计人数未知（门槛 {limit:,} 人）",
            f"how many people's {kind.en} went abroad this year is not known (threshold {limit:,})",
        )
        remedy = Text("用登记台账（store）核对累计人数", "count them against the recorded runs (store)")
        return case.of_flow("transfer.threshold", Outcome.GAP, message, at, "XBR002", remedy)
    message = Text(f"今年约 {count:,} 人，低于 {limit:,} 人", f"about {count:,} people this year, below {limit:,}")
    return case.of_flow("transfer.threshold", Outcome.COMPLIANT, message, at, "XBR002")

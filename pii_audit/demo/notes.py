"""What the demo bank's call centre writes down: free text with identifiers inside."""

from __future__ import annotations

from random import Random

from pii_audit.demo.bank import Customer

TEMPLATES = (
    "客户{name}来电，预留手机{mobile}，咨询随心贷额度，已答复。",
    "客户{name}来电要求更换手机号，新号码{mobile}，身份证{document}已核对。",
    "来电人{name}称卡号{card}在ATM被吞，已登记，约三日内领回。",
    "客户反映尾号{tail}的卡有一笔88.50元消费非本人操作，订单号20260518{order}，已转风控。",
    "客户{name}({document})投诉等候时间长，回访电话{mobile}。",
    "客户咨询网点营业时间，告知9:00-17:00，未涉及账户信息。",
    "客户询问2026年5月账单，应还3,280.16元，已发送至邮箱{email}。",
    "回访无人接听，三次：09:12、11:40、15:03。工单2026051800{order}关闭。",
)


def call_note(customer: Customer, random: Random) -> str:
    """One note about one customer; some name nobody."""
    who = customer.person
    card = customer.cards[0]
    return random.choice(TEMPLATES).format(
        name=who.name,
        mobile=who.mobile,
        document=who.document,
        card=card.number,
        tail=card.tail,
        email=who.email,
        order=f"{random.randrange(10_000):04d}",
    )

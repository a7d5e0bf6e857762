"""Chinese personal names given away by the words around them: a title after, a label or a salutation before. No model is asked.

The text is folded: punctuation is ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pii_audit.detection.names.span import PERSON, Found, Method
from pii_audit.identifiers.people import looks_like_name

SCORE = 0.75
"""A label or a salutation, and the shape of a name after it, are hardly ever wrong."""
_HAN_NAME = r"[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,8}){0,2}"
_SET_APART = r"[\u4e00-\u9fff] {1,4}[\u4e00-\u9fff]"
"""A name of two characters, as wide as one of three."""
_LABEL = (
    r"姓\s{0,4}名|名字|联系人|收件人|收货人|寄件人|取件人|签收人|持卡人|申请人|借款人|担保人|保证人|投保人|被保险人|受益人|户名|户主|经办人|经办|复核|"
    r"授权|审批人|审核|制单|收款人|付款人|汇款人|法定代表人|法人代表|负责人|委托人|受托人|代理人|代办人|开户人|监护人|推荐人|客户经理|出租人|承租人|"
    r"甲方|乙方|原告|被告|投诉人|来电人|本人签名|签名|签字|配偶|操作员|柜员|客户名称|真实姓名"
)
_BEFORE = re.compile(
    rf"(?:{_LABEL})[\"”』】\]]?(?:\([^()\n]{{1,8}}\))?[ \t]*(?:[:=][ \t]*|[是为][ \t]*:?[ \t]*|[ \t]+)[\"“\[【]?"
    rf"({_HAN_NAME}|{_SET_APART})(?=[\s,。;、()0-9\"”\]】<>/|!]|$|先生|女士|小姐|同志|性别|电话|手机|身份证|证件|住址|地址|年龄|账号|卡号|与)"
)
_TITLED = re.compile(
    rf"(?:尊敬的|亲爱的|致)(?:客户|用户|会员)?[ \t:]*({_HAN_NAME}?)(?:先生|女士|小姐|同志|老师|阁下|同学|经理|主任)"
)
_SALUTED = re.compile(rf"(?:尊敬的|亲爱的)(?:客户|用户|会员)?[ \t:]*({_HAN_NAME})[ \t]*(?=[:,!]|您好|你好)")

_GREETED = re.compile(
    rf"(?:^|[】\]\"“])[ \t]*({_HAN_NAME}?)(?:先生|女士|小姐|同学)?[,:]?[ \t]*(?:您好|你好)", re.MULTILINE
)
"""At the head of a message, behind the sign of its sender."""


def names_by_context(text: str) -> Iterator[Found]:
    """The Chinese names of a text that a title, a label or a salutation gives away; none overlaps another."""
    taken: set[int] = set()
    for regex in (_TITLED, _SALUTED, _GREETED, _BEFORE):
        for found in regex.finditer(text):
            start, end = found.span(1)
            if not taken.intersection(range(start, end)) and looks_like_name(found[1]):
                taken.update(range(start, end))
                yield Found(start, end, PERSON, SCORE, Method.CONTEXT)

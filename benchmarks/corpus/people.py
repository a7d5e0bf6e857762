"""Names and places of synthetic people; two disjoint stocks, so that a held-out corpus has names of its own."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Stock:
    """The words that people are made of."""

    surnames: tuple[str, ...]
    given: str
    minority: tuple[str, ...]
    english: tuple[str, ...]
    mail_words: tuple[str, ...]
    mail_domains: tuple[str, ...]
    cities: tuple[str, ...]
    roads: tuple[str, ...]
    estates: tuple[str, ...]


FIRST = Stock(
    tuple("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 林 高 罗 欧阳 司马".split()),  # noqa: SIM905 - a list of words
    "伟强磊军洋勇杰涛明超刚平辉鹏华飞芳娜敏静丽艳娟霞秀燕玲桂英婷雪慧",
    ("阿依古丽·买买提", "扎西·次仁", "古力娜扎·拜合提亚尔"),
    ("John Smith", "Mary O'Brien", "David Miller", "Susan Clark", "Peter van Dyke", "Anna-Marie Weber"),
    ("zhang", "li.wei", "wang_min", "chen-jie", "liu88", "john.smith", "mary.obrien", "sunny2008", "bank+vip", "a.b.c"),
    ("example.com", "example.net", "mail.example.org", "bank.example.cn", "corp-mail.example.com.cn"),
    (
        "浙江省杭州市西湖区",
        "江苏省南京市鼓楼区",
        "广东省深圳市南山区",
        "北京市朝阳区",
        "上海市浦东新区",
        "四川省成都市武侯区",
    ),
    ("文三路", "人民路", "建设街", "解放大道", "中山北路", "学院路"),
    ("", "", "翠苑小区", "阳光花园"),
)
HELD_OUT = Stock(
    tuple("郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 蒋 蔡 余 上官 诸葛".split()),  # noqa: SIM905 - a list of words
    "斌宇浩凯健俊帆旭宁龙颖莹琳欣怡梦洁倩璐瑶佳妍晶琪薇蕾雨涵诗思萱雅",
    ("热依扎·阿里木江", "格桑·卓玛", "迪丽热巴·迪力木拉提"),
    ("James Brown", "Linda McCarthy", "Robert De Niro", "Karen Lee", "Olga Ivanova", "Jean-Luc Moreau"),
    ("xu.lei", "songyu", "tang_1990", "j.brown", "o-ivanova", "han.ning.01", "feng%temp", "vip888888", "x_1"),
    ("mail.example.com", "example.org", "hr.example.co", "edu.example.net.cn", "post.example.io"),
    (
        "重庆市渝北区",
        "湖北省武汉市洪山区",
        "陕西省西安市雁塔区",
        "山东省青岛市市南区",
        "福建省厦门市思明区",
        "内蒙古自治区呼和浩特市赛罕区",
    ),
    ("长江路", "延安东路", "珞瑜路", "科技二路", "香港中路", "湖滨南路"),
    ("", "紫金家园", "金地国际公寓", "曹家村"),
)


def person_name(random: Random, stock: Stock) -> str:
    """A Chinese name, now and then one of a minority."""
    if random.random() < 0.03:  # noqa: PLR2004 - a few
        return random.choice(stock.minority)
    return random.choice(stock.surnames) + "".join(random.choices(stock.given, k=random.choice((1, 2, 2))))


def english_name(random: Random, stock: Stock) -> str:
    """A western name."""
    return random.choice(stock.english)


def postal_address(random: Random, stock: Stock) -> str:
    """A postal address down to the house, in one of the usual ways to end it."""
    head = f"{random.choice(stock.cities)}{random.choice(stock.roads)}{random.randrange(1, 900)}号{random.choice(stock.estates)}"
    tails = (
        "",
        f"{random.randrange(1, 40)}幢{random.randrange(101, 3303)}室",
        f"{random.randrange(1, 40)}栋{random.randrange(1, 5)}单元{random.randrange(101, 1903)}室",
        f"{random.choice('ABCD')}座{random.randrange(1, 30)}层",
        f"{random.randrange(1, 20)}号楼{random.randrange(101, 1903)}",
    )
    return head + random.choice(tails)


def mailbox(random: Random, stock: Stock) -> str:
    """An e-mail address in a domain reserved for examples, or below one (RFC 2606)."""
    return f"{random.choice(stock.mail_words)}{random.choice(('', str(random.randrange(10000))))}@{random.choice(stock.mail_domains)}"

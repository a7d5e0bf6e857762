"""Synthetic people: common surnames and given-name characters, numbers that pass their checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from pii_audit.demo import numbers

_SURNAMES = (
    "王:wang 李:li 张:zhang 刘:liu 陈:chen 杨:yang 黄:huang 赵:zhao 吴:wu 周:zhou "
    "徐:xu 孙:sun 马:ma 朱:zhu 胡:hu 郭:guo 何:he 林:lin 高:gao 罗:luo "
    "郑:zheng 梁:liang 谢:xie 宋:song 唐:tang 许:xu 韩:han 冯:feng 邓:deng 曹:cao "
    "彭:peng 曾:zeng 肖:xiao 田:tian 董:dong 袁:yuan 潘:pan 蒋:jiang 蔡:cai 余:yu "
    "杜:du 叶:ye 程:cheng 苏:su 魏:wei 吕:lyu 丁:ding 沈:shen 姚:yao 卢:lu "
    "姜:jiang 崔:cui 钟:zhong 谭:tan 陆:lu 汪:wang 范:fan 欧阳:ouyang 司马:sima 上官:shangguan "
    "诸葛:zhuge"
)
SURNAMES = dict(pair.split(":") for pair in _SURNAMES.split())
"""Common surnames, four compound ones among them, with their pinyin."""
GIVEN_MEN = "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆旭宁龙林东诚毅峰翔晨轩博文子豪泽瑞"
GIVEN_WOMEN = "芳娜敏静丽艳娟霞秀燕玲桂英婷雪慧颖莹琳欣怡梦洁倩璐瑶佳妍晶琪薇蕾雨涵诗思萱雅菲"
SYLLABLES = ("wei", "fang", "jie", "tao", "min", "yu", "hao", "ting", "lei", "jun", "xin", "ling", "bo", "qian", "ning")
EARLIEST_BIRTH = date(1950, 1, 1)
OF_AGE = 18 * 366
"""Days."""
LATEST = date(2026, 1, 1)
"""The last day on which anybody in the demo became a customer."""
MAIL_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com")
"""Reserved for examples (RFC 2606): no letter sent there reaches anybody."""


@dataclass(frozen=True, slots=True)
class Place:
    """A city's district.

    `area` heads resident numbers: the city's GB/T 2260 code with a county part of 99, where no county is, so that the
    numbers made from it are nobody's.
    """

    province: str
    city: str
    district: str
    area: str

    @property
    def text(self) -> str:
        """As an address begins."""
        return f"{self.province}{self.city}{self.district}"


PLACES = (
    Place("浙江省", "杭州市", "西湖区", "330199"),
    Place("浙江省", "杭州市", "滨江区", "330199"),
    Place("浙江省", "宁波市", "鄞州区", "330299"),
    Place("浙江省", "温州市", "鹿城区", "330399"),
    Place("江苏省", "苏州市", "姑苏区", "320599"),
    Place("江苏省", "南京市", "鼓楼区", "320199"),
    Place("广东省", "深圳市", "南山区", "440399"),
    Place("广东省", "广州市", "天河区", "440199"),
    Place("四川省", "成都市", "武侯区", "510199"),
    Place("湖北省", "武汉市", "洪山区", "420199"),
    Place("陕西省", "西安市", "雁塔区", "610199"),
    Place("山东省", "济南市", "历下区", "370199"),
)
ROADS = ("文三路", "人民路", "建设街", "解放大道", "中山北路", "学院路", "新华街", "和平路", "长江路", "延安路")


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic person; `document` is a resident identity number."""

    surname: str
    given: str
    male: bool
    birth: date
    document: str
    mobile: str
    email: str
    place: Place
    address: str

    @property
    def name(self) -> str:
        """Surname and given name."""
        return self.surname + self.given

    @property
    def masked(self) -> str:
        """The name as a text message shows it: the surname and one star."""
        return f"{self.surname}*"

    @property
    def honorific(self) -> str:
        """先生 or 女士."""
        return "先生" if self.male else "女士"


@dataclass(slots=True)
class Registry:
    """Makes people of whom no two share a document, a mobile number or an e-mail address."""

    random: Random
    _taken: set[str] = field(default_factory=set)

    def person(self, adult_on: date = LATEST) -> Person:
        """Somebody new, of age on that day."""
        random = self.random
        surname = random.choice(tuple(SURNAMES))
        male = random.choice((True, False))
        given = "".join(random.choices(GIVEN_MEN if male else GIVEN_WOMEN, k=random.choice((1, 2, 2))))
        birth = EARLIEST_BIRTH + timedelta(days=random.randrange((adult_on - EARLIEST_BIRTH).days - OF_AGE))
        place = random.choice(PLACES)
        return Person(
            surname,
            given,
            male,
            birth,
            numbers.unique(self._taken, self._documents(place.area, birth, male=male)),
            self.mobile(),
            numbers.unique(self._taken, self._emails(SURNAMES[surname])),
            place,
            self._address(place),
        )

    def mobile(self) -> str:
        """A mobile number that nobody has yet."""
        return numbers.unique(self._taken, iter(lambda: numbers.mobile(self.random), ""))

    def _documents(self, area: str, birth: date, *, male: bool) -> Iterator[str]:
        while True:
            yield numbers.resident_id(area, birth, 2 * self.random.randrange(10, 490) + male)

    def _emails(self, stem: str) -> Iterator[str]:
        while True:
            tail = f"{self.random.choice(SYLLABLES)}{self.random.randrange(10, 9999)}"
            yield f"{stem}.{tail}@{self.random.choice(MAIL_DOMAINS)}"

    def _address(self, place: Place) -> str:
        random = self.random
        house = f"{random.choice(ROADS)}{random.randrange(1, 400)}号{random.randrange(1, 30)}幢"
        return f"{place.text}{house}{random.randrange(1, 5)}单元{random.randrange(1, 26)}0{random.randrange(1, 5)}室"

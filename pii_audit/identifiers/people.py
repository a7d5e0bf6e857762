"""Names of persons: told by their shape (Chinese, of minorities, in pinyin, Western), and one however it is spelled."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pii_audit import content
from pii_audit.identifiers.fold import closed, fold

_HAN_NAME = re.compile(r"[\u3400-\u9fff]{2,5}")
_MINORITY_NAME = re.compile(r"[\u3400-\u9fff]{1,10}(?:[·•・‧.][\u3400-\u9fff]{1,10}){1,4}")
"""Names of minorities and foreigners in Han characters, parts joined by a middle dot (GB/T 2312 A1A4 and its look-alikes)."""
_TRANSLITERATED = re.compile(
    "[扎西次仁索朗平措格桑多吉旦增曲卓玛央金拉姆白顿珠洛达娃罗布尼贡嘎强久美普决德丹巴其晋买热提江阿不都合曼古丽哈尔依木沙吐逊克孜艾力麦麻亚帕努肉玉素甫斯坎贝]{4,10}"
)
"""Tibetan and Uyghur names as they are written in Han characters, without a surname."""
_HANGUL_NAME = re.compile(
    "[김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민][\uac00-\ud7a3]{1,3}"
)
_PASSENGER_NAME = re.compile(r"[A-Z]{2,}/[A-Z]{2,}(?: [A-Z]{2,})?")
"""As machine-readable documents and tickets write it: family name, stroke, given names (ICAO Doc 9303-3, IATA Resolution 722)."""
_FIRM = re.compile(
    r".+(?:支行|分行|总行|银行|公司|集团|机场|百货|科技|证券|保险|基金|商场|酒店|超市|学校|医院|大厦|[部店厂局厅])"
)
"""How names of firms and their offices end."""
_TITLES = ("先生", "女士", "小姐", "太太", "夫人")
_NOT_IN_GIVEN_NAMES = frozenset("的了是不与或及第个种类型号码码税款项额费率价单表页们吗呢吧")
NOT_NAMES = frozenset(
    """
    不详 未知 无名 测试 男性 女性 已婚 未婚 高中 成功 平安 高级 安全 温州 常州 杭州 郑州 广州 金华 盛京 成都 武汉 南京 海南 云南 江苏 江西 安徽 宁夏 广东 广西
    宁波 温度 高度 明细 明天 时间 时期 国家 国际 全部 全国 全家 单位 单价 单据 支付 支出 支行 计算 计划 和平 平台 通过 通知 应用 应付 应收 管理 管理员 边界 连接
    明年 年度 年级 公司 公开 信用 信息 信托 满意 强度 水平 利率 利息 都市 相关 容量 从业 金额 金融 金牌 银行 银联 白金 黄金 富贵 商品 商户 商务 封面 项目 关闭 连续 解除
    银行卡 支付宝 应用名 文件名 支票 查询 空调 颜色 原因 青年 简介 平方米 别名 全称 简称 冻结 双方 同意 定期 海外 东方 西门 南门 东门 百里 初中 初级 华东 华南 华北 华中 文件 文本 文化 房产 房屋 车辆 车险 路由 党员 农业 江北 江南 权限 权益 终止 别墅 来源
    方案 方式 方法 关联 关系 成交 支取 计息 公积金 季度 季节 成品 毛利 毛重 安装 管道 白天 全天 双休 时效 时长 司法 习惯 卫生 毕业 广告 曾用 曾用名 符合 左侧 左右 宗教 祖籍
    应届 包装 包裹 常规 常态 明确 宣传 普通 金卡 银卡 白金卡 高净值 农户 农民 文员 司机 程序员 武警 车间 石油 石材 水泥 高新 余杭 萧山 海宁 平湖 宁海 余姚 奉化 路桥
    明文 密文 正文 日志 脱敏 占比 单元 查明 公平 热力图 库里 列里 须单独
    华为 华润 华夏 浦发 广发 万科 万达 苏宁 国美 康师傅 麦当劳 沃尔玛
    """.split(),  # noqa: SIM905 - a list of words
)
"""Frequent words that begin with a character which is also a surname, or that a network takes for names."""

_PARTICLES = (
    "van|von|der|den|de|da|do|dos|das|del|della|di|du|la|le|el|al|bin|bint|ibn|ben|ten|ter|af|av|zu|zur|y|e|san|st\\.?"
)
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ]"
_GIVEN = rf"(?:(?:O|D|L|Mc|Mac|De|La|Le|Di|Da|Fitz)['’]?)?{_CAPITAL}(?:[^\W\d_]|['’](?=[^\W\d_]))+(?:-[^\W\d_]+)*"
_INITIAL = rf"{_CAPITAL}\.?(?:-?{_CAPITAL}\.)*"
_WESTERN_WORD = re.compile(rf"(?:{_GIVEN}|{_INITIAL})")
_PARTICLE = re.compile(_PARTICLES, re.IGNORECASE)
_HONORIFIC = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Herr|Frau|Mme|Sr|Sra)\.? ", re.IGNORECASE)
_SUFFIX = re.compile(r",? (?:Jr|Sr|II|III|IV|PhD|MD)\.?$")
_NOT_PERSONS = frozenset(
    """
    the of and in on for with from at to a an my your our is are inc ltd llc gmbh corp co company bank group limited plc holdings trust fund band orchestra choir
    quartet symphony ensemble records music road street avenue city state university college school hospital department office center centre service services sales
    manager support agent staff general system admin administrator test user customer account number total order product standard premium gold silver black red blue
    new old north south east west united kingdom republic states international national association club society society's society.
    rock metal jazz love night day world live best greatest hits volume vol original soundtrack disc edition
    """.split(),  # noqa: SIM905 - a list of words
)
"""Words that stand in titles, firms and labels, hardly ever in names of persons."""
_MARK = re.compile(r"~[0-9a-f]{6}\s*$")
"""In what a masked name ends (`pii_audit.detection.redact`)."""
_FEWEST_WORDS, _MOST_WORDS = 2, 6
_LONGEST = 80
"""A cell longer than this is no name."""


@cache
def listed_words(name: str) -> frozenset[str]:
    """The words of a list in `scanners/identifiers/words/`."""
    lines = content.text(f"scanners/identifiers/words/{name}.txt").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def surname_length(name: str) -> int:
    """How many characters of a Chinese name are its surname: 2 for a compound one, else 1."""
    return 2 if len(name) > 2 and name[:2] in listed_words("surnames_zh") else 1  # noqa: PLR2004 - a surname of two characters and a given name


def spelled(name: str) -> str:
    r"""A person's name as all its spellings have it in common: to be compared, never to be shown.

    Width, case, spaces and all other signs that are no letters or digits make nobody another person (Unicode NFKC); a domain
    does: `HZ\li.ming` and `BJ\li.ming` are two. A name that is masked is told by its mark, which is made of its spelling.
    """
    if mark := _MARK.search(name):
        return mark[0].rstrip()
    parts = unicodedata.normalize("NFKC", name).casefold().split("\\")
    return "\\".join("".join(filter(str.isalnum, part)) for part in parts)


def looks_like_name(value: str) -> bool:
    """Whether a cell has the shape of a whole personal name, Chinese, minority, pinyin or Western."""
    text = " ".join(fold(value).split())
    if not text or len(text) > _LONGEST or not (text.isalpha() or all(not sign.isdigit() for sign in text)):
        return False
    if "\u3400" <= text[0] <= "\u9fff":
        bare = closed(text)
        bare = bare[:-2] if bare.endswith(_TITLES) else bare
        surname_and_title = bare != text and bare in listed_words("surnames_zh")
        written = (_MINORITY_NAME, _TRANSLITERATED)
        return surname_and_title or _chinese(bare) or any(regex.fullmatch(bare) for regex in written)
    if family_and_given := _PASSENGER_NAME.fullmatch(text):
        return family_and_given[0].partition("/")[0].lower() in listed_words("surnames_pinyin")
    return _HANGUL_NAME.fullmatch(text) is not None or _western(text)


def looks_like_name_part(value: str) -> bool:
    """The same for a family or given name that stands alone; only under a column that says so."""
    text = " ".join(fold(value).split())
    if looks_like_name(text):
        return True
    if len(text) > _LONGEST:
        return False
    if re.fullmatch(r"[\u3400-\u9fff]{1,3}", text):
        return text not in NOT_NAMES and not _NOT_IN_GIVEN_NAMES.intersection(text)
    words = text.split(" ")
    return (
        bool(text)
        and len(words) <= _MOST_WORDS
        and all(_name_word(word) for word in words)
        and words[-1].lower() not in _NOT_PERSONS
    )


def _chinese(text: str) -> bool:
    if not _HAN_NAME.fullmatch(text) or text in NOT_NAMES or _FIRM.fullmatch(text):
        return False
    surnames = listed_words("surnames_zh")
    compound = text[:4] if text[:4] in surnames else text[:2] if text[:2] in surnames else ""
    surname = compound if compound and len(text) > len(compound) else text[0]
    given = text[len(surname) :]
    longest = 3 if surname == compound else 2
    if surname not in surnames and not compound:
        return False
    # A woman's name may carry her husband's surname before her own (Hong Kong, Taiwan): 陈方安生.
    doubled = len(given) == 3 and given[0] in surnames  # noqa: PLR2004 - own surname and two characters
    return (len(given) <= longest or doubled) and not _NOT_IN_GIVEN_NAMES.intersection(given)


def _name_word(word: str) -> bool:
    return _WESTERN_WORD.fullmatch(word) is not None or _PARTICLE.fullmatch(word) is not None


def _western(text: str) -> bool:
    text = _SUFFIX.sub("", _HONORIFIC.sub("", text, count=1))
    family, comma, given = text.partition(", ")
    words = [*family.split(" "), *given.split(" ")] if comma else text.split(" ")
    if not _FEWEST_WORDS <= len(words) <= _MOST_WORDS or {word.lower() for word in words} & _NOT_PERSONS:
        return False
    if len(words) <= 3 and text.islower() and text.isascii():  # noqa: PLR2004 - zhang san feng
        return words[0] in listed_words("surnames_pinyin") and all(word.isalpha() for word in words)
    significant = [word for word in words if not _PARTICLE.fullmatch(word) or word[0].isupper()]
    whole = sum(len(word.strip(".")) > 1 for word in significant)
    return 2 <= len(significant) <= 5 and whole >= 1 and all(_name_word(word) for word in words)  # noqa: PLR2004 - two to five names

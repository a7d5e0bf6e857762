"""Letters, forms, chats and logs of a bank, filled in from templates: text with the spans of persons and postal addresses.

Nobody in them exists: names are surnames and given-name characters thrown together, addresses are invented.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

PERSON, ADDRESS = "P", "A"
Labelled = tuple[str, list[tuple[int, int, str]]]
"""A text and its spans: start, end, PERSON or ADDRESS."""

_HERE = Path(__file__).parent
_SLOT = re.compile(r"\{\{|\}\}|\{([A-Za-z])\}")
_COMMON = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万"
_MINORITY_GIVEN = "阿依古丽 买买提 阿卜杜拉 艾力 古丽娜尔 努尔买买提 玉素甫 帕提古丽 吐尔逊 卓玛 扎西 次仁 多吉 巴特尔 其其格 迪丽热巴 阿迪力 热依汗 麦麦提 木合塔尔 塔依尔 阿曼古丽 赛力克 叶尔兰 才让 旦增 央金 格桑".split()
_FOREIGN = "约翰 大卫 玛丽 史密斯 罗伯特 安娜 布朗 威廉 迈克尔 詹姆斯 伊丽莎白 汤姆 杰克逊 安德森 彼得 卡特 玛格丽特 路易斯 费尔南多 冈萨雷斯 米勒 泰勒 艾米丽 克里斯 汉森".split()
_ROAD_CHARS = "文和建设平安中山解放人民长江新华东风学府金华兴盛泰康宁海滨湖南北西延庆福民主复兴光明朝阳春晖天河龙凤昌祥瑞景观花园石桥太"
_ESTATE_CHARS = "阳光锦绣华府翠湖金色家园碧水蓝天名都御景东方新世纪雅居丽景恒大万科绿地保利香格里城市花园和谐龙湖"
_CITIES = """北京市 上海市 天津市 重庆市 河北省/石家庄市 河北省/保定市 山西省/太原市 内蒙古自治区/呼和浩特市 辽宁省/沈阳市 辽宁省/大连市 吉林省/长春市 黑龙江省/哈尔滨市
江苏省/南京市 江苏省/苏州市 江苏省/无锡市 江苏省/南通市 浙江省/杭州市 浙江省/宁波市 浙江省/温州市 浙江省/金华市 安徽省/合肥市 安徽省/芜湖市 福建省/福州市 福建省/厦门市 福建省/泉州市
江西省/南昌市 江西省/赣州市 山东省/济南市 山东省/青岛市 山东省/烟台市 河南省/郑州市 河南省/洛阳市 湖北省/武汉市 湖北省/宜昌市 湖南省/长沙市 湖南省/株洲市 广东省/广州市 广东省/深圳市
广东省/东莞市 广东省/佛山市 广东省/珠海市 广西壮族自治区/南宁市 广西壮族自治区/桂林市 海南省/海口市 四川省/成都市 四川省/绵阳市 贵州省/贵阳市 云南省/昆明市 西藏自治区/拉萨市
陕西省/西安市 甘肃省/兰州市 青海省/西宁市 宁夏回族自治区/银川市 新疆维吾尔自治区/乌鲁木齐市""".split()
_DISTRICTS = "朝阳区 海淀区 西湖区 浦东新区 徐汇区 鼓楼区 玄武区 天河区 越秀区 南山区 福田区 武侯区 锦江区 江岸区 洪山区 雁塔区 和平区 沈河区 市南区 历下区 思明区 高新区 开发区 新城区 桥西区 城关区 余杭区 滨江区 吴中区 江宁区 雨花台区 岳麓区 渝北区 江北区 白云区 番禺区 长安县 平阳县 永嘉县 桐庐县 宁海县 当涂县 龙门县 东阳市 义乌市 昆山市 江阴市 慈溪市 海门市".split()
_BRANDS = """王老吉 张裕干红 李宁运动鞋 老干妈 康师傅 周大福 周生生 周黑鸭 江小白 马应龙 陈麻花 云南白药 余额宝 招财宝 方太油烟机 高露洁 安利纽崔莱 金龙鱼 黄鹤楼 黄山毛峰 白云边 万家乐 华润怡宝 娃哈哈 农夫山泉
蒙牛 伊利 贵州茅台 洋河大曲 古井贡酒 石头扫地机 小米手机 华为手机 海尔冰箱 格力空调 美的 长城干红 金六福 舒肤佳 潘婷 雷达 汤臣倍健 江中健胃消食片 任天堂 乐事薯片 徐福记 张君雅 王守义十三香 李锦记 李子柒螺蛳粉 章光101
安心宝 天天盈 步步高 金葵花 薪金煲 安盈 日日金 惠农贷 快贷 小微易贷 装修贷 车位贷 白金卡 尊享卡 龙卡 牡丹卡 金穗卡 鑫合汇 安富尊荣 福满堂 万能险 常青树 平安福 国寿福 康健无忧 金佑人生 少儿平安福
易方达蓝筹 华夏回报 嘉实增长 南方稳健 富国天惠 向日葵 银华富裕 汇添富 景顺长城 万家增利 程氏糕点 何氏眼科 孔府家酒 范思哲 杜蕾斯 施华洛世奇 陆风 江铃 江淮 福田""".split()
_TRANSLITERATED = """阿森纳 曼联 切尔西 利物浦 拜仁 多特蒙德 巴塞罗那 皇家马德里 瓦伦西亚 塞维利亚 国际米兰 尤文图斯 那不勒斯 罗马 拉齐奥 热刺 埃弗顿 纽卡斯尔 不来梅 勒沃库森 沃尔夫斯堡 门兴 里昂 马赛
摩纳哥 阿贾克斯 埃因霍温 费耶诺德 本菲卡 波尔图 凯尔特人 加拉塔萨雷 费内巴切 顿涅茨克矿工 泽尼特 康明斯 西门子 博世 飞利浦 雀巢 达能 欧莱雅 雅诗兰黛 阿斯利康 辉瑞 默克 拜耳 巴斯夫 波音 空客 庞巴迪 斯柯达 雷诺
标致 雪铁龙 玛莎拉蒂 法拉利 兰博基尼 保时捷 凯迪拉克 别克 雪佛兰 迪奥 香奈儿 爱马仕 古驰 普拉达 阿玛尼 万宝龙 卡地亚 蒂芙尼 尼康 佳能 松下 索尼 东芝 任天堂 诺基亚 爱立信 思科 甲骨文 英伟达 高通 摩根大通 高盛 汇丰
巴克莱 瑞银 德意志银行 全聚德 同仁堂 狗不理 稻香村 东来顺 六必居 王致和 内联升 瑞蚨祥 张一元 吴裕泰 马聚源 盛锡福""".split()
_SYLLABLES = "阿巴波布达德迪多尔法菲弗戈格哈赫吉加卡科克拉莱兰雷利林卢鲁罗马曼米莫姆纳内尼诺帕皮普奇乔萨塞森沙史斯塔泰特图托瓦维温沃西希夏雅亚伊伊尤约泽扎"
_INDUSTRY = "科技 贸易 实业 商贸 信息技术 建筑工程 物流 餐饮管理 服饰 房地产开发 投资管理 电子 食品 医药 文化传媒 汽车销售 网络科技 装饰工程".split()


class Bank:
    """Fills in templates; the same seed gives the same texts.

    `given`: given names to draw from; `nouns`, `places`: words that are nobody's name; `foreign`: transliterated names.
    """

    def __init__(
        self,
        seed: int,
        surnames: Sequence[str],
        given: Sequence[str],
        nouns: Sequence[str],
        places: Sequence[str],
        foreign: Sequence[str],
    ) -> None:
        self._random = random.Random(seed)
        self._single = [one for one in surnames if len(one) == 1]
        self._compound = [one for one in surnames if len(one) == 2]
        self._given, self._nouns, self._places = given, nouns, places
        self._foreign = [*foreign, *_FOREIGN]
        self._characters = "".join(given)
        text = (_HERE / "templates_zh.txt").read_text(encoding="utf-8")
        self._templates = [line for line in text.splitlines() if line and not line.startswith("#")]
        self._fill: dict[str, Callable[[], str]] = {
            "P": self.person,
            "S": self.surname,
            "A": self.address,
            "p": self._phone,
            "i": self._identity,
            "c": self._card,
            "d": self._date,
            "t": self._time,
            "m": self._amount,
            "n": self._number,
            "o": self._company,
            "b": self._branch,
            "g": self._product,
            "L": self._place,
            "w": self._noun,
            "e": self._mail,
            "F": self._club,
            "E": self._latin,
        }

    def _one(self, words: Sequence[str]) -> str:
        return self._random.choice(words)

    def surname(self) -> str:
        """A Chinese surname, frequent ones frequently."""
        chance = self._random.random()
        if chance < 0.035:
            return self._one(self._compound)
        return self._one(_COMMON if chance < 0.75 else self._single)

    def person(self) -> str:
        """A name: Chinese, of a minority, or transliterated."""
        chance = self._random.random()
        if chance < 0.025:
            return "·".join(self._random.sample(_MINORITY_GIVEN, 2))
        if chance < 0.04:
            return self._one(_MINORITY_GIVEN) + self._one(["", "·" + self._one(_MINORITY_GIVEN)])
        if chance < 0.055:
            return "·".join(self._random.sample(self._foreign, 2))
        if chance < 0.065:
            return self._one(self._foreign)
        return self.surname() + self.given()

    def given(self) -> str:
        """A given name of one or two characters."""
        if self._random.random() < 0.5:
            return self._one(self._given)
        return "".join(self._random.choices(self._characters, k=1 if self._random.random() < 0.25 else 2))

    def address(self) -> str:
        """A postal address, whole or as people shorten it."""
        draw = self._random
        parts = self._one(_CITIES).split("/")
        if draw.random() < 0.15:
            parts = [re.sub("省|自治区|壮族|回族|维吾尔", "", one) for one in parts]
        if draw.random() < 0.15:
            parts = [one.removesuffix("市") for one in parts]
        level = draw.random()
        area = parts if level < 0.5 else parts[-1:] if level < 0.75 else []
        district = [self._one(_DISTRICTS)] if draw.random() < 0.85 or not area else []
        if level > 0.93:
            area, district = [], []
        rural = draw.random() < 0.15 and bool(area or district)
        return self._one(["", "", "", " "]).join([*area, *district]) + (self._village() if rural else self._street())

    def _name_of(self, characters: str) -> str:
        return "".join(self._random.choices(characters, k=self._random.choice((2, 2, 2, 3))))

    def _digits(self, low: int, high: int) -> str:
        return str(self._random.randint(low, high))

    def _street(self) -> str:
        draw = self._random
        road = self._name_of(_ROAD_CHARS)[:2] + self._one(
            ["路", "路", "路", "街", "大道", "巷", "大街", "东路", "西路", "南路", "北路", "一路", "胡同", "弄堂"]
        )
        if draw.random() < 0.15:
            road += self._digits(1, 300) + "弄"
        number = self._digits(1, 1999) + "号" if draw.random() < 0.9 else ""
        estate = self._name_of(_ESTATE_CHARS) + self._one(
            ["小区", "花园", "苑", "公寓", "新村", "家园", "大厦", "广场", "花苑", "府", "城", "中心"]
        )
        if draw.random() < 0.1:
            road = self._one(["古荡", "和平", "花桥", "城西", "金山", "新港", "团结", "东湖"]) + "街道" + road
        kind = draw.random()
        body = (
            road + number
            if kind < 0.35
            else road + number + estate
            if kind < 0.7
            else estate
            if kind < 0.88
            else road + estate
        )
        return body + self._room(always=not number)

    def _room(self, *, always: bool) -> str:
        room = self._digits(1, 32) + self._one(["01", "02", "03", "05", "06", "12"])
        block, door = self._digits(1, 40), self._digits(1, 4)
        kinds = [
            "",
            f"{block}幢{room}室",
            f"{block}栋{door}单元{room}",
            f"{block}号楼{door}单元{room}室",
            f"{block}-{door}-{room}",
            f"{room}室",
            f"{block}幢{door}单元{room}室",
            f"{self._digits(2, 40)}楼",
            f"{self._one('ABCD')}座{room}",
            f"{self._one('ABCD')}栋{room}",
            f"{self._digits(2, 30)}层",
            f"{block}#{room}",
            f"{block}号楼",
        ]
        return self._one(kinds[1:] if always else kinds)

    def _village(self) -> str:
        town = self._name_of(_ROAD_CHARS)[:2] + self._one(["镇", "乡", "镇", "街道"])
        village = (
            self.surname() + self._one(["家", "家", ""])
            if self._random.random() < 0.5
            else self._name_of(_ROAD_CHARS)[:2]
        ) + self._one(["村", "庄", "屯", "湾", "寨"])
        return (
            town
            + village
            + self._one(
                [
                    "",
                    f"{self._digits(1, 20)}组",
                    f"{self._digits(1, 300)}号",
                    f"{self._digits(1, 9)}组{self._digits(1, 99)}号",
                ]
            )
        )

    def _phone(self) -> str:
        return self._one(["13", "15", "18", "17"]) + f"{self._random.randrange(10**9):09d}"

    def _identity(self) -> str:
        return f"{self._random.randint(110101, 659000)}{self._random.randint(1950, 2006)}{self._random.randint(1, 12):02d}{self._random.randint(1, 28):02d}{self._random.randrange(1000):03d}{self._one('0123456789X')}"

    def _card(self) -> str:
        return "62" + f"{self._random.randrange(10**17):017d}"

    def _date(self) -> str:
        year, month, day = self._random.randint(1998, 2026), self._random.randint(1, 12), self._random.randint(1, 28)
        return self._one(
            [
                f"{year}-{month:02d}-{day:02d}",
                f"{year}年{month}月{day}日",
                f"{month}月{day}日",
                f"{year}/{month}/{day}",
                f"{month}.{day}",
                "昨日",
                "上周",
                "周" + self._one("一二三四五六日末"),
                "下周" + self._one("一二三四五"),
                "周" + self._one("一二三四五") + "前",
            ]
        )

    def _time(self) -> str:
        return f"{self._random.randrange(24):02d}:{self._random.randrange(60):02d}" + self._one(
            ["", f":{self._random.randrange(60):02d}", ""]
        )

    def _amount(self) -> str:
        return self._one([self._digits(1, 99999), f"{self._random.random() * 9e4:,.2f}", self._digits(1, 99) + "万"])

    def _number(self) -> str:
        return self._digits(1, 10 ** self._random.randint(1, 6))

    def _company(self) -> str:
        chance = self._random.random()
        if chance < 0.15:
            return self._one(
                [
                    "某银行",
                    "示例银行",
                    "平安保险",
                    "招商证券",
                    "李宁公司",
                    "张裕公司",
                    "周大福珠宝",
                    "王府井百货",
                    "陈李济药厂",
                    "方正集团",
                    "金蝶软件",
                    "万科集团",
                    "高德地图",
                    "安邦保险",
                    "和谐保险",
                    "何记粥铺",
                    "曹操出行",
                    "鲁花集团",
                    "汤臣倍健公司",
                ]
            )
        name = (
            self.surname() + self._one(["氏", "记", "府"])
            if chance < 0.25
            else self.given()[:2]
            if chance < 0.5
            else self._name_of(_ROAD_CHARS)[:2]
        )
        full = self._place()[:3] + name + self._one(_INDUSTRY) if chance < 0.8 else name + self._one(_INDUSTRY)
        return full + self._one(["有限公司", "有限公司", "股份有限公司", "公司", "集团", ""])

    def _branch(self) -> str:
        return (
            self._one(["中国银行", "工商银行", "建设银行", "示例银行", "农业银行", "某银行", ""])
            + self._place()[:2]
            + self._one(["分行", "支行", "分行营业部", "城西支行", "开发区支行"])
        )

    def _product(self) -> str:
        if self._random.random() < 0.6:
            return self._one(_BRANDS)
        return self._one(_BRANDS)[:2] + self._noun() + self._one(["", "1号", "A款", "理财", "计划", "贷", "卡"])

    def _place(self) -> str:
        return self._one(self._places)

    def _club(self) -> str:
        """A club or a firm whose name is a transliteration, as the names of foreign persons are."""
        if self._random.random() < 0.4:
            return self._one(_TRANSLITERATED)
        return "".join(self._random.choices(_SYLLABLES, k=self._random.randint(3, 5)))

    def _noun(self) -> str:
        return self._one(self._nouns)

    def _mail(self) -> str:
        return f"{self._latin().split()[0].lower()}@bank.example"

    def _latin(self) -> str:
        return self._one(["John Smith", "David", "LI LEI", "Wang Fang", "Mary Brown", "ZHANG SAN", "Tom", "Anna Lee"])

    def line(self) -> Labelled:
        """One line from one template."""
        template = self._vary(self._one(self._templates))
        text, spans, end = "", [], 0
        for slot in _SLOT.finditer(template):
            text += template[end : slot.start()]
            end = slot.end()
            if slot[1] is None:
                text += slot[0][0]
                continue
            value = self._fill[slot[1]]()
            if slot[1] in "PSA":
                spans.append((len(text), len(text) + len(value), ADDRESS if slot[1] == "A" else PERSON))
            text += value
        return text + template[end:], spans

    def _vary(self, template: str) -> str:
        """Other separators, as other people would type them."""
        draw = self._random
        if "：" in template and "http" not in template:
            template = template.replace(
                "：",
                draw.choice(["：", ":", ":", "： ", ": ", " ", "", "　", "=", "为", "是"])
                if len(template) < 40
                else draw.choice(["：", ":", " "]),
            )
        if draw.random() < 0.5:
            template = template.replace(",", "，")
        if draw.random() < 0.1:
            template = template.replace(" ", draw.choice(["  ", "\t", "", " | "]))
        return template

    def passage(self) -> Labelled:
        """One to four lines run together, as chats and remarks are."""
        text, spans = "", []
        for _ in range(self._random.choice((1, 1, 1, 2, 2, 3, 4))):
            line, found = self.line()
            if text and text[-1] not in "。！？!?;；":
                text += self._one(["，", "。", "；", " ", ";", "！"])
            spans += [(start + len(text), end + len(text), kind) for start, end, kind in found]
            text += line
        return text, spans

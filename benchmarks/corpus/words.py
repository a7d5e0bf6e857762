"""The words that stand beside identifiers and hard negatives, in Chinese, in English and as keys of systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labels:
    """What an identifier is called in a sentence and in a record."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    keys: tuple[str, ...]
    bare: bool = False
    """Whether it is also written without any of them."""


LABELS: Mapping[str, Labels] = {
    "cn_mobile": Labels(
        ("手机号", "手机", "联系电话", "电话"),
        ("mobile", "phone", "cell"),
        ("mobile", "phone", "tel", "mobileNo"),
        bare=True,
    ),
    "cn_resident_id": Labels(
        ("身份证", "身份证号", "证件号码", "公民身份号码"),
        ("ID card", "identity card"),
        ("idNo", "id_card", "certNo"),
        bare=True,
    ),
    "bank_card": Labels(
        ("卡号", "银行卡", "信用卡", "借记卡号"),
        ("card", "card number", "PAN"),
        ("cardNo", "card_no", "pan"),
        bare=True,
    ),
    "email": Labels(("邮箱", "电子邮件"), ("e-mail", "email", "mail"), ("email", "mail"), bare=True),
    "address": Labels(("地址", "住址", "收货地址"), ("address",), ("address", "addr"), bare=True),
    "cn_landline": Labels(
        ("电话", "座机", "固话", "传真"), ("tel", "phone", "landline"), ("tel", "officePhone", "fax"), bare=True
    ),
    "ip_address": Labels(
        ("登录IP", "IP地址", "来源地址"), ("IP", "client ip"), ("ip", "clientIp", "remote_addr"), bare=True
    ),
    "cn_uscc": Labels(
        ("统一社会信用代码", "信用代码", "税号"), ("credit code", "USCC"), ("creditCode", "uscc"), bare=True
    ),
    "cn_bank_account": Labels(
        ("账号", "收款账号", "银行账号"), ("account no", "account number"), ("account_no", "acct_no", "acctNo")
    ),
    "phone_intl": Labels(("电话", "海外电话"), ("phone", "mobile", "whatsapp"), ("phone", "contact"), bare=True),
    "mac_address": Labels(("MAC地址", "设备MAC"), ("mac", "MAC address"), ("mac", "macAddr"), bare=True),
    "vehicle_plate": Labels(
        ("车牌", "车牌号", "号牌"), ("plate no", "license plate"), ("plateNo", "plate_no"), bare=True
    ),
    "cn_passport": Labels(("护照", "护照号"), ("passport", "passport no"), ("passport", "passport_no", "passportNo")),
    "login_credential": Labels(
        ("密码", "登录密码", "口令"), ("password", "passwd"), ("password", "pwd", "api_key", "secret")
    ),
    "otp_code": Labels(
        ("验证码", "动态码", "短信验证码"), ("verification code", "OTP"), ("otp", "sms_code", "verifyCode")
    ),
    "card_cvv2": Labels(("安全码", "CVV", "CVV2"), ("CVV", "CVC2"), ("cvv", "cvv2", "cvn2")),
    "card_expiry": Labels(
        ("有效期", "卡片有效期"), ("exp date", "valid thru", "expiry"), ("exp_date", "expiry", "valid_thru")
    ),
    "card_pin": Labels(("支付密码", "取款密码", "查询密码"), (), ()),
    "card_track1": Labels(("一磁道", "磁道"), ("track 1", "track"), ("track1", "track_data"), bare=True),
    "card_track2": Labels(("二磁道", "磁道"), ("track 2", "track"), ("track2", "track_data"), bare=True),
    "cn_exit_permit": Labels(("往来港澳通行证", "往来台湾通行证", "通行证"), ("exit-entry permit",), ("eep",)),
    "cn_foreign_pr_2017": Labels(("永居证", "外国人永久居留证"), ("permanent residence card",), ()),
    "cn_foreign_pr_2023": Labels(
        ("永居证", "外国人永久居留身份证"), ("permanent residence card",), ("prCardNo",), bare=True
    ),
    "cn_hmt_residence_permit": Labels(
        ("居住证", "港澳台居民居住证"), ("residence permit",), ("residencePermit",), bare=True
    ),
    "cn_military_id": Labels(("军官证", "军人证", "士兵证"), ("military ID",), ("militaryId",), bare=True),
    "cn_resident_id_15": Labels(("身份证", "旧身份证", "证件号"), ("ID card",), ("sfzh",)),
    "hk_macao_permit": Labels(
        ("回乡证", "港澳居民来往内地通行证", "通行证"), ("home return permit", "travel permit"), ()
    ),
    "hkid": Labels(("香港身份证",), ("HKID", "Hong Kong identity card"), ("hkid",), bare=True),
    "iban": Labels(("国际银行账号", "汇入账户"), ("IBAN",), ("iban",), bare=True),
    "imei": Labels(("设备号", "IMEI", "手机串号"), ("IMEI",), ("imei",)),
    "location": Labels(("定位", "坐标", "经纬度"), ("location", "GPS"), ("lnglat", "geo_location"), bare=True),
    "tw_id": Labels(("台湾身份证", "统一证号"), ("Taiwan ID",), ("twId",), bare=True),
    "tw_permit": Labels(("台胞证", "台湾居民来往大陆通行证"), ("Taiwan compatriot permit",), ()),
    "us_ssn": Labels(("美国社会安全号", "SSN"), ("SSN", "Social Security"), ("ssn",), bare=True),
}
"""Names, keys, and whether a value stands without them, by identifier; no key: it is written in sentences only."""

SPELLED_OUT = frozenset({"login_credential", "otp_code", "card_cvv2", "card_expiry", "card_pin"})
"""What is an identifier only because a word with a colon, an equals sign or "is" says so."""

DECOY_LABELS: Mapping[str, Labels] = {
    "order_number": Labels(
        ("订单号", "交易流水号", "业务编号", "合同编号"),
        ("order", "transaction", "contract no"),
        ("orderNo", "txn_id", "bizNo"),
    ),
    "order_number_19": Labels(
        ("订单号", "商户单号", "凭证号"), ("order", "voucher"), ("orderId", "merchantOrder", "voucher_no")
    ),
    "timestamp_s": Labels(("时间戳",), ("epoch",), ("ts", "exp", "iat")),
    "timestamp_ms": Labels(("时间戳", "毫秒"), ("epoch ms", "at"), ("timestamp", "createTime", "ts")),
    "timestamp_us": Labels(("微秒时间",), ("epoch us",), ("time_us", "ts")),
    "date": Labels(("日期", "生效日"), ("on", "date"), ("date", "gmtCreate")),
    "date_basic": Labels(("账期", "批次"), ("batch", "day"), ("batchDate", "bizDate")),
    "uuid": Labels(("请求号", "会话"), ("request", "session"), ("traceId", "requestId")),
    "uuid_digits": Labels(("请求号",), ("request",), ("uuid", "sessionId")),
    "hex": Labels(("摘要", "指纹"), ("digest", "sha"), ("sign", "md5", "spanId")),
    "base64": Labels(("签名",), ("signature",), ("signature", "payload")),
    "amount": Labels(("金额", "余额", "手续费"), ("amount", "fee"), ("amount", "fee", "balance")),
    "amount_large": Labels(("合计金额", "贷款余额"), ("total", "balance"), ("totalAmount", "balance")),
    "wrong_card": Labels(("序列号", "单号"), ("serial", "ticket"), ("serialNo", "ticket")),
    "wrong_resident_id": Labels(("编号", "单据号"), ("document", "number"), ("docNo", "code")),
    "version": Labels(("版本", "客户端版本"), ("version", "build"), ("version", "appVersion")),
    "product_code": Labels(("产品代码", "货号"), ("product", "item"), ("productCode", "sku")),
    "token_with_number": Labels(("令牌尾缀", "标识"), ("tag", "handle"), ("tag", "nodeId")),
    "service_number": Labels(("客服热线",), ("hotline",), ("hotline",)),
    "short_number": Labels(("数量", "耗时", "笔数"), ("count", "took"), ("count", "cost", "size")),
    "lookalike_mobile": Labels(
        ("流水号", "参考号", "凭证号", "订单号"), ("reference", "ref no", "order"), ("refNo", "orderId", "seqNo")
    ),
    "lookalike_card": Labels(("订单号", "流水号"), ("order", "transaction"), ("orderNo", "txnId")),
    "tracking_number": Labels(("运单号", "快递单号"), ("tracking no", "parcel"), ("trackingNo", "waybill")),
    "isbn": Labels(("书号",), ("ISBN",), ("isbn",)),
    "ean": Labels(("条码", "商品条码"), ("EAN", "barcode"), ("barcode", "ean")),
    "ticker": Labels(("证券代码",), ("ticker",), ("symbol",)),
    "git_commit": Labels(("提交",), ("commit",), ("commit", "rev")),
    "iso_time": Labels(("发生时间",), ("at", "since"), ("occurredAt", "@timestamp")),
    "phase": Labels(("批号",), ("lot",), ("lotNo",)),
    "serial": Labels(("设备序列号", "机具号"), ("serial",), ("sn", "terminal")),
    "scientific": Labels(("系数",), ("value",), ("score", "weight")),
}
"""What hard negatives are called."""

"""The words for how a file or a channel is protected on its way: which encrypt, which do not, and which say neither."""

from __future__ import annotations

import re
from enum import Enum, auto

CLEAR_CHANNELS = frozenset({"ftp", "http", "smtp", "media", "tftp", "telnet", "email", "usb", "fax"})
PROTECTED_CHANNELS = frozenset(
    {"sftp", "https", "mtls", "vpn", "ftps", "scp", "ssh", "smtps", "tls", "tlcp", "gmtls", "as2", "leased_line"}
)

_ENCRYPTS = PROTECTED_CHANNELS | {
    *("pgp", "gpg", "openpgp", "age", "smime", "s/mime", "cms", "pkcs", "jwe"),
    *("aes", "sm2", "sm4", "chacha", "rsa", "encrypted", "encryption", "加密", "国密"),
    *("tlsv", "tlcpv", "starttls", "ssl", "gmssl", "ntls", "ipsec", "wireguard", "vpdn", "专线"),
}
_BESIDE = frozenset(
    {
        *("file", "zip", "7z", "rar", "gz", "gcm", "cbc", "ctr", "xts", "poly", "gm", "v"),
        *("文件", "算法", "通道", "传输", "链路"),
    }
)
"""What stands beside the name of an encryption and takes nothing from it: packings, modes, versions."""
_CLEAR = CLEAR_CHANNELS | {
    *("none", "no", "not", "false", "off", "nil", "null", "na", "n/a", "without", "unprotected", "unencrypted"),
    *("plain", "plaintext", "clear", "cleartext", "csv", "txt", "text", "xlsx", "json", "xml", "base64", "mail"),
    *("gz", "gzip", "tar", "md5", "sha1", "sha256", "crc32"),
    *("无", "否", "没有", "未加密", "不加密", "明文", "不适用", "无加密", "邮件"),
}
_WORD = re.compile(
    r"s/mime|n/a|as2|7z|sm\d+|base64|md5|sha\d+|crc32|leased_line|[a-z]+"
    r"|加密|国密|专线|文件|算法|通道|传输|链路|[㐀-鿿]+|[^\W\d_]+"
)
"""Known Chinese words are taken off the front of a run alone: `加密传输` is two, `不加密` is one that is not known."""
_NUMBER = re.compile(r"(?<![\d.])[1-9]\d*(?:\.\d+)*\+?")
"""Of a key, a mode or a version (`256`, `1.3`, `1.2+`); nought is none."""
_BETWEEN = frozenset(" \t\n-_/+,.;:&()、，；：（）")
_ENDS = frozenset("+)）")


class Guard(Enum):
    """What a word under `protection` says of what it protects."""

    ENCRYPTED = auto()
    CLEAR = auto()
    UNKNOWN = auto()


def guard(said: str) -> Guard:
    """Whether a word (`pgp`, `AES-256-GCM`, `国密 SM4`) names an encryption.

    Every part of it has to be known: `no pgp`, `pgp planned`, `pgp=0` and `pgp?` are no encryption.
    """
    said = said.casefold().strip()
    parts = _WORD.findall(said)
    if not {*parts} - _ENCRYPTS - _BESIDE and not _ENCRYPTS.isdisjoint(parts) and not _is_odd(said):
        return Guard.ENCRYPTED
    # Nothing but punctuation is how forms are filled in where there is nothing to say.
    return Guard.UNKNOWN if {*parts} - _CLEAR else Guard.CLEAR


def _is_odd(said: str) -> bool:
    """Whether signs stand between or behind the words that may take back what these say."""
    signs = _NUMBER.sub("", _WORD.sub("", said))
    return not {*signs} <= _BETWEEN or not (said[-1].isalnum() or said[-1] in _ENDS)

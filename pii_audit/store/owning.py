"""Whose key a store is under: with another one nothing in it would be recognised, all of it would count as put right, and its history break."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from pii_audit.errors import StoreError
from pii_audit.language import Text
from pii_audit.model.fingerprint import Fingerprinter
from pii_audit.store import schema


def refuse_other(connection: Connection, key: bytes, where: str) -> None:
    """StoreError where the store was made under another key; without a key nothing is compared."""
    mark = connection.execute(select(schema.writer.c.key_mark)).scalar_one_or_none()
    if key and mark and mark != Fingerprinter(key).mark:
        raise StoreError(
            Text(
                "存储库是用另一个密钥建立的，其中的问题无法对应；未写入任何内容",
                "the store was made under another key: its findings cannot be recognised; nothing was written",
            ),
            where=where,
            todo=Text(
                "在 audit.yaml 的 key 中用回原来的密钥，或在 store 中另指定一个存储库",
                "name the earlier key under `key` in audit.yaml, or another store under `store`",
            ),
        )


def own(connection: Connection, key: bytes, where: str) -> None:
    """Makes the store that of a key, for good. StoreError as above. The transaction holds the lock."""
    refuse_other(connection, key, where)
    if key:
        mark = schema.writer.c.key_mark
        connection.execute(update(schema.writer).where(mark.is_(None)).values(key_mark=Fingerprinter(key).mark))

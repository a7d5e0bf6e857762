"""Rights on everything with which an account of MySQL or MariaDB has more than it was granted: what each lets it do, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from pii_audit.language import Text
from pii_audit.model.setting import SettingKind

GIVES_ROLES = "ROLE_ADMIN"


@dataclass(frozen=True, slots=True)
class Power:
    """What somebody who has the right can do; in `breaks`, `{}` is whom it is taken from."""

    kind: SettingKind
    does: Text
    remedy: Text
    breaks: Text


_DEFINES = Power(
    SettingKind.SELF_GRANT,
    Text(
        "可建立以他人（含管理员）身份运行的过程、触发器和事件",
        "can make procedures, triggers and events that run as others, administrators included",
    ),
    Text("收回，由单独的管理员账号发布例程", "take it back; an account of its own brings routines in"),
    Text(
        "{} 不能再以他人为 DEFINER 建立例程或恢复备份",
        "{} can no longer make routines with another's DEFINER, or restore a dump that has some",
    ),
)
POWERS = {
    "CREATE USER": Power(
        SettingKind.SELF_GRANT,
        Text(
            "可重设他人（含管理员）的密码并以其身份登录；MySQL 8.0.16 起有 SYSTEM_USER 者除外",
            "can set the passwords of others, administrators included, and log in as them; "
            "from MySQL 8.0.16 on not of those who have SYSTEM_USER",
        ),
        Text("收回，由单独的管理员账号管理账号", "take it back; an account of its own manages accounts"),
        Text("{} 不能再建立或修改账号", "{} can no longer make or change accounts"),
    ),
    **dict.fromkeys(("SET USER", "SUPER", "SET_USER_ID", "SET_ANY_DEFINER"), _DEFINES),
    GIVES_ROLES: Power(
        SettingKind.SELF_GRANT,
        Text("可把任何角色授予自己", "can give itself every role"),
        Text("收回，由单独的管理员账号管理角色", "take it back; an account of its own manages roles"),
        Text("{} 不能再授予或收回角色", "{} can no longer grant or revoke roles"),
    ),
    "REPLICATION SLAVE": Power(
        SettingKind.RAW_ACCESS,
        Text("可读取每一处改动", "can read every change that anybody makes"),
        Text(
            "收回；每个副本用专用账号，并限定来源地址",
            "take it back; give each replica an account of its own, from one address",
        ),
        Text("用 {} 的副本会停", "replicas that use {} stop"),
    ),
    "BINLOG MONITOR": Power(
        SettingKind.RAW_ACCESS,
        Text(
            "可用 SHOW BINLOG EVENTS 读取每条写入语句，连同其中的值",
            "can read by SHOW BINLOG EVENTS every statement that writes, with the values in it",
        ),
        Text("收回；监控只需 SLAVE MONITOR 或 PROCESS", "take it back; for watching, SLAVE MONITOR or PROCESS will do"),
        Text("用 {} 的监控会停", "monitoring that uses {} stops"),
    ),
    "FILE": Power(
        SettingKind.RAW_ACCESS,
        Text(
            "可用 LOAD DATA INFILE 读取服务器的任何文件，包括每张表的数据文件",
            "can read any file of the server by LOAD DATA INFILE, those included in which the tables lie",
        ),
        Text(
            "收回，并在配置中把 secure_file_priv 设为专用目录",
            "take it back, and set secure_file_priv to a directory for it in the configuration",
        ),
        Text("用 {} 的导入和导出会停", "imports and exports that use {} stop"),
    ),
    "BACKUP_ADMIN": Power(
        SettingKind.RAW_ACCESS,
        Text("可用克隆插件复制整个服务器", "can copy the whole server by the clone plugin"),
        Text(
            "收回；备份用专用账号，并限定来源地址",
            "take it back; give backups an account of their own, from one address",
        ),
        Text("用 {} 的备份会停", "backups that use {} stop"),
    ),
}
"""By the words of GRANT."""

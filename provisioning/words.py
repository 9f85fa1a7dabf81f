"""Errors as a terminal shows them: Chinese first, then English, then the next step that is open here.

The pages have words of their own; an installer stands before another machine and takes other steps.
A `why` of this package is written "中文 | English", and each language shows its half.
"""

from __future__ import annotations

from protocol.errors import MicrocenterError

# code -> (what happened, next step in Chinese, next step in English; empty: the one that the error itself names)
WORDS: dict[str, tuple[str, str, str]] = {
    "refused.token": (
        "令牌被拒绝：{why}",
        "核对邀请码和地址；仍不行，请区中心发新令牌",
        "check invitation and address; else ask the district for a new token",
    ),
    "refused.enrolled": (
        "{station} 已有在用的机器",
        "要换机，请先在区中心运行 microcenter-provision revive {station}",
        "to replace it, first run `microcenter-provision revive {station}` at the office",
    ),
    "refused.page-names": (
        "{name} 不能用作站点页面的名称",
        "用站点在局域网里自己的名称或地址，不能是区中心的",
        "use the station's own name or address on its LAN, never the district's",
    ),
    "refused.no-pages": (
        "本站的页面还没有改用 https",
        "区中心运行 pages，把证书带来，本机运行 pages-install",
        "`pages` at the office, bring the certificate, `pages-install` here",
    ),
    "distrusted.page-certificate": (
        "这个证书不是给本机页面用的，或者不在有效期内",
        "请区中心重新签发：microcenter-provision pages",
        "have the office make another one: microcenter-provision pages",
    ),
    "refused.box-out": (
        "本机已被吊销或替换",
        "断电并送回；换机用新令牌运行 revive",
        "switch it off and send it back; another box comes in with `revive` and a new token",
    ),
    "refused.running": (
        "{folder} 里的程序正在运行",
        "先停服务：systemctl stop microcenter-node（区中心为 microcenter-hub）",
        "stop it first: systemctl stop microcenter-node (or -hub)",
    ),
    "refused.wrong-user": (
        "文件夹 {folder} 属于 {user}，root 写入的文件服务读不了",
        "runuser -u {user} -- 同一命令",
        "",
    ),
    "refused.lived-before": (
        "{station} 以前有过机器，数据还没有恢复",
        "用同一邀请码运行 revive，不要用 enrol",
        "run `revive` with the same invitation, not `enrol`",
    ),
    "refused.name": ("名称 {name} 不能用：须为 3 到 32 个小写字母、数字或 -", "换一个名称", ""),
    "refused.reserved-name": ("名称 {name} 由系统保留", "换一个名称", ""),
    "refused.no-station": (
        "没有站点 {station}",
        "用 microcenter-provision keyring 核对站名",
        "look it up with `microcenter-provision keyring`",
    ),
    "refused.publisher": (
        "发布人没有登记：{why}",
        "核对账号、公钥和截止日",
        "check account, key and last day",
    ),
    "refused.stick": ("文件夹 {folder} 不能用：{why}", "核对 --office 和 --folder", "check --office and --folder"),
    "refused.no-replica": (
        "找不到 {name} 的副本",
        "用 --replica 指明副本文件夹（先挂上第二块盘）；确实没有，用 --without-replica 写明原因",
        "mount the second disk and name its folder with --replica; if there is none, say why with --without-replica",
    ),
    "refused.disk-full": ("磁盘已满", "腾出空间后再运行", "free space, then run it again"),
    "refused.catalogue": ("事项文件 {file} 的 {field}：{problem}", "改正后再试", ""),
    "distrusted.shape": ("不是本系统的文件：{why}", "核对选的是哪个文件", "is it the right file?"),
    "distrusted.oversized": ("文件 {size} 字节，最多 {limit}", "核对选的是哪个文件", "is it the right file?"),
    "distrusted.recipient": (
        "这个应答属于另一台机器或另一个站",
        "用写出请求的那台机器安装；或在本机重新 request",
        "install it on the box that wrote the request, or write a request here",
    ),
    "distrusted.bad-signature": (
        "签名不符",
        "重新写请求；仍不行，通知区中心",
        "write the request again; else call the district",
    ),
    "distrusted.bundle": (
        "应答不是发出邀请码的区中心签的",
        "停止；核对邀请码里的校验码，通知区中心",
        "stop; check the pin of the invitation and call the district",
    ),
    "distrusted.keyring": (
        "名册不是本区签发的",
        "在区中心运行 keyring --out U盘/keyring.json，拷到本机 identity/keyring.json",
        "at the office `keyring --out STICK/keyring.json`, then copy it to identity/keyring.json here",
    ),
    "distrusted.unknown-sender": (
        "名册里没有 {sender}",
        "在区中心运行 keyring --out，把名册拷到本机 identity/keyring.json",
        "at the office `keyring --out`, then copy it to identity/keyring.json here",
    ),
    "unreachable.hub": (
        "连不上区中心：{why}",
        "查网线、地址、防火墙和中心的入网服务（serve），再运行同一命令",
        "check cable, address, firewall and the office's `serve`; then run the same command again",
    ),
    "unreachable.broker": ("消息代理 {address} 不能用：{why}", "看它的日志", ""),
    "unreachable.litestream": ("litestream 没有应答：{why}", "看 run/litestream.log", "see run/litestream.log"),
    "damaged.broker-open": (
        "消息代理没有挡住测试证书：{why}",
        "已停掉它。用 init 重新生成配置，再启动",
        "it was stopped; `init` renders its configuration anew, then start it",
    ),
    "damaged.broker-deaf": (
        "{address} 有消息代理在运行，但找不到它的进程，新权限没有生效",
        "立即停掉它，用区中心的 broker/mosquitto.conf 重新启动",
        "",
    ),
    "damaged.config": ("文件 {file} 不能用：{why}", "改正该文件", ""),
    "damaged.keys": (
        "读不出 {party} 的密钥：{why}",
        "该文件夹不完整：站点用 revive 换机，区中心从保险柜恢复 authority/",
        "this folder is not whole: a station is replaced with `revive`, an office gets authority/ from its sealed copy",
    ),
    "damaged.replica": ("{name} 的副本不能恢复：{why}", "不要删除它；试更早的或另一处的副本", ""),
    "damaged.store": ("数据库不能用：{why}", "用 revive 恢复", ""),
    "damaged.writing": ("{what}：程序错误", "请报告", ""),
}


def told(error: MicrocenterError) -> list[str]:
    """What a terminal says: what happened, in both languages, and what to do."""
    zh, english, steps = halves(error)
    lines = [f"未完成 not done: {zh}", f"  {english} ({error.code})"]
    return [*lines, f"下一步 next: {steps}"] if steps else lines


def halves(error: MicrocenterError) -> tuple[str, str, str]:
    """What happened in Chinese, in English, and the next step in both; empty if there is none."""
    zh, next_zh, next_en = WORDS.get(error.code, ("", "", ""))
    own, english = _half(error, 0), type(error)(error.code, **_half(error, 1))
    steps = (next_zh.format_map(own), next_en.format_map(own) or english.hint)
    return zh.format_map(own) or english.text, english.text, " | ".join(filter(None, steps))


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "—"


def _half(error: MicrocenterError, which: int) -> _Known:
    """The parameters in one language."""
    return _Known(
        {name: str(value).split(" | ")[which if " | " in str(value) else 0] for name, value in error.params.items()}
    )

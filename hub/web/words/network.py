"""The bar, the stations, the hub's own health and what waits for a person."""

from protocol.console.texts import Texts

NETWORK_WORDS: Texts = {
    "bar.no-broker": (
        "与消息服务断开，收发暂停；办理照常，恢复后自动送达",
        "No link to the broker; work goes on, and what is decided is sent when it is back",
    ),
    "bar.stations": ("{here}/{all} 个服务站在线", "{here} of {all} stations answer"),
    "bar.owed": ("{count} 条待送达服务站", "{count:entry|entries} not yet at the stations"),
    "bar.all-told": ("全部送达服务站", "Everything has reached the stations"),
    "bar.replica": ("异地副本：{state}", "Replica: {state}"),
    "replica.ok": ("正常", "well"),
    "replica.behind": ("落后", "behind"),
    "replica.silent": ("没有回应", "silent"),
    "replica.growing": ("本地积压增长", "growing without bound"),
    "replica.missing": ("未运行", "not running"),
}

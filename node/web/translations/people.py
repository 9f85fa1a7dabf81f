"""Who may sign in at this station."""

from protocol.console.texts import Texts

PEOPLE: Texts = {
    "nav.people": ("账号", "Accounts"),
    "people.title": ("账号", "Accounts"),
    "people.lead": (
        "人员由区中心管理，变动随消息送达本站。断开满 {days} 天没有区中心消息时，由站长按纸质名单确认。",
        "The district keeps the people; changes arrive with its messages. After {days} days without any, the station"
        " head confirms each account with the paper list.",
    ),
    "people.heard": ("最近一次收到区中心消息：{at:moment}", "The district was last heard at {at:moment}"),
    "people.never-heard": ("还没有收到过区中心消息", "The district has not been heard yet"),
    "people.confirm-note": (
        "与区中心断开已久。请按纸质名单逐个确认留用或停用；满 {days} 天没有确认的账号不能再登录，已经登录的不受影响。",
        "The district has not been heard for long. Confirm or stop each account with the paper list: after {days} days"
        " those not confirmed cannot sign in anew; who is signed in goes on.",
    ),
    "people.in-service": ("可以登录", "may sign in"),
    "people.closed": ("已停用", "closed"),
    "people.until": ("到 {day}", "until {day}"),
    "people.has-code": ("一次性登录码尚未使用", "the one-time code has not been used"),
    "people.locked": ("密码输错，锁定到 {at:time}", "locked until {at:time} after wrong passwords"),
    "people.waits": ("等待站长确认", "waits for the station head"),
    "people.local": ("本机建立的账号", "made on this machine"),
    "people.me": ("这是您自己的账号", "This is your own account"),
    "people.confirm": ("留用", "Confirm"),
    "people.stop": ("停用", "Stop"),
    "people.reopen": ("恢复", "Open again"),
    "people.unlock": ("解除锁定", "Lift the lock"),
    "people.give-code": ("给一次性登录码", "Give a one-time code"),
    "people.code": ("一次性登录码", "One-time code"),
    "people.code-once": (
        "只显示这一次，{days} 天内有效；登录后先设置自己的密码。",
        "Shown this once, good for {days} days; whoever signs in with it chooses a password first.",
    ),
    "people.code-done": ("已交给本人", "It is handed over"),
    "people.done-confirmed": ("已确认留用", "Confirmed"),
    "people.done-stopped": ("已停用，登录随即结束", "Stopped, and signed out"),
    "people.done-reopened": ("已恢复", "Open again"),
    "people.done-unlocked": ("已解除锁定", "The lock is lifted"),
}

"""The words of deciding on the spot at the counter."""

from protocol.console.texts import Texts

INSTANT: Texts = {
    "instant.title": ("即时办理", "Decided at once"),
    "instant.can": ("这件可以当场办结", "This can be decided at once"),
    "instant.can-lead": (
        "按区里签署发布的规则，本站当场准予，结果马上可以打印、交给申请人。",
        "By the rules that the district has signed, this station grants it now; the result can be printed and handed over.",
    ),
    "instant.cannot": ("这件由工作人员办理", "A person decides this one"),
    "instant.cannot-lead": (
        "不影响申请，照常提交就行。不能当场办结，是因为：",
        "Nothing is lost: submit it as ever. It is not decided at once because:",
    ),
    "instant.from": ("看依据了哪些信息", "What it is decided from"),
    "instant.do": ("即时办理", "Decide at once"),
    "instant.person": ("请人工办理", "Give it to a person"),
    "instant.granted": ("已当场准予", "Granted"),
    "instant.handed": ("已转工作人员办理", "Handed to a person"),
    "instant.handed-lead": (
        "申请已经收下。规则没有当场准予，是因为：",
        "The application is taken in. The rules did not grant it at once because:",
    ),
    "instant.because": ("准予的理由", "Why it was granted"),
    "instant.provisional": (
        "区中心还没有确认。结果现在就有效，可以交给申请人；扫描核验码能看到确认情况。",
        "The district centre has not confirmed it yet. The result holds already and may be handed over; "
        "its code shows whether it has been confirmed.",
    ),
    "instant.confirmed": ("区中心已确认。", "The district centre has confirmed it."),
    "instant.doubted": (
        "区中心对这件有疑问，正由机关负责人处理。还没交付的，请先不要交付。",
        "The district centre has doubts; the head of the agency is looking at it. Do not hand it over meanwhile.",
    ),
    "instant.print": ("打印决定书", "Print the decision"),
    "instant.hand-over": ("送达登记", "Record the hand-over"),
    "instant.case": ("看这件的详情", "The case"),
    "instant.receipt": ("看收件回执", "The receipt"),
    "instant.why-link": ("为什么这样办", "Why it was done so"),
    "receipt.decided": (
        "本件已当场作出准予的决定，凭核验码核验。",
        "This case was granted on the spot; the code on the decision proves it.",
    ),
}

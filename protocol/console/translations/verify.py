"""The words of the page that tells whether a paper is genuine."""

from protocol.console.texts import Texts

VERIFY: Texts = {
    "verify.nav": ("验真", "Verify"),
    "verify.title": ("文书证照验真", "Is this paper genuine?"),
    "verify.lead": (
        "扫描纸件上的二维码，或者选择带电子签章的 PDF 文件。核对只用本机的数据，不需要联网，也不保存。",
        "Scan the code on the paper, or choose a PDF with an electronic seal. Only what is on this machine is asked; "
        "nothing is kept.",
    ),
    "verify.code": ("二维码内容", "Text of the code"),
    "verify.code-hint": (
        "光标放在这里，用扫码枪扫描后按回车；内容以 MC1: 开头",
        "Put the cursor here and scan, then Enter; it begins with MC1:",
    ),
    "verify.pdf": ("PDF 文件", "PDF file"),
    "verify.pdf-hint": ("最大 20 MB", "At most 20 MB"),
    "verify.do": ("核对", "Check"),
    "verify.nothing": ("请扫描二维码或者选择文件", "Scan a code or choose a file"),
    "verify.list-as-of": ("注销、撤销名单更新于 {at}", "Cancellation list as of {at}"),
    "verify.no-list": (
        "本机没有注销、撤销名单：不能判断是否已被注销",
        "No cancellation list on this machine: whether it was cancelled since cannot be told",
    ),
    "verify.hub-has-no-seal": (
        "区中心没有电子印章：出具的文书带二维码，不带电子签章。",
        "The hub has no electronic seal: its documents carry a code and no seal.",
    ),
    "verify.seal-good": ("{name}，证书有效期至 {until:date}", "{name}, the certificate is good until {until:date}"),
    "verify.seal-good-test": (
        "{name}，证书有效期至 {until:date}（测试证书，不具有法律效力）",
        "{name}, the certificate is good until {until:date} (a test certificate without effect in law)",
    ),
    "verify.seal-damaged": (
        "电子印章的密钥或者证书不能使用：出具的文书暂停签章，请在区中心重新签发",
        "Key or certificate of the seal cannot be used: nothing is sealed; issue it again at the office",
    ),
    "verify.genuine": ("真实有效", "Genuine"),
    "verify.genuine-no-list": (
        "真实；本机没有名单，不能判断是否已被注销",
        "Genuine; no list here to tell whether it was cancelled since",
    ),
    "verify.expired": ("真实，但有效期已于 {until:date} 届满", "Genuine, but it ran out on {until:date}"),
    "verify.cancelled": ("真实，但已注销或者撤销", "Genuine, but cancelled since"),
    "verify.unproven": ("无法核验", "Cannot be verified"),
    "verify.compare": (
        "请把下面的内容与纸件逐项比对：二维码证明的是这些内容，不是纸上的其他文字",
        "Compare what follows with the paper: the code proves this, and not the other words on it",
    ),
    "verify.cancelled-on": ("{on:date} 起不再有效：{reason}", "Not in force since {on:date}: {reason}"),
    "ended.renewed": ("已延续，以新证为准", "renewed: the new one holds"),
    "ended.changed": ("已变更，以新证为准", "changed: the new one holds"),
    "ended.replaced": ("已补发，以新证为准", "replaced: the new one holds"),
    "ended.cancelled": ("已依法注销", "cancelled by law"),
    "ended.revoked": ("已依法撤销", "revoked by law"),
    "ended.returned": ("交付前发现错误，已收回", "taken back before it was handed over, for an error on it"),
    "ended.reopened": ("办件已重新办理，以新的决定为准", "its case was opened again: the new decision holds"),
    "ended.reversed": (
        "即时办结已被撤回，由工作人员重新办理",
        "it was decided at once, and that was taken back: a person decides anew",
    ),
    "verify.confirmation": ("区中心确认", "Confirmed by the district centre"),
    "verify.instant-is-confirmed": ("即时办结，区中心已确认", "Decided at once, and confirmed"),
    "verify.instant-is-provisional": ("即时办结，区中心尚未确认", "Decided at once, not confirmed yet"),
    "verify.instant-is-doubted": ("即时办结，区中心正在核实", "Decided at once, being looked into"),
    "verify.instant-is-unknown": ("即时办结，本机查不到确认情况", "Decided at once; this machine cannot tell"),
    "verify.instant-provisional": (
        "即时办结，现在有效，区中心还没有确认。请与纸件逐项比对；重要用途请过几天再核验一次",
        "Decided at once and good, and not confirmed yet. Compare it with the paper; for what matters check again in some days",
    ),
    "verify.instant-doubted": (
        "即时办结，区中心正在核实，请暂缓采用，向区中心询问",
        "Decided at once, and being looked into: wait, and ask the district centre",
    ),
    "verify.instant-unknown": (
        "即时办结，本机没有这件的记录。请到出具的服务站或者区中心核验是否已确认",
        "Decided at once; this machine does not have the case. Ask the station that made it, or the district centre",
    ),
    "verify.box-out": (
        "出具本件的设备自 {since:date} 起停用。停用前出具的仍然有效；请与出具机关的记录核对",
        "The box that made it is out since {since:date}. What it made before stays genuine; compare with the record",
    ),
    "verify.why.unreadable": (
        "这不是本系统的二维码或者文件。请重新扫描，注意输入法切换到英文",
        "This is no code and no file of this system. Scan again, with the keyboard set to English",
    ),
    "verify.why.too-large": ("文件超过 20 MB，没有读取", "The file is larger than 20 MB and was not read"),
    "verify.why.unknown-key": (
        "签发者不在本机的名册里。名册可能不是最新的，也可能是伪造的",
        "Whoever signed is not in this machine's keyring: it may be out of date, or the paper forged",
    ),
    "verify.why.altered": (
        "内容与签名不符：被改动过或者是伪造的",
        "Content and signature do not fit: altered or forged",
    ),
    "verify.why.other-district": ("这是其他区的文书，请向该区核实", "A paper of another district: ask there"),
    "verify.why.key-out": (
        "出具时签发者的设备已经停用或者吊销",
        "The box that signed was already out when this was made",
    ),
    "verify.why.not-theirs": (
        "签发者没有出具这种文书的权力：服务站不能出具区中心的文书",
        "Whoever signed may not make such a document: a station cannot speak for the hub",
    ),
    "verify.why.no-seal": (
        "文件没有电子签章，不能证明内容没有改动。请打印后扫描上面的二维码，并与内容比对",
        "The file has no electronic seal, so nothing proves that it is unchanged. Scan the code on it and compare",
    ),
    "verify.why.not-whole": (
        "签章没有覆盖整个文件：签章之后被添加过内容",
        "The seal does not cover the whole file: something was added afterwards",
    ),
    "verify.why.seal-unknown": (
        "签章不是本区签发的",
        "The seal is not one of this district",
    ),
    "verify.why.seal-expired": (
        "签章时证书不在有效期内",
        "The certificate was not good when the file was sealed",
    ),
    "verify.kind": ("文书", "Document"),
    "verify.number": ("文号（证号）", "Number"),
    "verify.case": ("办件编号", "Case"),
    "verify.item": ("事项编码和版本", "Item and version"),
    "verify.name": ("申请人（隐去部分）", "Applicant (masked)"),
    "verify.day": ("日期", "Date"),
    "verify.date": ("{day:date}", "{day:date}"),
    "verify.made": ("出具", "Made"),
    "verify.made-at": ("{at}，{party}", "{at} by {party}"),
    "verify.until": ("有效期至", "Good until"),
    "verify.seal": ("电子签章", "Electronic seal"),
    "verify.seal-of": ("{name}，覆盖整个文件", "{name}, over the whole file"),
    "verify.seal-test": (
        "{name}，覆盖整个文件（测试证书，不具有法律效力）",
        "{name}, over the whole file (a test certificate without effect in law)",
    ),
    "verify.digest": ("内容摘要", "Digest of the content"),
}

"""Printing on the station's own printer."""

from protocol.console.texts import Texts

PRINTING: Texts = {
    "device.kind.a4-printer": ("A4 打印机", "A4 printer"),
    "device.manual.a4-printer": (
        "打不出来时，请打开 PDF 用别的打印机打，或请群众留下电话补送",
        "Without the printer, open the PDF and print it elsewhere, or arrange to send it later",
    ),
    "device.state.stopped": ("停住了，请到打印机旁看看", "stopped: see what its display says"),
    "device.driver.ipp": ("经打印服务（IPP）打印", "through a print service (IPP)"),
    "device.driver.folder": ("放进打印文件夹，由别的程序打印", "put into a folder that another program prints from"),
    "device.room": ("登记和停用大厅设备", "Introduce and remove machines"),
    "print.sent": ("已送到打印机，请到打印机取纸", "Sent to the printer: take the paper there"),
    "print.sent-no-paper": (
        "已送到打印机，但它缺纸了。装好纸会自动打出来。",
        "The printer has it, but is out of paper. It prints as soon as paper is loaded.",
    ),
    "print.sent-stopped": (
        "已送到打印机，但它停住了。请到打印机旁看看，处理好会自动打出来。",
        "The printer has it, but has stopped. See what its display says; then it prints by itself.",
    ),
    "print.failed": (
        "打印机没有应答，这一份没有打出来。可以打开 PDF 用别的打印机打；打印机好了再按“重打”。",
        "The printer does not answer; this was not printed. Open the PDF and print it elsewhere, or print again later.",
    ),
    "print.put-away": ("好的，不再提醒", "Done: you will not be asked again"),
    "print.cancelled": ("已请打印机取消", "The printer was asked to drop it"),
    "print.do": ("打印", "Print"),
    "print.open-pdf": ("打开 PDF", "Open the PDF"),
    "print.again": ("重打", "Print again"),
    "print.away": ("不用了", "Not needed"),
    "print.cancel": ("取消", "Cancel"),
    "print.last": ("最近一次打印", "Last print"),
    "print.unfinished": ("上次打印没有完成", "Not printed last time"),
    "print.unfinished-lead": (
        "停电或打印机出问题，这些可能没有打出来。请看一眼出纸口，再决定。",
        "After a power cut or trouble with the printer these may not be on paper. Look into its tray first.",
    ),
    "print.jobs": ("最近的打印", "Recent prints"),
    "print.no-jobs": ("还没有打印过", "Nothing has been printed yet"),
    "print.test-page": ("测试页", "Test page"),
    "print.what": ("文书", "Document"),
    "print.case": ("办件", "Case"),
    "print.at": ("时间", "Time"),
    "print.by": ("经办", "By"),
    "print.state": ("状态", "State"),
    "print.stage.begun": ("正在送去", "being sent"),
    "print.stage.cut": ("没有送到打印机", "did not reach the printer"),
    "print.stage.queued": ("排队中", "waiting its turn"),
    "print.stage.printing": ("打印中", "printing"),
    "print.stage.no-paper": ("等打印机装纸", "waits for paper"),
    "print.stage.stopped": ("打印机停住了", "the printer has stopped"),
    "print.stage.failed": ("没有打出来", "not printed"),
    "print.stage.unknown": ("打印机不记得了，请看出纸口", "the printer has forgotten it: look into its tray"),
    "print.stage.done": ("已打出", "printed"),
    "print.stage.put-away": ("不用了", "not needed"),
}

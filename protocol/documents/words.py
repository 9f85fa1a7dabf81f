"""How lengths of time and reasons to stop a clock are said on a document, which is always Chinese."""

from __future__ import annotations

from protocol.catalogue.items import Stop, Unit

_UNITS = {
    Unit.WORKING_DAY: "{}个工作日",
    Unit.CALENDAR_DAY: "{}日",
    Unit.MONTH: "{}个月",
    Unit.HOUR: "{}小时",
    Unit.INSTANT: "当场",
}
_STOPS = {
    Stop.CORRECTION: "补正材料",
    Stop.HEARING: "听证",
    Stop.TENDER: "招标",
    Stop.AUCTION: "拍卖",
    Stop.INSPECTION: "检验",
    Stop.TESTING: "检测",
    Stop.QUARANTINE: "检疫",
    Stop.APPRAISAL: "鉴定",
    Stop.EXPERT_REVIEW: "专家评审",
    Stop.PUBLICITY: "公示",
    Stop.RECTIFICATION: "整改",
    Stop.THIRD_PARTY: "征求第三方意见",
    Stop.CONCLUSION: "等待有关机关的结论",
}


def length_in_words(value: int, unit: Unit) -> str:
    return _UNITS[unit].format(value)


def stop_in_words(stop: Stop) -> str:
    return _STOPS[stop]

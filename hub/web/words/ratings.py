"""The words of the page of ratings."""

from protocol.console.texts import Texts

RATING_WORDS: Texts = {
    "ratings.title": ("好差评", "Ratings"),
    "ratings.lead": (
        "最近 {days} 天各站群众的评价，由站点上报，不能修改；判定为恶意的不计入。数据截至 {at}。",
        "What citizens said in the last {days} days; nobody edits it, malicious ones are not counted. As of {at}.",
    ),
    "ratings.none": ("还没有站点报来评价", "No station has sent ratings yet"),
    "ratings.station": ("站点", "Station"),
    "ratings.count": ("评价数", "Ratings"),
    "ratings.good": ("好评率", "Fair or better"),
    "ratings.open": ("待整改", "Open low grades"),
    "ratings.oldest": ("最早一条", "Oldest"),
    "ratings.bad": ("待整改的差评", "Low grades that wait"),
    "ratings.no-bad": ("没有待整改的差评", "No low grade waits"),
    "ratings.at": ("时间", "When"),
    "ratings.grade": ("评价", "Grade"),
    "ratings.group": ("事项类别", "Group"),
    "ratings.said": ("群众的话", "In the citizen’s words"),
    "ratings.step": ("办到哪一步", "Where it stands"),
    "grade.5": ("非常满意", "Very satisfied"),
    "grade.4": ("满意", "Satisfied"),
    "grade.3": ("基本满意", "Fairly satisfied"),
    "grade.2": ("不满意", "Dissatisfied"),
    "grade.1": ("非常不满意", "Very dissatisfied"),
    "rating-step.none": ("待联系", "to be called"),
    "rating-step.contact": ("已联系群众", "called"),
    "rating-step.rectify": ("已整改", "put right"),
    "rating-step.doubt": ("疑似恶意，待判定", "doubted"),
    "rating-step.keep": ("判定为真实，继续整改", "found genuine"),
}

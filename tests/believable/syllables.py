"""Characters that names are made of, with how they are read: the only words that are written down here."""

from __future__ import annotations


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """("青", "qing") for each 青qing."""
    found = []
    for word in text.split():
        han = word.rstrip("abcdefghijklmnopqrstuvwxyz")
        found.append((han, word[len(han) :]))
    return tuple(found)


PLACE_FIRST = _pairs(
    "青qing 白bai 云yun 石shi 凤feng 双shuang 金jin 永yong 太tai 兴xing 高gao 柏bai 竹zhu 莲lian 花hua 马ma 文wen"
    " 仁ren 义yi 礼li 福fu 寿shou 安an 宁ning 平ping 合he 和he 昌chang 盛sheng 玉yu 银yin 梧wu 桐tong 松song 杏xing"
)
PLACE_SECOND = _pairs(
    "溪xi 坝ba 堰yan 沱tuo 湾wan 岭ling 坪ping 井jing 塘tang 渡du 口kou 店dian 祠ci 寨zhai 沟gou 园yuan 林lin 台tai"
)
RESIDENCE = _pairs(
    "雅苑yayuan 名城mingcheng 花园huayuan 上院shangyuan 和府hefu 春天chuntian 华庭huating 新居xinju 水岸shuian"
)
ROADS = (
    "学府",
    "迎宾",
    "滨河",
    "桂花",
    "兴业",
    "蓉北",
    "电子",
    "香樟",
    "状元",
    "锦绣",
    "育英",
    "工业北",
    "书院",
    "芙蓉",
)

SURNAMES = _pairs(
    "王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 周zhou 吴wu 徐xu 孙sun 胡hu 朱zhu 高gao 林lin 何he 郭guo 马ma"
    " 罗luo 梁liang 宋song 郑zheng 谢xie 韩han 唐tang 冯feng 于yu 董dong 萧xiao 程cheng 曹cao 袁yuan 邓deng 许xu"
    " 傅fu 沈shen 曾zeng 彭peng 吕lv 苏su 卢lu 蒋jiang 蔡cai 贾jia 丁ding 魏wei 薛xue 叶ye 阎yan 余yu 潘pan 杜du"
    " 戴dai 夏xia 钟zhong 汪wang 田tian 任ren 姜jiang 范fan 方fang 石shi 姚yao 谭tan 廖liao 邹zou 熊xiong 金jin"
    " 陆lu 郝hao 孔kong 白bai 崔cui 康kang 毛mao 邱qiu 秦qin 江jiang 史shi 顾gu 侯hou 邵shao 孟meng 龙long 万wan"
    " 欧阳ouyang 司马sima 上官shangguan 诸葛zhuge 仇qiu 单shan 区ou 郄qie 逄pang"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国志红文斌林峰雪琴慧颖鑫宇浩欣怡子涵梓轩"
    "雨桐思源嘉懿一诺俊熙沐辰佳宜美琪天佑晓东海燕永福德贵长生素珍淑芬清仪成业仕洪开莲"
)
# characters that input methods and fonts stumble over, four of them beyond the basic plane
RARE = "喆堃犇淼珺頔翀玥婠赟龑昇祎旻彧垚骉飏䶮㛃𬍛𠅤𣲗𬸚"
FAR_NAMES = ("扎西·罗布", "阿依古丽·买买提", "吉克·阿呷木", "沙马·拉且", "卓玛·央金", "古丽巴哈尔·艾合买提江")

FIRMS = "恒鑫瑞丰宏达盛源嘉禾锦泰康博雅汇通久益创启航蓉川蜀岷沃普惠邦立信"
TRADES = (
    "餐饮管理", "商贸", "建筑劳务", "信息技术", "物业服务", "医疗器械", "农业科技", "人力资源", "食品", "物流", "文化传播",
    "环保科技", "家政服务", "机电设备安装", "房地产经纪", "教育咨询",
)  # fmt: skip
LONG_FIRM = "新能源汽车动力电池回收与梯次利用技术研究开发及推广服务"

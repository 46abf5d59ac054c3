//! Letters about water, power, gas, lights, lifts, signals and everything else of daily life.

use super::Theme;

/// What people write about at home.
pub(super) const THEMES: [Theme; 13] = [
    Theme {
        sort: "求助",
        category: "生活公用/供水",
        title: "自来水发黄有沉淀",
        text: "{day}起早上放出来的水是黄的,一桶水沉下{n}毫米泥,整条巷子{m}户都这样。",
        wish: "请水厂来取水化验,把结果告诉大家。",
    },
    Theme {
        sort: "投诉",
        category: "生活公用/供电",
        title: "一个月停电多次不通知",
        text: "{day}到现在停了{n}次电,一次也没有通知,冰箱里的东西坏了不说,{m}只小鸡也冻死了。",
        wish: "请供电所给个说法,以后停电先发个短信。",
    },
    Theme {
        sort: "咨询",
        category: "生活公用/燃气",
        title: "管道燃气什么时候通",
        text: "小区{n}年前就交了开户费,{day}物业说还要等主管道,隔壁小区早就通了。",
        wish: "请问今年有没有计划,交了的钱能不能先退。",
    },
    Theme {
        sort: "投诉",
        category: "生活公用/物业",
        title: "物业不修电梯",
        text: "电梯{day}停到今天,{n}楼有坐轮椅的老人下不来,物业总说在等配件,物业费一分不少收。",
        wish: "请住建部门督促他们修好,公开维修资金的账。",
    },
    Theme {
        sort: "求助",
        category: "生活公用/路灯",
        title: "主街路灯大面积不亮",
        text: "从桥头到中学{m}盏路灯有一半不亮,{day}晚上有老人摔了一跤,缝了{n}针。",
        wish: "请尽快派人检修,学生下晚自习要走这条路。",
    },
    Theme {
        sort: "建议",
        category: "生活公用/公共交通",
        title: "城乡公交早班提前一点",
        text: "头班公交七点多才发,赶不上县医院抽血,{day}等车的有{m}多个老人。",
        wish: "建议早班提前半个小时,赶集天加开一班。",
    },
    Theme {
        sort: "投诉",
        category: "生活公用/通信",
        title: "手机信号差打不通急救电话",
        text: "山坳里{m}户人家手机只有一格信号,{day}邻居发病,爬上坡才打通电话,耽误了{n}分钟。",
        wish: "请通信公司来测一测,补建一个小基站。",
    },
    Theme {
        sort: "投诉",
        category: "生活公用/通信",
        title: "宽带套餐被改没有告知",
        text: "{day}查账单才发现套餐从每月{m}元变成了更贵的,已经多扣{n}个月,客服说是系统升级。",
        wish: "请退还多扣的钱,改回原来的套餐。",
    },
    Theme {
        sort: "投诉",
        category: "城市管理/油烟噪声",
        title: "楼下烧烤油烟直排",
        text: "{day}楼下新开一家烧烤店,油烟管正对{n}楼窗户,夜里一点还在吵,年过七旬的父亲整晚咳嗽。",
        wish: "请城管来看一看,装上净化器,晚上早点收摊。",
    },
    Theme {
        sort: "举报",
        category: "生态环境/固体废物",
        title: "夜里往河滩倒建筑垃圾",
        text: "{day}半夜有{n}台货车往洣水边的河滩倒建筑垃圾,已经堆了{m}多车。",
        wish: "请查是哪里拉来的,不要让人知道是我写的。",
    },
    Theme {
        sort: "投诉",
        category: "市场监管/价格",
        title: "菜市场缺斤少两",
        text: "{day}买{n}斤排骨回家一称少了三两,回去理论还被骂,市场里的公平秤早坏了。",
        wish: "请市场监管部门把公平秤修好,抽查几家。",
    },
    Theme {
        sort: "建议",
        category: "城市管理/环境卫生",
        title: "垃圾桶添几个分类的",
        text: "一条街{m}户只有{n}个桶,{day}过节那几天堆成了小山,猫狗乱翻。",
        wish: "建议添几个带盖的分类桶,每天多拉一趟。",
    },
    Theme {
        sort: "咨询",
        category: "卫生健康/生育服务",
        title: "三孩生育补助怎样申请",
        text: "{day}生了第三个孩子,听说有补助,问了{n}个地方说法都不一样。",
        wish: "请告诉我有没有这项政策,在哪里申请。",
    },
];

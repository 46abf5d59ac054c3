//! Letters about schools, culture and sport.

use super::Theme;

/// What people write about schools, libraries and squares.
pub(super) const THEMES: [Theme; 9] = [
    Theme {
        sort: "咨询",
        category: "科教文体宣传/教育",
        title: "学位费补贴什么时候发",
        text: "孩子在民办学校读{n}年级,{day}老师说补贴要等上面拨款,别的县已经发了。",
        wish: "请问今年春季的补贴哪个月能到,金额是多少。",
    },
    Theme {
        sort: "投诉",
        category: "科教文体宣传/教育",
        title: "学校课后服务强制收费",
        text: "课后服务说是自愿,{day}不交的{n}个孩子被叫到办公室谈话,每学期要交{n}百元。",
        wish: "请教育局查一查,真正做到自愿,账目公开。",
    },
    Theme {
        sort: "投诉",
        category: "科教文体宣传/教育",
        title: "学校周末补课不双休",
        text: "{day}开学以来每周只放一天假,初三的孩子早上六点出门,晚上十点才回,人瘦了一圈。",
        wish: "请落实双休,让孩子睡够觉。",
    },
    Theme {
        sort: "咨询",
        category: "科教文体宣传/教育",
        title: "学籍从外省转回要什么手续",
        text: "孩子在外省读{n}年级,{day}家里有事要转回来,两边学校都让先办对方的手续。",
        wish: "请问先在哪边申请,学期中间能不能转。",
    },
    Theme {
        sort: "求助",
        category: "科教文体宣传/教育",
        title: "校车线路取消孩子走山路",
        text: "校车{day}起不进我们组,{n}个小学生每天要走{m}分钟山路,下雨天一身泥水。",
        wish: "请恢复原来的站点,或者换一台小一点的车进来。",
    },
    Theme {
        sort: "求助",
        category: "科教文体宣传/教育",
        title: "幼儿园停办孩子没地方上学",
        text: "村里唯一的幼儿园{day}通知不办了,{m}个孩子要到{n}里外的镇上去,老人接送不了。",
        wish: "请帮忙协调,哪怕先办一个班也好。",
    },
    Theme {
        sort: "建议",
        category: "科教文体宣传/文化",
        title: "农家书屋换一批新书",
        text: "书屋里{m}多本书大半是{n}年前的,{day}去看门锁着,钥匙也不知道在谁手里。",
        wish: "建议换一批孩子爱看的,周末固定开门。",
    },
    Theme {
        sort: "建议",
        category: "科教文体宣传/体育",
        title: "文化广场装几件健身器材",
        text: "广场建好{n}年了只有一个篮球架,晚上有{m}多人跳舞,老人没有地方活动。{day}大家推我写这封信。",
        wish: "建议装几件健身器材,再添两盏灯。",
    },
    Theme {
        sort: "感谢",
        category: "科教文体宣传/教育",
        title: "点赞支教老师",
        text: "村小来了{n}位支教老师,{day}还自己掏钱给孩子们买了{m}本书,周末挨家去家访。",
        wish: "孩子们都舍不得他们走,请表扬一下。",
    },
];

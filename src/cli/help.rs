//! Help in the operator's language: clap's own texts are the English doc comments; here is the Chinese beside them.
//! A test fails where one is missing.

use clap::{Arg, Command};

use crate::settings::Lang;

const STATUS_ZH: &str = "\
退出码:
  0  正常
  1  检查出问题,或执行出错
  2  命令写得不对
  3  没有找到
  4  连不上运行中的汇流,也打不开数据目录
  5  不允许,或现在不能做";

const STATUS_EN: &str = "\
Exit status:
  0  all is well
  1  something is wrong with what was checked, or the command failed
  2  the command makes no sense as written
  3  what was asked for is not there
  4  neither the daemon nor the store can be reached
  5  it may not be done, or not now";

const TEMPLATE_ZH: &str = "{about-with-newline}\n用法:{usage}\n\n{all-args}{after-help}";

/// What commands and arguments are for, in Chinese, by their path: `channel`, `channel show`, `channel show all`.
/// An argument that is the same in several commands is listed once, by its own name.
const ZH: &[(&str, &str)] = &[
    ("", "汇流:把各渠道来件汇到12345热线"),
    ("config", "配置目录"),
    ("lang", "显示语言;不写就按 gateway.toml,再按 LANG"),
    ("json", "输出 JSON,字段名固定不变,时间为 UTC"),
    ("help", "显示帮助"),
    ("version", "显示版本"),
    ("why", "理由,会记录在案"),
    ("limit", "最多显示几条"),
    ("from", "这一天或以后收到的,例如 2026-12-01"),
    ("to", "这一天或以前收到的"),
    ("run", "启动汇流,直到叫它停"),
    ("run strict", "有任何渠道配置不对就不启动"),
    ("demo", "演示:用虚构的对方系统和临时目录重放一个季度,最后对账、出报告"),
    ("demo counts", "哪个渠道来多少件(TOML);不写就重放衡东县2025年第一季度"),
    ("demo seed", "来信和故障照这个数生成,同一个数每次一样"),
    ("demo stay", "演示完不退出,列出可以试的地址"),
    ("check", "检查配置和样例;有错时退出码为 1"),
    ("check name", "只检查这个渠道"),
    (
        "check online",
        "配置没错的,再逐个走到对方那里看:域名、路由、端口、TLS、证书、HTTP、时钟、登录、第一件;不收不转,不动取件进度",
    ),
    ("check timeout", "每一步最多等几秒"),
    ("status", "运行状况"),
    ("alarm", "告警:现在有什么不对,谁在处理"),
    ("alarm list", "现在的告警,最早的在前"),
    ("alarm list all", "连同已结束的,最近的在前"),
    ("alarm show", "一条告警:出了什么事、怎么办、谁认领了"),
    ("alarm show id", "告警编号"),
    ("alarm take", "认领一条告警:记录在案,到下一个工作日上班前不再发"),
    ("alarm take id", "告警编号"),
    ("alarm take who", "谁认领;不写就是执行命令的用户"),
    ("alarm snooze", "推迟一条告警:记录在案,最多到下一个工作日上班"),
    ("alarm snooze id", "告警编号"),
    ("alarm snooze until", "推迟到几点,例如 15:30 或 \"2026-12-01 08:00\";不写就是下一个工作日上班"),
    ("alarm test", "从每个出口真发一条测试消息,说明结果;有发不出的退出码为 1"),
    ("alarm test outlet", "只试这个出口"),
    ("watch", "在另一台机器上看守网关:心跳停了,从自己的出口告警"),
    ("watch url", "网关的监听地址,例如 http://10.1.2.3:8612"),
    ("watch every", "隔多久问一次"),
    ("watch after", "多久没有心跳就告警"),
    ("watch state", "记着发过什么的文件;不写就是数据目录里的 watch.json"),
    ("reload", "让运行中的汇流重新读取配置,等到有结果;没有全部生效时退出码为 1"),
    ("channel", "渠道;名称可写代号、名字或旧叫法"),
    ("channel list", "全部渠道"),
    ("channel new", "新建渠道:照样例(接口返回、推送内容、表格)生成,或回答几个问题"),
    ("channel new name", "渠道的名字,例如 政协云"),
    ("channel new from", "样例文件:JSON 或 XML、表格、存下来的网页;- 是标准输入"),
    ("channel new code", "代号(文件夹名);不写就用名字的拼音"),
    ("channel new kind", "接入方式:rest、webhook、folder、manual;不写就看样例"),
    ("channel new list", "列表在样例的什么位置,例如 /data/rows;整个样例就是列表的写 /"),
    ("channel new id", "哪一栏是编号"),
    ("channel new no_id", "表格里没有编号:按内容识别"),
    ("channel learn", "照另存的网页学网站后台:列表页、详情页、答复页;先看改什么,同意了才写入"),
    ("channel learn name", "哪个渠道"),
    ("channel learn files", "另存的网页,不分先后:列表、一件或几件详情、空的列表、答复的表单"),
    ("channel learn dry_run", "只看会改什么,不写入"),
    ("channel learn yes", "不问,直接写入"),
    ("channel fmt", "排齐渠道文件:表的顺序、等号、注释对齐;注释和值原样保留"),
    ("channel fmt names", "哪些渠道;不写就是全部"),
    ("channel fmt check", "只看有没有没排齐的,不改;有的话退出码为 1"),
    ("channel show", "看一个渠道"),
    ("channel show name", "哪个渠道"),
    ("channel show all", "连同全部设置,默认值也写出来"),
    ("channel go-live", "确认启用:首次取件遇到件多或件旧时用"),
    ("channel go-live name", "哪个渠道"),
    ("channel go-live from", "早于这一天的件只登记,例如 2026-12-01"),
    ("channel resume", "恢复停下来的渠道;core 指热线系统"),
    ("channel login", "登录:看验证码图片填写,用于要人登录的渠道"),
    ("channel login name", "哪个渠道"),
    ("channel login image", "图片写到哪个文件;不写就放在临时文件里,用完删掉;已有的会覆盖"),
    ("channel login answer", "图上写的,供脚本用;和 --challenge 一起写"),
    ("channel login challenge", "填的是哪一张,照上一次给的编号"),
    ("channel resume name", "哪个渠道,或 core"),
    ("channel import", "导入一个文件,逐行收下;重复导入不会收两遍"),
    ("channel import name", "哪个渠道"),
    ("channel import file", "哪个文件"),
    ("channel import dry_run", "只看每一行会怎样,不收下"),
    ("channel import answer", "逐行结果写到哪个文件;不写就放在原文件旁边;已有的不覆盖"),
    ("channel preview", "试看:下一次取件会问什么、对方回什么、每件会变成什么;什么都不收、不移动"),
    ("channel preview name", "哪个渠道"),
    ("channel preview from", "不连对方,把这个文件当作对方的返回(推送的内容、要收的表格);- 表示从标准输入读"),
    ("channel preview live", "向对方问一次,和下一次取件一样;轮询的渠道不写 --from 就是这样"),
    ("channel preview rows", "详细列出前几件"),
    ("channel preview unmask", "显示个人信息;问对方的须写 --why,先记录再显示;密钥始终不显示"),
    ("channel nothing-today", "今日无件:记录在案,今天不再提醒交表"),
    ("channel nothing-today name", "哪个渠道"),
    ("channel accept", "看样例现在映射成什么;加 --write 就以此为准"),
    ("channel accept name", "哪个渠道"),
    ("channel accept write", "写入预期结果"),
    ("explain", "用白话说明一个渠道:做什么、什么时候、保证什么;不联系任何系统"),
    ("explain name", "哪个渠道"),
    ("sign", "照渠道的签名办法,把样例签一遍(推送则验一遍),一步一步显示,好和对方文档比对;不联系任何系统"),
    ("sign name", "哪个渠道"),
    ("sign sample", "样例文件:HTTP 请求原文(请求行、请求头、空一行、内容),或只有内容;- 是标准输入"),
    ("sign stamp", "用这个时间戳(照报文里的写法);不写就用现在"),
    ("sign nonce", "用这个随机串;不写就新生成"),
    ("sign expect", "对方文档里的待签串或签名;可写几个,按步骤先后;有不同的退出码为 1"),
    ("sign of", "渠道有几处签名时看哪一处:connect 或 return;不写就是 connect"),
    ("presets", "预设:渠道可以用的现成写法"),
    ("presets name", "看哪个预设写了什么;不写就列出全部"),
    ("find", "查工单:按任一编号,或按提示输入个人信息"),
    ("find number", "汇流编号、热线工单号或来源编号;写 - 则按提示输入;不要写个人信息"),
    ("find phone", "按完整电话号码查(按提示输入)"),
    ("find name", "按姓名和电话后四位查(按提示输入)"),
    ("find id", "按完整证件号码查(按提示输入)"),
    ("channel_of", "只看这个渠道"),
    ("due", "快到时限、超过时限还没办结的工单,急的在前;最后是重新打开、没有时限的"),
    ("due within", "多久之内到期,例如 3d、12h;不写看到第二个工作日结束"),
    ("reconcile", "对账:对方说有多少、收到多少、转了多少,差在哪;或拿导出的清单来核;有差时退出码为 1"),
    ("reconcile day", "对哪一天,例如 2026-11-27;不写就是昨天"),
    ("reconcile channel", "只对这个渠道"),
    ("reconcile fetch", "先向对方把这一天起的再取一遍,再对"),
    ("reconcile against", "从这个渠道的对方后台导出的清单(表格),和我们的逐件核"),
    ("reconcile core", "从热线系统导出的清单(表格),和我们的逐件核"),
    ("reconcile from", "清单从哪天起;不写就看清单里最早的时间"),
    ("reconcile to", "清单到哪天止"),
    ("reconcile id", "编号是哪一栏(栏名认不出时写)"),
    ("reconcile state", "状态是哪一栏"),
    ("reconcile time", "时间是哪一栏"),
    ("reconcile out", "同时写成表格,一样一张;已有的文件不覆盖"),
    ("reconcile sign", "签认:核过了,为什么这样是对的;记录在案"),
    ("reconcile list", "各渠道的清单上次是什么时候核过签认的,还有哪些差没有平"),
    ("reconcile all", "连以前的一起"),
    ("due past", "只看超过时限的"),
    ("ticket", "统一工单"),
    ("ticket list", "工单列表,新的在前"),
    ("ticket show", "一件工单的全过程,个人信息脱敏"),
    ("ticket show number", "汇流编号,例如 261122-00017"),
    ("ticket show unmask", "显示全部内容和原文;须写 --why,先记录再显示"),
    ("ticket unjoin", "撤销并单:把并进来的一件分出去,另立新工单"),
    ("ticket unjoin number", "汇流编号,例如 261122-00017"),
    ("ticket unjoin external_id", "要分出去的那一件的来源编号,见 ticket show 的来源"),
    ("ticket split", "拆单:一封信几件事,拆成 -1、-2 … 几张单,全部办结后合成一个答复"),
    ("ticket split number", "汇流编号,例如 261122-00017"),
    ("ticket split parts", "每件一个文件:第一行是标题(会写进公开答复),下面是正文"),
    ("ticket new", "登记纸质来信、来访(渠道的接入方式是手工登记),逐栏询问"),
    ("ticket new channel", "登记到哪个渠道"),
    ("ticket new from", "不询问,从这个文件取:一个 JSON 对象,栏目名和内容"),
    ("ticket new external_id", "来信自己的编号;不写就编一个"),
    ("ticket waiting", "等着录入热线的工单(热线没有接口时),早的在前"),
    ("ticket copy", "照着录入热线的内容,按录入界面的顺序,个人信息脱敏"),
    ("ticket copy number", "汇流编号,例如 261122-00017"),
    ("ticket copy event", "第几条流转消息;不写就是下一条等登记的"),
    ("ticket copy unmask", "显示全部内容;须写 --why,先记录再显示"),
    ("ticket register", "登记热线工单号,或登记后来的流转消息已录入"),
    ("ticket register number", "汇流编号,例如 261122-00017"),
    ("ticket register core_number", "热线工单号"),
    ("ticket register event", "已录入的是第几条流转消息;不写就是新件"),
    ("ticket register also", "别的工单也是这个号:热线把它们并成了一单"),
    ("ticket register correct", "以前登记的号错了,改成这个;须写 --why"),
    ("ticket note", "备注:记下答应诉求人的事(例如什么时候回电话),或记下已办"),
    ("ticket note number", "汇流编号,例如 261122-00017"),
    ("ticket note text", "备注的内容;- 表示从标准输入读,不写就询问(命令行里的会留在历史记录里)"),
    ("ticket note until", "什么时候以前要办:2026-12-01、\"2026-12-01 15:00\",或 15:00(今天)"),
    ("ticket note done", "这个序号的备注已办;须写 --why"),
    ("ledger", "渠道台账:账号归谁管、对方找谁、依据、密钥何时到期"),
    ("ledger xlsx", "写成 Excel 表;已有的不覆盖"),
    ("handover", "交接班:待人工处理、临期超期、答应诉求人的事、收不到的渠道、没交的表、上次交班以来的变化"),
    ("handover to", "交给谁;写了才算交班,记录在案,下一班从这时起算"),
    ("handover from", "谁交的;不写就是登录的用户"),
    ("format", "写成什么样"),
    ("out", "写到哪个文件;已有的不覆盖"),
    ("outcome", "办理反馈:用表格报进来"),
    ("outcome template", "生成一张空表,供填写办理反馈"),
    ("outcome template file", "写到哪个文件;已有的不覆盖"),
    ("outcome template open", "带出还没办结的工单,一件一行"),
    ("outcome import", "导入填好的表(.xlsx、.xls、.csv);重复导入不会收两遍"),
    ("outcome import file", "哪个文件"),
    ("outcome import dry_run", "只看每一行会怎样,不收下"),
    ("import", "导入启用汇流以前的东西"),
    ("import handled", "已经人工抄进热线系统的来件:一行一件,要有来源编号、热线工单号;不再转热线,办理反馈照样回传"),
    ("import channel", "这些来件是哪个渠道的"),
    ("import dry_run", "只看每一行会怎样,不登记"),
    ("errand", "后台任务:还没做完的事"),
    ("errand list", "未完成的后台任务"),
    ("dead", "待人工处理"),
    ("dead list", "待人工处理的件,早的在前"),
    ("dead list ended", "连同已处理的"),
    ("dead list unticketed", "改列没有立件的:退信、自动回复、群发邮件"),
    ("dead show", "看一件,个人信息脱敏"),
    ("dead show id", "序号"),
    ("dead show unmask", "显示全部内容;须写 --why,先记录再显示"),
    ("dead edit", "用 $EDITOR 改流转消息的 JSON,存盘后重发"),
    ("dead edit id", "序号"),
    ("dead edit file", "不开编辑器,从这个文件取 JSON"),
    ("dead retry", "重试:流转消息、回传重发,来件重新识别"),
    ("dead retry id", "序号"),
    ("dead take", "把没有立件的立为工单"),
    ("dead take id", "序号"),
    ("mail", "电子邮件"),
    ("mail parse", "看一封封信会变成什么:正文、附件、是哪类邮件、工单;不联系任何人"),
    ("mail parse files", "信的原样文件(.eml)"),
    ("mail parse unmask", "显示个人信息;文件是你自己的,不另记录"),
    ("dead drop", "销掉;排在后面的继续"),
    ("dead drop id", "序号"),
    ("dead done", "记下已回复:已到对方后台回复,或对方已收到"),
    ("dead done id", "序号"),
    ("dead answer-again", "热线工单已办结:再次答复,把已回传的答复再发给来源一次"),
    ("dead answer-again id", "序号"),
    ("dead new-ticket", "热线工单已办结:另立新件,注明原件"),
    ("dead new-ticket id", "序号"),
    ("dead reopened", "热线已重开:把这条流转消息再发一次"),
    ("dead reopened id", "序号"),
    ("approve", "待审签:回传之前要人看过的"),
    ("approve list", "待审签的件,早的在前"),
    ("approve show", "看将要发出的内容和要改的地方,个人信息脱敏"),
    ("approve show id", "序号"),
    ("approve show unmask", "显示全部内容;须写 --why,先记录再显示"),
    ("approve agree", "同意发出:公开答复照原文,或改了再发"),
    ("approve agree id", "序号"),
    ("approve agree edit", "先用 $EDITOR 改公开答复;须写 --why,会记录在案"),
    ("approve agree text", "公开答复改用这个文件里的文字;- 表示从标准输入读"),
    ("approve agree although", "有要改的地方仍要发出的理由,会记录在案"),
    ("approve hand-back", "退回热线修改,理由告诉热线"),
    ("approve hand-back id", "序号"),
    ("approve hand-back why", "理由,会记录在案,也告诉热线"),
    ("secret", "密钥"),
    ("secret set", "录入密钥:输两遍,不显示;不用重启"),
    ("secret set name", "密钥名,即配置目录 secrets/ 下的文件名"),
    ("secret list", "全部密钥:是否录入、谁、何时;不显示内容"),
    ("report", "专报:一段时间里各渠道受理、办结多少,照单位发布的写法印出;--freeze 定稿后原样不变"),
    ("report from", "第一天,例如 2025-01-01"),
    ("report to", "最后一天"),
    ("report quarter", "哪一季度,例如 2025Q1"),
    ("report month", "哪个月,例如 2025-03"),
    ("report as_of", "截至哪一天的办理情况;不写就是现在"),
    ("report template", "config/report 里的模板,不带 .txt;不写,月份用月度通报,其余用季度专报"),
    ("report details", "另写一个表格文件:每个数字背后一张表,列出是哪些来件"),
    ("report effective", "热线系统统计的有效工单数,印在说明里一并交代"),
    ("report freeze", "定稿:以后印这一期都照现在的原样;须写 --why,会记录在案"),
    ("report fresh", "定过稿也按现在的数据重新统计,并说明和定稿比变了什么"),
    ("schema", "输出 JSON Schema(2020-12);api 是 HTTP 接口的 OpenAPI 3.1 说明"),
    ("schema of", "哪一种;api 是 HTTP 接口"),
];

/// The command with its help in a language.
pub(super) fn in_lang(command: Command, lang: Lang) -> Command {
    match lang {
        Lang::En => command.after_help(STATUS_EN),
        Lang::Zh => {
            // What clap adds by itself must be there to be translated.
            let mut command = command;
            command.build();
            translated(command, "").after_help(STATUS_ZH)
        }
    }
}

fn zh(path: &str) -> Option<&'static str> {
    ZH.iter().find(|(known, _)| *known == path).map(|(_, text)| *text)
}

fn zh_of_argument(path: &str, name: &str) -> Option<&'static str> {
    let own = zh(&below(path, name));
    own.or_else(|| zh(if name == "channel" { "channel_of" } else { name }))
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path} {name}") }
}

fn translated(command: Command, path: &str) -> Command {
    let argument = |argument: Arg| {
        let text = zh_of_argument(path, argument.get_id().as_str());
        let heading = if argument.is_positional() { "参数" } else { "选项" };
        let text = text.map(|text| format!("{text}{}", beside(&argument)));
        let argument = argument.help_heading(heading);
        let argument = argument.hide_possible_values(true).hide_default_value(true).hide_env(true);
        match text {
            Some(text) => argument.help(text.clone()).long_help(text),
            None => argument,
        }
    };
    let mut command = command;
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").replace("[OPTIONS]", "[选项]").replace("<COMMAND>", "<命令>");
    let command = command.override_usage(usage);
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let mut command = command.mut_args(argument).help_template(TEMPLATE_ZH);
    command = command.subcommand_help_heading("命令").subcommand_value_name("命令");
    if let Some(text) = zh(path) {
        command = command.about(text).long_about(text);
    }
    for name in names {
        let path = below(path, &name);
        command = command.mut_subcommand(name, |sub| translated(sub, &path));
    }
    command
}

/// What clap would add in English: what may be written, what holds where nothing is, and the variable that sets it.
fn beside(argument: &Arg) -> String {
    let mut text = String::new();
    let takes = argument.get_action().takes_values();
    let possible = argument.get_possible_values().into_iter().filter(|value| takes && !value.is_hide_set());
    let possible: Vec<_> = possible.map(|value| value.get_name().to_owned()).collect();
    if !possible.is_empty() {
        text += &format!(";可写 {}", possible.join("、"));
    }
    let default: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if takes && !default.is_empty() {
        text += &format!(";不写就是 {}", default.join("、"));
    }
    if let Some(variable) = argument.get_env() {
        text += &format!(";也可用环境变量 {}", variable.to_string_lossy());
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn missing(command: &Command, path: &str, out: &mut Vec<String>) {
        if zh(path).is_none() {
            out.push(path.to_owned());
        }
        for argument in command.get_arguments() {
            if zh_of_argument(path, argument.get_id().as_str()).is_none() {
                out.push(below(path, argument.get_id().as_str()));
            }
        }
        for sub in command.get_subcommands() {
            missing(sub, &below(path, sub.get_name()), out);
        }
    }

    #[test]
    fn every_command_and_argument_has_its_chinese() {
        let mut command = Cli::command();
        command.build();
        let mut out = Vec::new();
        missing(&command, "", &mut out);
        assert_eq!(out, Vec::<String>::new());
    }

    #[test]
    fn the_command_line_is_sound_in_both_languages() {
        Cli::command().debug_assert();
        let help = |lang| in_lang(Cli::command(), lang).render_help().to_string();
        assert!(help(Lang::En).contains("Exit status:") && help(Lang::En).contains("Finds tickets"));
        let zh = help(Lang::Zh);
        assert!(zh.contains("退出码:") && zh.contains("待人工处理") && !zh.contains("Usage:"), "{zh}");
    }
}

//! The submission that is pushed: about 1.2 KB of JSON, most of it Chinese, each with a number of its own.

/// What stands before the number, between it and the title's count, and behind that.
const PARTS: [&str; 3] = [
    r#"{"id":""#,
    r#"","priority":"一般","submitted_at":"2026-11-21T08:15:30+08:00","category":"城乡建设/市政设施/道路照明","reporter":{"name":"陈某","phone":"13900000000"},"location":{"district":"430424","address":"城西片区文化路一百二十号院"},"title":"文化路夜间路灯成片不亮,人行道地砖缺损(第"#,
    r#"次反映)","content":"我是住在文化路一百二十号院的居民。从上个月中旬起,文化路从小学门口到菜市场这一段的路灯就陆续不亮了,现在连续十几盏都是黑的,晚上七点以后整条路什么也看不清。路边的人行道又有好几处地砖缺了角、翘了边,下雨天里面积着泥水,老人和放学的孩子走过去经常崴脚,上星期就有一位邻居摔伤了手腕,在医院缝了针。我们先后找过社区和物业,社区说路灯归市政管,物业说院墙外面不归他们管,来看过的师傅也只是登记了一下,一直没有人来修。这条路是附近三个小区上下班和接送孩子的必经之路,天黑以后还有电动车逆行,非常危险。请有关部门尽快安排人员到现场看一看,把路灯修好,把缺损的地砖补上,并把办理的结果告诉我们。平时白天要上班,联系我们最好在中午或者傍晚,谢谢。"}"#,
];

/// The letters' ids begin so.
pub(crate) const PREFIX: &str = "LD-2026-";

/// Writes the body of the `k`-th submission behind what stands in `out`.
pub(crate) fn write(out: &mut Vec<u8>, k: usize) {
    let (id, count) = (format!("{PREFIX}{k:09}"), (k % 9 + 1).to_string());
    for piece in [PARTS[0], &id, PARTS[1], &count, PARTS[2]] {
        out.extend_from_slice(piece.as_bytes());
    }
}

/// Which submission an id belongs to; none if it is nobody's.
pub(crate) fn number(id: &str) -> Option<usize> {
    id.strip_prefix(PREFIX)?.parse().ok()
}

/// How many bytes a body has.
pub(crate) fn size() -> usize {
    let mut body = Vec::new();
    write(&mut body, 0);
    body.len()
}

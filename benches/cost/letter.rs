//! The submissions that are pushed: about 1.2 KB of JSON, each with a number, a person and a place of its own.

/// The body of the `k`-th submission.
pub(crate) fn body(k: u64) -> String {
    let content = format!(
        "我是本县城东片区的住户。从上月{}日起,楼下新开的建材切割店每天清晨五点多就开始作业,电锯声一直响到夜里十点以后,\
        家里有两个要上学的孩子和一位刚做完手术的老人,全家都休息不好。店里还把切下来的石材边角料和粉尘堆在人行道上,\
        一下雨就淌成泥浆,盲道和消防通道都被占了,前几天有位老人在那里滑倒受伤。我们找过物业和社区,物业说管不了临街商铺,\
        社区上门劝过两次,当时答应改,第二天又是老样子。希望有关部门到现场看一看,核实这家店有没有办理相关手续,限定作业时间,\
        清理占道的材料,并把处理结果告诉我们{}号楼的住户。白天上班不方便接电话,请在中午或者晚上联系,谢谢。",
        k % 28 + 1,
        k % 90 + 1,
    );
    let document = serde_json::json!({
        "id": format!("YC-2026-{k:09}"),
        "title": format!("临街建材店早晚切割噪声扰民并占用人行道(第{}次反映)", k % 9 + 1),
        "content": content,
        "category": "城乡建设/市容环卫/噪声扰民",
        "reporter": { "name": "刘某", "phone": format!("1380000{:04}", k % 10_000) },
        "location": { "district": "430424", "address": format!("城东新区迎宾路{}号", k % 500 + 1) },
        "submitted_at": format!("2026-11-20T{:02}:{:02}:00+08:00", k % 24, k % 60),
        "priority": "一般",
    });
    document.to_string()
}

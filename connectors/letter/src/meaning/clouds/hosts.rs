//! The stores that are known.

/// A store of files: its host and everything below it, and where on it files lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Store {
    /// The host, in lower case; hosts below it count too.
    pub host: &'static str,
    /// What the path holds; empty if all of the host is a store.
    pub path: &'static str,
    /// What people call it.
    pub name: &'static str,
}

const fn store(host: &'static str, path: &'static str, name: &'static str) -> Store {
    Store { host, path, name }
}

/// Every store that is known.
pub const HOSTS: &[Store] = &[
    store("mail.qq.com", "/ftn/", "QQ邮箱超大附件"),
    store("mail.qq.com", "ftnexs_download", "QQ邮箱超大附件"),
    store("ftn.qq.com", "", "QQ邮箱超大附件"),
    store("exmail.qq.com", "ftn", "腾讯企业邮箱超大附件"),
    store("share.weiyun.com", "", "腾讯微云"),
    store("mail.163.com", "large-attachment-download", "网易邮箱云附件"),
    store("mail.126.com", "large-attachment-download", "网易邮箱云附件"),
    store("mail.yeah.net", "large-attachment-download", "网易邮箱云附件"),
    store("dashi.163.com", "attachment-download", "网易邮箱云附件"),
    store("fs.163.com", "", "网易邮箱云附件"),
    store("u.163.com", "", "网易邮箱云附件"),
    store("qiye.163.com", "attachment", "网易企业邮箱云附件"),
    store("mail.sina.com.cn", "filecenter", "新浪邮箱云附件"),
    store("cloud.189.cn", "", "天翼云盘"),
    store("mail.10086.cn", "download", "139邮箱超大附件"),
    store("caiyun.139.com", "", "和彩云"),
    store("pan.baidu.com", "", "百度网盘"),
    store("pan.quark.cn", "", "夸克网盘"),
    store("alipan.com", "", "阿里云盘"),
    store("aliyundrive.com", "", "阿里云盘"),
    store("wenshushu.cn", "", "文叔叔"),
    store("drive.google.com", "", "Google Drive"),
    store("1drv.ms", "", "OneDrive"),
    store("icloud.com", "/attachment/", "iCloud"),
];

/// The host of a link and the store's name, if the store is known. A name before an `@` is nobody's host.
pub(super) fn known(link: &str) -> Option<(String, &'static str)> {
    let rest = ["https://", "http://"].into_iter().find_map(|scheme| crate::meaning::plain::behind(link, scheme))?;
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
    let path = path.to_ascii_lowercase();
    let path = path.split('#').next().unwrap_or_default();
    let is_host =
        |store: &Store| host.strip_suffix(store.host).is_some_and(|head| head.is_empty() || head.ends_with('.'));
    let store = HOSTS.iter().find(|store| is_host(store) && path.len() > 1 && path.contains(store.path))?;
    Some((host, store.name))
}

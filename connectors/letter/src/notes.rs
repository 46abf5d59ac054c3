//! What is said of a letter that was odd.

use huiliu_contract::Remark;

/// Chinese and English.
pub(crate) type Note = (&'static str, &'static str);

pub(crate) const NOTHING: Note = ("内容为空，不是邮件", "it is empty: no mail");
pub(crate) const NO_HEAD: Note = ("没有信头，全部内容当作正文", "it has no header; all of it was taken as text");
pub(crate) const NO_EMPTY_LINE: Note =
    ("信头和正文之间缺少空行，已自动分开", "no empty line stood between header and text; they were told apart");
pub(crate) const HEAD_CUT: Note =
    ("信头过长，超出部分没有读取", "the header is too large; the rest of it was not read");
pub(crate) const TOO_LARGE: Note = (
    "邮件过大，只读取了开头部分，附件没有接收",
    "the mail is too large: only its beginning was read, no attachment was taken",
);
pub(crate) const SEVERAL_FROM: Note = (
    "有多个发件人（From）字段，以第一个为准，可能是冒名",
    "several From fields; the first counts. It may be a forgery",
);
pub(crate) const SEVERAL_SUBJECTS: Note =
    ("有多个主题（Subject）字段，以第一个为准", "several Subject fields; the first counts");
pub(crate) const SEVERAL_IDS: Note =
    ("有多个邮件编号（Message-ID）字段，以第一个为准", "several Message-ID fields; the first counts");
pub(crate) const SEVERAL_DATES: Note =
    ("有多个日期（Date）字段，以第一个为准", "several Date fields; the first counts");
pub(crate) const BAD_DATE: Note = ("日期（Date）无法识别", "the Date cannot be read");
pub(crate) const GUESSED: Note = (
    "字符编码没有注明或注明有误，由系统判断，请留意有无乱码",
    "the charset was missing or wrong and had to be guessed",
);
pub(crate) const DAMAGED: Note = ("有个别字符无法识别", "some characters could not be read");
pub(crate) const ADDRESSES_CUT: Note = ("地址过多，只读取了前面的", "too many addresses; only the first were read");
pub(crate) const TRUNCATED: Note =
    ("邮件不完整（缺少结尾），附件可能残缺或缺失", "the mail breaks off: files may be incomplete or missing");
pub(crate) const NO_BOUNDARY: Note = (
    "邮件声明由多个部分组成，但找不到分界，全部内容当作正文；附件可能缺失",
    "it says it has several parts, but none can be found; all was taken as text, files may be missing",
);
pub(crate) const BOUNDARY_GUESSED: Note = (
    "各部分的分界没有注明或注明有误，由系统判断",
    "the boundary of its parts was missing or wrong and had to be guessed",
);
pub(crate) const PARTS_CUT: Note = ("组成部分过多，超出部分没有读取", "too many parts; the rest was not read");
pub(crate) const TOO_DEEP: Note =
    ("嵌套层数过多，内层没有展开", "it is nested too deeply; the inner levels were not opened");
pub(crate) const FILES_CUT: Note = ("附件过多，超出部分没有接收", "too many files; the rest was not taken");
pub(crate) const DECODED_CUT: Note =
    ("展开后的内容过大，部分附件没有接收", "what it unpacks to is too large; some files were not taken");
pub(crate) const BAD_TRANSFER: Note =
    ("有内容的传输编码有误，附件可能残缺", "the transfer encoding of a part is broken; files may be incomplete");
pub(crate) const HTML_CUT: Note = (
    "网页格式的正文过大，只提取了文字，过长的部分略去",
    "the HTML is too large; only its words were taken, and not beyond some megabytes",
);
pub(crate) const LOCKED: Note = ("有加密的压缩包，无法查看内容", "an archive is locked by a password");
pub(crate) const BAD_TNEF: Note =
    ("winmail.dat 无法拆开，已原样保留", "winmail.dat cannot be taken apart; it was kept as it is");
pub(crate) const ENCRYPTED: Note = ("邮件经过加密，无法阅读", "the mail is encrypted and cannot be read");

pub(crate) const SEALED: Note = (
    "邮件内容封装在数字签名（S/MIME）之内，无法直接阅读",
    "the mail lies inside of a signature (S/MIME) and cannot be read",
);

pub(crate) fn remark((zh, en): Note) -> Remark {
    Remark::new(zh, en)
}

/// Adds a note unless it stands there.
pub(crate) fn add(notes: &mut Vec<Remark>, note: Note) {
    if notes.iter().all(|old| old.zh != note.0) {
        notes.push(remark(note));
    }
}

//! Which functions programs may call. A list, not a rule: what the language gains with a release is not callable before
//! somebody has looked at it.
//!
//! Left out is what makes a second reading differ from the first (clock, randomness, surroundings), what reaches out (network,
//! log, keys), and what lets a document decide how much time or memory it costs.

use vrl::compiler::Function;
use vrl::stdlib as of;

/// The functions that programs may call.
pub(super) fn functions() -> Vec<Box<dyn Function>> {
    macro_rules! boxed {
        ($($name:ident)*) => { vec![$(Box::new(of::$name) as Box<dyn Function>),*] };
    }
    boxed![
        // what a value is, and making one what it should be
        Array Boolean Float Integer Object String Timestamp IsArray IsBoolean IsEmpty IsFloat IsInteger IsJson IsNull
        IsNullish IsObject IsRegex IsString IsTimestamp ToBool ToFloat ToInt ToString
        // text
        Contains ContainsAll Downcase EndsWith Find Join Length Match MatchAny Replace Slice Split StartsWith StripWhitespace
        Strlen Truncate Upcase
        // numbers
        Abs Ceil Floor FormatInt Mod ParseFloat ParseInt Round
        // lists and objects
        Append Compact Del Exists Filter Flatten ForEach FromEntries Get Includes Keys MapKeys MapValues MatchArray Merge
        ObjectFromArray Pop Push Remove ToEntries Unique Values Zip
        // what is written inside a text
        EncodeJson ParseCsv ParseJson ParseKeyValue ParseQueryString ParseRegex ParseRegexAll
        // times
        FormatTimestamp FromUnixTimestamp ParseTimestamp ToUnixTimestamp
        // encodings
        DecodeBase64 DecodePercent EncodeBase64 EncodePercent
    ]
}

/// Their names, as programs write them, sorted.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = functions().iter().map(|function| function.identifier()).collect();
    names.sort_unstable();
    names
}

/// Why a function of the language cannot be called, and what is there instead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forbidden {
    /// The functions.
    pub names: &'static [&'static str],
    /// Why, in English.
    pub why: &'static str,
    /// Why, in Chinese.
    pub why_zh: &'static str,
    /// What is there instead, in English.
    pub instead: &'static str,
    /// What is there instead, in Chinese.
    pub instead_zh: &'static str,
}

/// Why this function cannot be called, if it is one of those whose absence needs a word.
pub fn forbidden(name: &str) -> Option<&'static Forbidden> {
    FORBIDDEN.iter().find(|group| group.names.contains(&name))
}

/// The functions that somebody may look for in vain.
pub const FORBIDDEN: [Forbidden; 9] = [
    Forbidden {
        names: &["now", "get_timezone_name", "uuid_v7"],
        why: "programs have no clock, so that a document read again becomes the same",
        why_zh: "程序里没有时钟,同一件再读一遍结果才会一样",
        instead: "take a time of the document, for example parse_timestamp!(.time, format: \"%Y-%m-%d %H:%M:%S\")",
        instead_zh: "用来件里的时间,例如 parse_timestamp!(.time, format: \"%Y-%m-%d %H:%M:%S\")",
    },
    Forbidden {
        names: &["random_bool", "random_bytes", "random_float", "random_int", "uuid_v4", "uuid_from_friendly_id"],
        why: "nothing in a program is random, so that a document read again becomes the same",
        why_zh: "程序里没有随机数,同一件再读一遍结果才会一样",
        instead: "take something that the document brings",
        instead_zh: "用来件自带的内容",
    },
    Forbidden {
        names: &["get_env_var", "get_hostname", "get_secret", "set_secret", "remove_secret"],
        why: "a program sees its document and nothing of the machine",
        why_zh: "程序只看得到来件,看不到机器上的东西",
        instead: "write a constant into the program",
        instead_zh: "需要的固定值直接写在程序里",
    },
    Forbidden {
        names: &["http_request", "dns_lookup", "reverse_dns"],
        why: "a program reaches no network",
        why_zh: "程序不能上网",
        instead: "let the connector fetch it, for example [poll.detail]",
        instead_zh: "要另取的内容由接入方式去取,例如 [poll.detail]",
    },
    Forbidden {
        names: &["log", "assert", "assert_eq"],
        why: "what stands in documents must not come into logs",
        why_zh: "来件内容不能进日志",
        instead: "give a document up with abort \"why\"; try a program with huiliu check and samples",
        instead_zh: "要停下来请人看,写 abort \"原因\";试程序用样例和 huiliu check",
    },
    Forbidden {
        names: &[
            "decode_gzip",
            "decode_zlib",
            "decode_zstd",
            "decode_snappy",
            "decode_lz4",
            "encode_gzip",
            "encode_zlib",
            "encode_zstd",
            "encode_snappy",
            "encode_lz4",
        ],
        why: "a small document could unpack into one without bounds",
        why_zh: "解压没有上限,很小的来件也能撑满内存",
        instead: "ask the far side to send it unpacked",
        instead_zh: "请对方发没有压缩的内容",
    },
    Forbidden {
        names: &["parse_grok", "parse_groks", "to_regex", "match_datadog_query"],
        why: "such a pattern can take without bounds on a text made for it",
        why_zh: "这种匹配遇到刻意构造的文字会没完没了",
        instead: "parse_regex!(.text, r'…')",
        instead_zh: "用 parse_regex!(.text, r'…')",
    },
    Forbidden {
        names: &[
            "set",
            "unflatten",
            "unnest",
            "range",
            "replace_with",
            "chunks",
            "format_number",
            "parse_xml",
            "parse_yaml",
            "parse_cbor",
        ],
        why: "with it the document decides how large or how deep the result becomes",
        why_zh: "结果有多大、多深会由来件说了算",
        instead: "assign to a path (.a.b = …), or go through lists with map_values and for_each",
        instead_zh: "直接赋值(.a.b = …),列表用 map_values、for_each 逐项处理",
    },
    Forbidden {
        names: &[
            "encrypt",
            "decrypt",
            "encrypt_ip",
            "decrypt_ip",
            "hmac",
            "md5",
            "sha1",
            "sha2",
            "sha3",
            "seahash",
            "crc",
            "xxhash",
        ],
        why: "keys and digests are not a program's affair",
        why_zh: "密钥和摘要不归程序管",
        instead: "signatures are checked by the connector, see [connect]",
        instead_zh: "验签、解密由接入方式做,见 [connect]",
    },
];

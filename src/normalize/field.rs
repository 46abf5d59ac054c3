//! The fields of the unified ticket that a rule may fill: their names in `[fields]`, what they are called
//! on screens, and what sort of value each takes. The one list of them.

use jiff::Timestamp;

use crate::ticket::{Category, Coordinates, Deadline, Draft, File, Instruction, Link, MatterType, Relation, Sex};

/// What sort of value a field takes; decides which keys a rule may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    Text,
    Type,
    Sex,
    Flag,
    Time,
    Deadline,
    Path,
    Files,
    Point,
    Instruction,
}

impl Shape {
    /// What it is called in Chinese and English.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("文字", "text"),
            Self::Type => ("诉求类型", "a matter type"),
            Self::Sex => ("性别", "a sex"),
            Self::Flag => ("是/否", "yes or no"),
            Self::Time => ("时间", "a time"),
            Self::Deadline => ("时限", "a time limit"),
            Self::Path => ("逐级类别", "a category path"),
            Self::Files => ("附件清单", "a list of files"),
            Self::Point => ("坐标", "a point"),
            Self::Instruction => ("批示", "an instruction"),
        }
    }

    /// The keys that a rule for it may have.
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Text => &[
                "from", "label", "css", "column", "value", "template", "join", "with", "clean", "after", "find",
                "split", "take", "codes", "default", "required", "optional",
            ],
            Self::Type | Self::Sex | Self::Flag => &[
                "from", "label", "css", "column", "value", "clean", "after", "find", "codes", "default", "required",
                "optional",
            ],
            Self::Time | Self::Deadline => &[
                "from", "label", "css", "column", "template", "clean", "after", "find", "date", "zone", "required",
                "optional",
            ],
            Self::Path => &[
                "from", "label", "css", "column", "value", "template", "join", "clean", "after", "find", "split",
                "codes", "default", "required", "optional",
            ],
            Self::Files => &[
                "from",
                "label",
                "links_under",
                "column",
                "split",
                "name",
                "url",
                "media_type",
                "size",
                "required",
                "optional",
            ],
            Self::Point => &["from", "label", "css", "column", "split", "order", "lat", "lng", "required", "optional"],
            Self::Instruction => &[
                "from", "label", "css", "column", "value", "template", "join", "with", "clean", "after", "find", "by",
                "at", "date", "zone", "required", "optional",
            ],
        }
    }
}

/// A field of the ticket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Field {
    /// Its key in `[fields]`.
    pub(super) name: &'static str,
    /// What it is called on screens.
    pub(super) zh: &'static str,
    /// What it takes.
    pub(super) shape: Shape,
}

const fn field(name: &'static str, zh: &'static str, shape: Shape) -> Field {
    Field { name, zh, shape }
}

/// Every field a rule may fill.
pub(super) const FIELDS: [Field; 39] = [
    field("title", "标题", Shape::Text),
    field("content", "正文", Shape::Text),
    field("type", "诉求类型", Shape::Type),
    field("category", "归口类别", Shape::Path),
    field("urgency", "紧急程度", Shape::Text),
    field("region", "行政区划代码", Shape::Text),
    field("place", "发生地址", Shape::Text),
    field("coordinates", "坐标", Shape::Point),
    field("name", "诉求人", Shape::Text),
    field("sex", "性别", Shape::Sex),
    field("role", "身份", Shape::Text),
    field("organisation", "诉求人单位", Shape::Text),
    field("phone", "联系电话", Shape::Text),
    field("contact", "其他联系方式", Shape::Text),
    field("email", "电子邮箱", Shape::Text),
    field("id_type", "证件类型", Shape::Text),
    field("id_no", "证件号码", Shape::Text),
    field("address", "联系地址", Shape::Text),
    field("anonymous", "是否匿名", Shape::Flag),
    field("confidential", "是否保密", Shape::Flag),
    field("agree_public", "是否同意公开", Shape::Flag),
    field("accused_name", "被反映对象", Shape::Text),
    field("accused_phone", "被反映对象电话", Shape::Text),
    field("accused_organisation", "被反映单位", Shape::Text),
    field("instruction", "转办意见、领导批示", Shape::Instruction),
    field("unit", "承办单位", Shape::Text),
    field("way", "办理方式", Shape::Text),
    field("occurred_at", "发生时间", Shape::Time),
    field("submitted_at", "群众提交时间", Shape::Time),
    field("handed_at", "转派时间", Shape::Time),
    field("deadline", "办理时限", Shape::Deadline),
    field("attachments", "附件", Shape::Files),
    field("query_code", "查询码", Shape::Text),
    field("parent_no", "上级编号", Shape::Text),
    field("repeat_of", "重复诉求的原编号", Shape::Text),
    field("same_letter", "同一来件的编号", Shape::Text),
    field("supervises", "被督办件编号", Shape::Text),
    field("split_of", "拆单的原编号", Shape::Text),
    field("related", "相关件编号", Shape::Text),
];

/// What a field is called on Chinese screens, by its key in `[fields]`; the key itself if it is none.
pub fn field_zh(key: &str) -> &str {
    FIELDS.iter().find(|field| field.name == key).map_or(key, |field| field.zh)
}

/// Every field that a rule may fill, by its key in `[fields]`, in the order in which they are written.
pub fn field_names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|field| field.name)
}

/// A value made for a field.
pub(super) enum Made {
    Text(String),
    Type(MatterType),
    Sex(Sex),
    Flag(bool),
    Time(Timestamp),
    Deadline(Deadline),
    Path(Category),
    Files(Vec<File>),
    Point(Coordinates),
    Instruction(Instruction),
}

impl Field {
    /// The field of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        FIELDS.into_iter().find(|field| field.name == name)
    }

    /// Puts a value where the field stands in the draft.
    pub(super) fn put(self, draft: &mut Draft, made: Made) {
        match made {
            Made::Text(text) => self.put_text(draft, text),
            Made::Type(kind) => draft.matter.kind = Some(kind),
            Made::Sex(sex) => draft.person.sex = Some(sex),
            Made::Flag(flag) => match self.name {
                "anonymous" => draft.person.anonymous = Some(flag),
                "confidential" => draft.person.confidential = Some(flag),
                _ => draft.person.agree_public = Some(flag),
            },
            Made::Time(at) => match self.name {
                "occurred_at" => draft.times.occurred_at = Some(at),
                "submitted_at" => draft.times.submitted_at = Some(at),
                _ => draft.times.handed_at = Some(at),
            },
            Made::Deadline(deadline) => draft.deadline = Some(deadline),
            Made::Path(category) => draft.matter.category = Some(category),
            Made::Files(files) => draft.files.extend(files),
            Made::Point(point) => draft.matter.place.coordinates = Some(point),
            Made::Instruction(instruction) => draft.instructions.push(instruction),
        }
    }

    fn put_text(self, draft: &mut Draft, text: String) {
        let (person, accused, matter) = (&mut draft.person, &mut draft.accused, &mut draft.matter);
        let slot = match self.name {
            "title" => &mut matter.title,
            "content" => &mut matter.content,
            "urgency" => &mut matter.urgency,
            "region" => &mut matter.place.region,
            "place" => &mut matter.place.text,
            "name" => &mut person.name,
            "role" => &mut person.role,
            "organisation" => &mut person.organisation,
            "phone" => &mut person.phone,
            "contact" => &mut person.contact,
            "email" => &mut person.email,
            "id_type" => &mut person.id_type,
            "id_no" => &mut person.id_no,
            "address" => &mut person.address,
            "accused_name" => &mut accused.name,
            "accused_phone" => &mut accused.phone,
            "accused_organisation" => &mut accused.organisation,
            "unit" => &mut draft.handling.unit,
            "way" => &mut draft.handling.way,
            "query_code" => &mut draft.query_code,
            "parent_no" => &mut draft.parent_no,
            other => {
                let relation = match other {
                    "repeat_of" => Relation::RepeatOf,
                    "same_letter" => Relation::SameLetter,
                    "supervises" => Relation::Supervises,
                    "split_of" => Relation::SplitOf,
                    _ => Relation::Related,
                };
                draft.links.push(Link { relation, number: text });
                return;
            }
        };
        *slot = Some(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text field without its own place would land among the links unseen.
    #[test]
    fn every_text_field_has_a_place_of_its_own() {
        let mut draft = Draft::default();
        let texts: Vec<_> = FIELDS.into_iter().filter(|f| f.shape == Shape::Text).collect();
        for field in &texts {
            field.put(&mut draft, Made::Text(format!("<{}>", field.name)));
        }
        let json = serde_json::to_string(&draft).unwrap();
        for field in &texts {
            assert!(json.contains(&format!("\"<{}>\"", field.name)), "{}", field.name);
        }
        let relations: std::collections::HashSet<_> = draft.links.iter().map(|link| link.relation).collect();
        assert_eq!((draft.links.len(), relations.len()), (5, 5));
    }
}

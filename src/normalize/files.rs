//! Attachments: entries of a list, one object, links in one text.

use std::borrow::Cow;

use serde_json::Value;

use super::field::Made;
use super::path::Path;
use super::take::{Wrong, one, parts, place};
use super::unmappable::Why;
use crate::ticket::File;

/// Where in an entry of the attachments name, link, media type and size stand.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) split: Option<String>,
    pub(super) name: Option<Path>,
    pub(super) url: Option<Path>,
    pub(super) media_type: Option<Path>,
    pub(super) size: Option<Path>,
}

impl Files {
    /// The files at the first of the places where there are any.
    pub(super) fn read<'r>(&self, paths: &'r [Path], document: &Value) -> Result<Option<Made>, Wrong<'r>> {
        for path in paths {
            let files = match path.find(document) {
                None => continue,
                Some(Value::Array(list)) => list.iter().enumerate().map(|(at, entry)| self.entry(at, entry)).collect(),
                Some(Value::String(text)) => match &self.split {
                    Some(split) => parts(text, split).map(|link| Ok(Some(linked(link)))).collect(),
                    None => self.entry(0, &Value::String(text.clone())).map(|file| vec![file]),
                },
                Some(entry) => self.entry(0, entry).map(|file| vec![file]),
            };
            let files: Vec<Option<File>> = files.map_err(|why| (place(path), why))?;
            let files: Vec<File> = files.into_iter().flatten().collect();
            if !files.is_empty() {
                return Ok(Some(Made::Files(files)));
            }
        }
        Ok(None)
    }

    fn entry(&self, at: usize, entry: &Value) -> Result<Option<File>, Why> {
        match entry {
            Value::Null => Ok(None),
            Value::String(text) if text.trim().is_empty() => Ok(None),
            Value::String(link) => Ok(Some(linked(link.trim()))),
            Value::Object(_) => {
                let text = |path: &Option<Path>| {
                    let value = path.as_ref().and_then(|path| path.find(entry));
                    one(value).map(|text| text.map(Cow::into_owned)).map_err(|_| Why::NotAFile(at))
                };
                let size = text(&self.size)?.and_then(|size| size.trim().parse().ok());
                let (name, link) = (text(&self.name)?, text(&self.url)?);
                if name.is_none() && link.is_none() {
                    return Err(Why::NotAFile(at));
                }
                Ok(Some(File { name, link, media_type: text(&self.media_type)?, size, ..File::default() }))
            }
            _ => Err(Why::NotAFile(at)),
        }
    }
}

fn linked(link: &str) -> File {
    File { link: Some(link.to_owned()), ..File::default() }
}

//! Text with separators: what Excel calls CSV, in whatever encoding it was saved. It is decoded and read as it comes.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use crate::guard::Limits;
use crate::unreadable::Unreadable;
use crate::walk::{About, Visit};
use crate::{Cell, Row};

/// Shows the rows of a text.
pub(crate) fn rows<R: Read + Seek>(mut source: R, limits: &Limits, visit: &mut dyn Visit) -> Result<(), Unreadable> {
    let mut text = BufReader::with_capacity(CHUNK, decoded(&mut source)?);
    let delimiter = delimiter(text.fill_buf().map_err(|why| misread(&why))?);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(CHUNK)
        .from_reader(Bounded { inner: text, left: u64::MAX });
    if !visit.sheet(About::default())? {
        return Ok(());
    }
    let (mut row, mut count) = (0u32, 0);
    let mut record = csv::StringRecord::new();
    // A quote that never closes would swallow the file into one record.
    let most = (limits.length as u64).saturating_mul(4).saturating_mul(limits.columns as u64).max(CHUNK as u64 * 2);
    loop {
        let before = reader.position().line();
        reader.get_mut().left = most;
        let read = reader.read_record(&mut record).map_err(|why| match why.kind() {
            csv::ErrorKind::Io(why) => misread(why),
            _ => Unreadable::broken("csv"),
        });
        if !read? {
            return Ok(());
        }
        // Blank lines are rows as well, but no records; lines inside of a cell are none.
        let inside = record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        let ended = u64::from(!reader.is_done());
        let lines = reader.position().line().saturating_sub(before);
        let blank = lines.saturating_sub(inside).saturating_sub(ended);
        row = row.saturating_add(u32::try_from(blank).unwrap_or(u32::MAX)).saturating_add(1);
        let mut cells: Vec<Cell> = Vec::with_capacity(record.len());
        for (column, text) in record.iter().enumerate() {
            if !text.is_empty() {
                count += 1;
                limits.cell("", row, column, count)?;
                limits.text("", row, column, text)?;
                cells.resize(column, Cell::default());
                cells.push(Cell::text(text));
            }
        }
        if !cells.is_empty() {
            visit.row(Row { number: row, cells })?;
        }
    }
}

/// The whole text of a file that is not too large for that.
pub(crate) fn whole<R: Read + Seek>(source: &mut R) -> Result<String, Unreadable> {
    source.rewind().map_err(|why| misread(&why))?;
    let mut text = String::new();
    decoded(source)?.read_to_string(&mut text).map_err(|why| misread(&why))?;
    Ok(text)
}

/// How far the declaration of an XML document may reach, in bytes.
const DECLARATION: u64 = 512;

/// An XML document as UTF-8, decoded as it comes, without its declaration: what it says of its encoding holds no more. It must
/// be one that could be told from its bytes.
pub(crate) fn undeclared<R: Read + Seek>(source: &mut R) -> Result<impl Read + use<'_, R>, Unreadable> {
    let mut text = decoded(source)?;
    let mut head = Vec::new();
    (&mut text).take(DECLARATION).read_to_end(&mut head).map_err(|why| misread(&why))?;
    let end = memchr::memmem::find(&head, b"?>").filter(|_| head.trim_ascii_start().starts_with(b"<?xml "));
    if let Some(end) = end {
        let rest = head.split_off(end + b"?>".len());
        let declaration = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let label = declaration.split_once("encoding").and_then(|(_, rest)| rest.split(['"', '\'']).nth(1));
        let told = label.map_or(Some(UTF_8), |label| Encoding::for_label(label.as_bytes()));
        if !told.is_some_and(|told| [UTF_8, GBK, GB18030, UTF_16LE, UTF_16BE].contains(&told)) {
            return Err(misread(&std::io::ErrorKind::InvalidData.into()));
        }
        head = rest;
    }
    Ok(std::io::Cursor::new(head).chain(text))
}

const CHUNK: usize = 64 << 10;

/// Ends a record that is longer than a row can be.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or(std::io::ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

pub(crate) fn misread(why: &std::io::Error) -> Unreadable {
    match why.kind() {
        std::io::ErrorKind::InvalidData => Unreadable::new(
            "encoding",
            "看不出文字是什么编码(不是 UTF-8,也不是 GB18030);请用 Excel 打开,另存为“Excel 工作簿(.xlsx)”",
            "the text is neither UTF-8 nor GB18030; open it in Excel and save it as .xlsx",
        ),
        std::io::ErrorKind::FileTooLarge => Unreadable::beyond(
            "有一行长得不正常,多半是少了一个双引号;请用 Excel 打开,另存为“Excel 工作簿(.xlsx)”",
            "a row is longer than any row is, most likely a quotation mark is missing; open it in Excel and save it as .xlsx",
        ),
        kind => Unreadable::broken(kind),
    }
}

/// Text as UTF-8, decoded as it comes.
struct Decoded<R> {
    source: R,
    decoder: Decoder,
    taken: Vec<u8>,
    from: usize,
    /// Decoded, but not asked for yet.
    over: VecDeque<u8>,
    /// The source is at its end; the decoder has been told so.
    ended: bool,
    done: bool,
}

/// UTF-8 or UTF-16 by its mark, UTF-8 where all of it is valid, else GB18030, which is how Chinese Excel saves CSV.
fn decoded<R: Read + Seek>(source: &mut R) -> Result<Decoded<&mut R>, Unreadable> {
    let mut head = Vec::new();
    source.take(4).read_to_end(&mut head).map_err(|why| misread(&why))?;
    let marked = Encoding::for_bom(&head).filter(|(at, _)| [UTF_8, UTF_16LE, UTF_16BE].contains(at));
    let (encoding, from) = match marked {
        Some((encoding, mark)) => (encoding, mark as u64),
        None => (if is_utf8(source)? { UTF_8 } else { GB18030 }, 0),
    };
    source.seek(SeekFrom::Start(from)).map_err(|why| misread(&why))?;
    let decoder = encoding.new_decoder_without_bom_handling();
    Ok(Decoded {
        source,
        decoder,
        taken: Vec::with_capacity(CHUNK),
        from: 0,
        over: VecDeque::new(),
        ended: false,
        done: false,
    })
}

fn is_utf8(source: &mut (impl Read + Seek)) -> Result<bool, Unreadable> {
    source.rewind().map_err(|why| misread(&why))?;
    let mut chunk = Vec::with_capacity(CHUNK);
    loop {
        let held = chunk.len();
        source.take((CHUNK - held) as u64).read_to_end(&mut chunk).map_err(|why| misread(&why))?;
        let ended = chunk.len() == held;
        match std::str::from_utf8(&chunk) {
            Ok(_) if ended => return Ok(true),
            Ok(_) => chunk.clear(),
            // A letter that is cut off by the chunk's end.
            Err(why) if why.error_len().is_none() && !ended => drop(chunk.drain(..why.valid_up_to())),
            Err(_) => return Ok(false),
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        // A letter takes up to four bytes; with less room the decoder would stand still, so the rest is kept over.
        if into.len() < ROOM && self.over.is_empty() {
            let mut room = [0; ROOM];
            let written = self.decode(&mut room)?;
            self.over.extend(room.get(..written).unwrap_or_default());
        }
        if self.over.is_empty() {
            return self.decode(into);
        }
        let some = self.over.len().min(into.len());
        for (to, byte) in into.iter_mut().zip(self.over.drain(..some)) {
            *to = byte;
        }
        Ok(some)
    }
}

/// The least room that the decoder is given.
const ROOM: usize = 32;

impl<R: Read> Decoded<R> {
    fn decode(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if into.is_empty() || self.done {
            return Ok(0);
        }
        loop {
            if self.from == self.taken.len() && !self.ended {
                self.taken.clear();
                self.from = 0;
                (&mut self.source).take(CHUNK as u64).read_to_end(&mut self.taken)?;
                self.ended = self.taken.is_empty();
            }
            let rest = self.taken.get(self.from..).unwrap_or_default();
            let (how, read, written) = self.decoder.decode_to_utf8_without_replacement(rest, into, self.ended);
            self.from += read;
            match how {
                DecoderResult::Malformed(..) => return Err(std::io::ErrorKind::InvalidData.into()),
                DecoderResult::InputEmpty if self.ended => {
                    self.done = true;
                    return Ok(written);
                }
                _ if written > 0 => return Ok(written),
                _ => {}
            }
        }
    }
}

/// The separator that the first line with something in it uses most.
fn delimiter(head: &[u8]) -> u8 {
    let blank = |line: &&[u8]| line.iter().all(u8::is_ascii_whitespace);
    let line = head.split(|byte| *byte == b'\n').find(|line| !blank(line)).unwrap_or_default();
    let count = |mark: u8| line.iter().filter(|byte| **byte == mark).count();
    [b'\t', b';'].into_iter().fold(b',', |best, mark| if count(mark) > count(best) { mark } else { best })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sheet(bytes: &[u8], limits: &Limits) -> Result<crate::Sheet, Unreadable> {
        let mut all = crate::walk::Collect::default();
        super::rows(std::io::Cursor::new(bytes), limits, &mut all)?;
        Ok(all.sheets.remove(0))
    }

    fn rows(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let sheet = sheet(bytes, &Limits::default()).unwrap();
        sheet.rows.into_iter().map(|row| (row.number, row.cells.into_iter().map(|cell| cell.text).collect())).collect()
    }

    #[test]
    fn chinese_text_is_read_in_every_encoding_it_is_saved_in() {
        let text = "编号,标题\r\n1,路灯\r\n";
        let expected = vec![(1, vec!["编号".to_owned(), "标题".to_owned()]), (2, vec!["1".into(), "路灯".into()])];
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            GB18030.encode(text).0.into_owned(),
            [b"\xff\xfe", &utf16[..]].concat(),
        ] {
            assert_eq!(rows(&bytes), expected);
        }
        assert_eq!(sheet(b"a,\xff\xff\n", &Limits::default()).unwrap_err().word, "encoding");
    }

    #[test]
    fn a_quote_that_never_closes_does_not_swallow_the_file() {
        let text = format!("a,b\n1,\"{}", "x\n".repeat(2 << 20));
        let limits = Limits { columns: 2, ..Limits::default() };
        assert!(sheet(text.as_bytes(), &limits).unwrap_err().en.contains("quotation mark"));
    }

    #[test]
    fn rows_have_the_numbers_that_a_spreadsheet_shows() {
        let found = rows("编号;答复\n\n\n1;\"第一行\n第二行\"\n;\n3;完".as_bytes());
        let numbers: Vec<u32> = found.iter().map(|row| row.0).collect();
        assert_eq!(numbers, [1, 4, 6], "{found:?}");
        assert_eq!(rows("a\tb,c\td\n".as_bytes())[0].1, ["a", "b,c", "d"]);
    }

    #[test]
    fn a_wide_or_long_file_is_refused_with_its_place() {
        let limits = Limits { columns: 2, length: 3, ..Limits::default() };
        assert!(sheet(b"a,b,c\n", &limits).unwrap_err().en.contains("row 1 goes to column 3"));
        assert!(sheet("a,四个字了\n".as_bytes(), &limits).unwrap_err().en.contains("B1"));
    }

    proptest! {
        #[test]
        fn text_is_decoded_whole_however_it_is_asked_for(
            text in "[a-z\u{4e00}-\u{4e80}\u{20000}-\u{20010},\n]{0,200}", encoding in 0..3usize, ask in 1..70usize,
        ) {
            let bytes = match encoding {
                0 => text.as_bytes().to_vec(),
                1 => [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
                _ => GB18030.encode(&text).0.into_owned(),
            };
            let mut source = std::io::Cursor::new(bytes.clone());
            let (mut decoded, mut found, mut room) = (decoded(&mut source).unwrap(), Vec::new(), vec![0; ask]);
            loop {
                match decoded.read(&mut room).unwrap() {
                    0 => break,
                    n => found.extend(&room[..n]),
                }
            }
            // A text of GB18030 may by chance be valid UTF-8 as well.
            prop_assume!(encoding != 2 || std::str::from_utf8(&bytes).is_err() || text.is_ascii());
            prop_assert_eq!(String::from_utf8(found).unwrap(), text);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = crate::read(&bytes, &Limits::default());
        }
    }
}

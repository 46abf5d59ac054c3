//! A picture with digits, as a captcha: a real PNG (RFC 2083), small, its data stored instead of packed.

/// Three by five dots a digit, a row in three bits.
const DIGITS: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 7, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 1, 2, 2],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

/// Dots of the picture for one dot of a digit.
const SCALE: usize = 4;

/// The picture of these digits.
pub(super) fn picture(text: &str) -> Vec<u8> {
    let digits: Vec<usize> = text.bytes().filter(u8::is_ascii_digit).map(|digit| usize::from(digit - b'0')).collect();
    let (width, height) = ((digits.len() * 4 + 1) * SCALE, 7 * SCALE);
    let mut lines = Vec::with_capacity((width + 1) * height);
    for y in 0..height {
        lines.push(0);
        for x in 0..width {
            let (column, row) = (x / SCALE, y / SCALE);
            let inside = column % 4 != 0 && (1..6).contains(&row);
            let dot = inside && DIGITS[digits[column / 4]][row - 1] & (4 >> (column % 4 - 1)) != 0;
            lines.push(if dot { 0x20 } else { 0xf0 });
        }
    }
    let mut head = Vec::from(u32::try_from(width).unwrap_or_default().to_be_bytes());
    head.extend(u32::try_from(height).unwrap_or_default().to_be_bytes());
    // Eight bits of grey.
    head.extend([8, 0, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &head);
    chunk(&mut png, b"IDAT", &stored(&lines));
    chunk(&mut png, b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    png.extend(u32::try_from(data.len()).unwrap_or_default().to_be_bytes());
    let from = png.len();
    png.extend(name);
    png.extend(data);
    let sum = crc(&png[from..]);
    png.extend(sum.to_be_bytes());
}

/// A zlib stream of stored blocks (RFC 1950, RFC 1951).
fn stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or_default();
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut a, mut b) = (1u32, 0u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn crc(data: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 })
    };
    !data.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_png_by_its_sums() {
        let png = picture("0123");
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.ends_with(b"IEND\xae\x42\x60\x82"));
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_ne!(picture("0124"), png);
    }
}

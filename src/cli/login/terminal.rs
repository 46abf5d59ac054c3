//! Whether a terminal shows pictures inline, and how it wants them. Only what a terminal says of itself counts; nothing is
//! asked of it and nothing guessed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How a terminal shows pictures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Inline {
    /// The graphics protocol of Kitty; only PNG is shown without being decoded first.
    Kitty,
    /// The inline images of iTerm2.
    Iterm,
}

/// The most characters of one piece in Kitty's protocol.
const PIECE: usize = 4096;

impl Inline {
    /// What the environment says. Inside tmux or screen nothing is shown: they pass no pictures on by themselves.
    pub(crate) fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let says = |name: &str, values: &[&str]| variable(name).is_some_and(|value| values.contains(&value.as_str()));
        let term = variable("TERM").unwrap_or_default();
        if variable("TMUX").is_some() || term.starts_with("screen") || term.starts_with("tmux") {
            return None;
        }
        if variable("KITTY_WINDOW_ID").is_some()
            || ["xterm-kitty", "xterm-ghostty"].contains(&term.as_str())
            || says("TERM_PROGRAM", &["ghostty"])
        {
            return Some(Self::Kitty);
        }
        says("TERM_PROGRAM", &["iTerm.app", "WezTerm"]).then_some(Self::Iterm)
    }

    /// What is written to the terminal; none where it cannot show this picture.
    pub(crate) fn shown(self, picture: &[u8], media_type: &str) -> Option<String> {
        let encoded = STANDARD.encode(picture);
        match self {
            Self::Iterm => Some(format!("\x1b]1337;File=inline=1;size={}:{encoded}\x07\n", picture.len())),
            Self::Kitty if media_type == "image/png" => {
                let pieces: Vec<_> = encoded.as_bytes().chunks(PIECE).map(String::from_utf8_lossy).collect();
                let last = pieces.len().saturating_sub(1);
                let written = pieces.iter().enumerate().map(|(n, piece)| {
                    let head = if n == 0 { "a=T,f=100," } else { "" };
                    format!("\x1b_G{head}m={};{piece}\x1b\\", u8::from(n < last))
                });
                Some(written.chain(["\n".to_owned()]).collect())
            }
            Self::Kitty => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(environment: &[(&str, &str)]) -> Option<Inline> {
        Inline::of(|name| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn only_a_terminal_that_says_so_is_shown_a_picture() {
        assert_eq!(of(&[("TERM", "xterm-256color")]), None);
        assert_eq!(of(&[("TERM", "xterm-kitty")]), Some(Inline::Kitty));
        assert_eq!(of(&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")]), Some(Inline::Kitty));
        assert_eq!(of(&[("TERM_PROGRAM", "iTerm.app")]), Some(Inline::Iterm));
        assert_eq!(of(&[("TERM_PROGRAM", "Apple_Terminal")]), None);
        assert_eq!(of(&[("TERM", "screen-256color"), ("KITTY_WINDOW_ID", "1")]), None);
        assert_eq!(of(&[("TERM_PROGRAM", "iTerm.app"), ("TMUX", "/tmp/tmux")]), None);
    }

    #[test]
    fn a_long_picture_goes_to_kitty_in_pieces_and_only_as_png() {
        let picture = vec![7u8; 5000];
        assert_eq!(Inline::Kitty.shown(&picture, "image/jpeg"), None);
        let shown = Inline::Kitty.shown(&picture, "image/png").unwrap();
        let pieces: Vec<_> = shown.trim_end().split("\x1b\\").filter(|piece| !piece.is_empty()).collect();
        assert_eq!(pieces.len(), 2);
        assert!(pieces[0].starts_with("\x1b_Ga=T,f=100,m=1;") && pieces[1].starts_with("\x1b_Gm=0;"), "{pieces:?}");
        let whole: String = pieces.iter().filter_map(|piece| piece.split_once(';')).map(|(_, data)| data).collect();
        assert_eq!(STANDARD.decode(whole).unwrap(), picture);
    }

    #[test]
    fn iterm_is_told_the_size() {
        let shown = Inline::Iterm.shown(b"GIF89a", "image/gif").unwrap();
        assert_eq!(shown, "\x1b]1337;File=inline=1;size=6:R0lGODlh\x07\n");
    }
}

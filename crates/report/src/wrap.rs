use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Breaks text into lines of at most `width` columns, at blanks where there are any, else inside words: hostile text
/// may have none.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(20);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut columns = 0;
    // Byte offset in `line` behind its last blank, and the columns up to there; the same for separators of paths.
    let mut blank: Option<(usize, usize)> = None;
    let mut separator: Option<(usize, usize)> = None;
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        if columns + wide > width {
            // A path is better broken at a separator than moved whole where that leaves half a line empty.
            let best = blank.take().filter(|(_, upto)| *upto > width / 2).or(separator.take());
            separator = None;
            match best {
                Some((at, upto)) if at > 0 => {
                    let rest = line.split_off(at);
                    lines.push(std::mem::replace(&mut line, rest).trim_end().to_owned());
                    columns -= upto;
                }
                _ => {
                    lines.push(std::mem::take(&mut line));
                    columns = 0;
                }
            }
        }
        // The blank at which a full line ends needs no place in the next.
        if character == ' ' && line.is_empty() && !lines.is_empty() {
            continue;
        }
        line.push(character);
        columns += wide;
        if character == ' ' {
            blank = Some((line.len(), columns));
        }
        if matches!(character, ' ' | '\\' | '/') {
            separator = Some((line.len(), columns));
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Cuts a text to a number of columns; `…` stands for what is missing.
pub(crate) fn clip(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > columns {
            break;
        }
        out.push(character);
    }
    out.push('…');
    out
}

/// Cuts a text to a number of columns in its middle: of a command line both the beginning and the end say much.
pub(crate) fn squeeze(text: &str, columns: usize) -> String {
    if text.width() <= columns || columns < 8 {
        return clip(text, columns);
    }
    let head = clip(text, columns * 2 / 5);
    let mut tail: Vec<char> = Vec::new();
    let mut used = head.width();
    for character in text.chars().rev() {
        used += character.width().unwrap_or(0);
        if used > columns {
            break;
        }
        tail.push(character);
    }
    head.chars().chain(tail.into_iter().rev()).collect()
}

/// Fills a text with blanks to a number of columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::{squeeze, wrap};

    #[test]
    fn breaks_at_blanks_and_inside_long_words() {
        assert_eq!(wrap("aaaa bbbb cccc dddd eeee ffff", 20), ["aaaa bbbb cccc dddd", "eeee ffff"]);
        assert_eq!(wrap(&"x".repeat(45), 20), ["x".repeat(20), "x".repeat(20), "x".repeat(5)]);
        assert_eq!(wrap("", 20), [""]);
        assert_eq!(wrap(&format!("{} y", "x".repeat(20)), 20), ["x".repeat(20), "y".to_owned()]);
        assert_eq!(wrap(r"a C:\Users\alice\Downloads\x.docx", 20), [r"a C:\Users\alice\", r"Downloads\x.docx"]);
        assert_eq!(squeeze("abcdefghijklmnopqrstuvwxyz", 10), "abc…uvwxyz");
        assert_eq!(squeeze("short", 10), "short");
    }
}

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Breaks text into lines of at most `width` columns, at blanks where there are any, else inside words: hostile text
/// may have none.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(20);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut columns = 0;
    // Byte offset in `line` behind its last blank, and the columns up to there.
    let mut blank: Option<(usize, usize)> = None;
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        if columns + wide > width {
            match blank.take() {
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
        line.push(character);
        columns += wide;
        if character == ' ' {
            blank = Some((line.len(), columns));
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

/// Fills a text with blanks to a number of columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn breaks_at_blanks_and_inside_long_words() {
        assert_eq!(wrap("aaaa bbbb cccc dddd eeee ffff", 20), ["aaaa bbbb cccc dddd", "eeee ffff"]);
        assert_eq!(wrap(&"x".repeat(45), 20), ["x".repeat(20), "x".repeat(20), "x".repeat(5)]);
        assert_eq!(wrap("", 20), [""]);
    }
}

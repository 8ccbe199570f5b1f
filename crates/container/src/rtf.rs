//! Rich Text Format (RTF 1.9.1) as tokens, its header as Word takes it, and the HTML that mails wrap in it.

mod flow;
mod header;
mod html;
mod letters;
mod token;

pub use flow::{Event, Flow};
pub use header::{Header, find_header};
pub use html::{Wrapped, wrapped_html};
pub use letters::{Letters, symbol_text, word_text};
pub use token::{Kind, Token, Tokens};

//! What control words mean for where text goes (RTF 1.9.1, "Destinations").

/// Destinations with a story of their own: their text belongs to no field around them.
pub(super) fn is_story(name: &[u8]) -> bool {
    matches!(
        name,
        b"header"
            | b"headerl"
            | b"headerr"
            | b"headerf"
            | b"footer"
            | b"footerl"
            | b"footerr"
            | b"footerf"
            | b"footnote"
            | b"annotation"
            | b"shptxt"
            | b"dptxbxtext"
            | b"ftnsep"
            | b"ftnsepc"
            | b"ftncn"
            | b"aftnsep"
            | b"aftnsepc"
            | b"aftncn"
    )
}

/// Destinations whose text is shown or whose inner destinations are alive, behind `\*` too.
pub(super) fn is_live(name: &[u8]) -> bool {
    is_story(name)
        || matches!(
            name,
            b"ud"
                | b"shp"
                | b"shpinst"
                | b"shprslt"
                | b"shpgrp"
                | b"do"
                | b"dptxbx"
                | b"background"
                | b"result"
                | b"objresult"
                | b"listtext"
                | b"pntext"
                | b"nonesttables"
                | b"moMath"
                | b"nestrow"
                | b"nesttableprops"
                | b"xe"
                | b"tc"
                | b"rtf"
                | b"mmath"
                | b"momath"
                | b"moMathPara"
                | b"filetbl"
        )
}

/// Destinations without `\*` whose text is no text of the document.
pub(super) fn is_silent(name: &[u8]) -> bool {
    matches!(
        name,
        b"fonttbl"
            | b"colortbl"
            | b"stylesheet"
            | b"info"
            | b"pict"
            | b"filetbl"
            | b"listtable"
            | b"listoverridetable"
            | b"revtbl"
            | b"objname"
            | b"objalias"
            | b"objsect"
            | b"objtime"
            | b"datafield"
            | b"formfield"
            | b"fldtype"
            | b"sn"
            | b"sv"
            | b"atnid"
            | b"atnauthor"
            | b"atrfstart"
            | b"atrfend"
            | b"keycode"
            | b"panose"
            | b"falt"
            | b"generator"
            | b"nextfile"
    )
}

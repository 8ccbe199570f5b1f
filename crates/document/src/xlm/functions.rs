//! Names and fixed argument counts of built-in functions (Ftab, MS-XLS 2.5.198.17) and macro commands (Cetab,
//! MS-XLS 2.5.198.5) as far as macros that start programs use them.

/// The function that calls whatever its first argument names.
pub(crate) const USER_DEFINED: u16 = 0x00ff;

/// Functions 0 to 271 in order; an argument count where it is fixed, `-` where it varies.
const FIRST: &str = "COUNT - IF - ISNA 1 ISERROR 1 SUM - AVERAGE - MIN - MAX - ROW - COLUMN - NA 0 NPV - STDEV - \
DOLLAR - FIXED - SIN 1 COS 1 TAN 1 ATAN 1 PI 0 SQRT 1 EXP 1 LN 1 LOG10 1 ABS 1 INT 1 SIGN 1 ROUND 2 LOOKUP - INDEX - \
REPT 2 MID 3 LEN 1 VALUE 1 TRUE 0 FALSE 0 AND - OR - NOT 1 MOD 2 DCOUNT 3 DSUM 3 DAVERAGE 3 DMIN 3 DMAX 3 DSTDEV 3 \
VAR - DVAR 3 TEXT 2 LINEST - TREND - LOGEST - GROWTH - GOTO 1 HALT - RETURN - PV - FV - NPER - PMT - RATE - MIRR 3 \
IRR - RAND 0 MATCH - DATE 3 TIME 3 DAY 1 MONTH 1 YEAR 1 WEEKDAY - HOUR 1 MINUTE 1 SECOND 1 NOW 0 AREAS 1 ROWS 1 \
COLUMNS 1 OFFSET - ABSREF 2 RELREF 2 ARGUMENT - SEARCH - TRANSPOSE 1 ERROR - STEP 0 TYPE 1 ECHO - SET.NAME - CALLER 0 \
DEREF 1 WINDOWS - SERIES - DOCUMENTS - ACTIVE.CELL 0 SELECTION 0 RESULT - ATAN2 2 ASIN 1 ACOS 1 CHOOSE - HLOOKUP - \
VLOOKUP - LINKS - INPUT - ISREF 1 GET.FORMULA 1 GET.NAME - SET.VALUE 2 LOG - EXEC - CHAR 1 LOWER 1 UPPER 1 PROPER 1 \
LEFT - RIGHT - EXACT 2 TRIM 1 REPLACE 4 SUBSTITUTE - CODE 1 NAMES - DIRECTORY - FIND - CELL - ISERR 1 ISTEXT 1 \
ISNUMBER 1 ISBLANK 1 T 1 N 1 FOPEN - FCLOSE 1 FSIZE 1 FREADLN 1 FREAD 2 FWRITELN 2 FWRITE 2 FPOS - DATEVALUE 1 \
TIMEVALUE 1 SLN 3 SYD 4 DDB - GET.DEF - REFTEXT - TEXTREF - INDIRECT - REGISTER - CALL - ADD.BAR - ADD.MENU - \
ADD.COMMAND - ENABLE.COMMAND - CHECK.COMMAND - RENAME.COMMAND - SHOW.BAR - DELETE.MENU - DELETE.COMMAND - \
GET.CHART.ITEM - DIALOG.BOX 1 CLEAN 1 MDETERM 1 MINVERSE 1 MMULT 2 FILES - IPMT - PPMT - COUNTA - CANCEL.KEY - FOR - \
WHILE 1 BREAK 0 NEXT 0 INITIATE 2 REQUEST 2 POKE 3 EXECUTE 2 TERMINATE 1 RESTART - HELP - GET.BAR - PRODUCT - FACT 1 \
GET.CELL - GET.WORKSPACE 1 GET.WINDOW - GET.DOCUMENT - DPRODUCT 3 ISNONTEXT 1 GET.NOTE - NOTE - STDEVP - VARP - \
DSTDEVP 3 DVARP 3 TRUNC - ISLOGICAL 1 DCOUNTA 3 DELETE.BAR 1 UNREGISTER 1 ? - ? - USDOLLAR - FINDB - SEARCHB - \
REPLACEB 4 LEFTB - RIGHTB - MIDB 3 LENB 1 ROUNDUP 2 ROUNDDOWN 2 ASC 1 DBCS 1 RANK - ? - ? - ADDRESS - DAYS360 - \
TODAY 0 VDB - ELSE 0 ELSE.IF 1 END.IF 0 FOR.CELL - MEDIAN - SUMPRODUCT - SINH 1 COSH 1 TANH 1 ASINH 1 ACOSH 1 ATANH 1 \
DGET 3 CREATE.OBJECT - VOLATILE - LAST.ERROR 0 CUSTOM.UNDO - CUSTOM.REPEAT - FORMULA.CONVERT - GET.LINK.INFO - \
TEXT.BOX - INFO 1 GROUP 0 GET.OBJECT - DB - PAUSE - ? - ? - RESUME - FREQUENCY 2 ADD.TOOLBAR - DELETE.TOOLBAR 1 USER - \
RESET.TOOLBAR 1 EVALUATE 1 GET.TOOLBAR - GET.TOOL - SPELLING.CHECK - ERROR.TYPE 1 APP.TITLE - WINDOW.TITLE - \
SAVE.TOOLBAR - ENABLE.TOOL 3 PRESS.TOOL 3 REGISTER.ID - GET.WORKBOOK - AVEDEV - BETADIST - GAMMALN 1";

/// Later functions by number: those with a fixed count, and the few whose names matter.
const LATER: &[(u16, &str, Option<usize>)] = &[
    (276, "COMBIN", Some(2)),
    (279, "EVEN", Some(1)),
    (285, "FLOOR", Some(2)),
    (288, "CEILING", Some(2)),
    (298, "ODD", Some(1)),
    (325, "LARGE", Some(2)),
    (326, "SMALL", Some(2)),
    (336, "CONCATENATE", None),
    (337, "POWER", Some(2)),
    (342, "RADIANS", Some(1)),
    (343, "DEGREES", Some(1)),
    (346, "COUNTIF", Some(2)),
    (347, "COUNTBLANK", Some(1)),
    (350, "ISPMT", Some(4)),
    (351, "DATEDIF", Some(3)),
    (352, "DATESTRING", Some(1)),
    (353, "NUMBERSTRING", Some(2)),
    (359, "HYPERLINK", None),
    (360, "PHONETIC", Some(1)),
    (368, "BAHTTEXT", Some(1)),
];

/// Macro commands that are worth their names.
const COMMANDS: &[(u16, &str)] = &[
    (0, "BEEP"),
    (1, "OPEN"),
    (2, "OPEN.LINKS"),
    (3, "CLOSE.ALL"),
    (4, "SAVE"),
    (5, "SAVE.AS"),
    (6, "FILE.DELETE"),
    (10, "QUIT"),
    (17, "RUN"),
    (96, "FORMULA"),
    (97, "FORMULA.FILL"),
    (118, "ALERT"),
];

/// Name and fixed argument count of a function.
pub(crate) fn function(number: u16) -> (String, Option<usize>) {
    let mut words = FIRST.split(' ').skip(usize::from(number).saturating_mul(2));
    if let (Some(name), Some(count)) = (words.next(), words.next())
        && name != "?"
    {
        return (name.to_owned(), count.parse().ok());
    }
    match LATER.iter().find(|(known, _, _)| *known == number) {
        Some((_, name, count)) => ((*name).to_owned(), *count),
        None => (format!("FUNCTION.{number}"), None),
    }
}

/// Name of a macro command.
pub(crate) fn command(number: u16) -> String {
    match COMMANDS.iter().find(|(known, _)| *known == number) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("COMMAND.{number}"),
    }
}

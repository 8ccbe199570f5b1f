//! Layers of the ATT&CK Navigator (layer format 4.5). No time stands in them: the same corpus gives the same bytes.

use crate::Meta;
use ddefend_catalog::TechniqueRow;
use serde_json::{Value, json};

/// A layer: the score is the number of rules that are tagged, or also of those that cover it without a tag.
pub(crate) fn layer(rows: &[TechniqueRow], inferred: bool, meta: &Meta) -> String {
    let score = |row: &TechniqueRow| if inferred { row.tagged + row.inferred } else { row.tagged };
    let most = rows.iter().map(score).max().unwrap_or(0).max(1);
    let technique = |row: &TechniqueRow| {
        let comment = format!("{} tagged, {} inferred", row.tagged, row.inferred);
        json!({
            "techniqueID": row.id, "score": score(row), "enabled": true, "showSubtechniques": false,
            "comment": comment,
        })
    };
    let techniques: Vec<Value> = rows.iter().filter(|row| score(row) > 0).map(technique).collect();
    let (name, description) = if inferred {
        ("Rules, tagged or inferred", "Rules per technique: tagged with it, or covering it without a tag.")
    } else {
        ("Rules, tagged", "Rules per technique that are tagged with it.")
    };
    let layer = json!({
        "name": name,
        "versions": { "navigator": "5.0.0", "layer": "4.5" },
        "domain": "enterprise-attack",
        "description": description,
        "sorting": 3,
        "hideDisabled": false,
        "techniques": techniques,
        "gradient": { "colors": ["#d9ecf7", "#0b57a4"], "minValue": 1, "maxValue": most },
        "metadata": [
            { "name": "ddefend", "value": meta.version },
            { "name": "content", "value": meta.content },
        ],
    });
    crate::json(&layer)
}

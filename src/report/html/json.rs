//! JSON within a `script` element.

use serde::Serialize;

use crate::report::ReportError;

/// A value such that no text in it can end the element or a line of the script.
pub(super) fn for_script(value: &impl Serialize) -> Result<String, ReportError> {
    let json = serde_json::to_string(value)?;
    // Outside of strings JSON has none of these characters.
    Ok(json
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_end_its_element_and_reads_back() {
        let hostile = "</script><!-- & \u{2028}\u{2029} \"'\\ \u{202e}口岸";
        let json = for_script(&hostile).expect("memory");
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), hostile);
    }
}

//! The flag `--speed`.

/// Reads seconds of audio a second: 0.1 to 100.
pub(crate) fn parse(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|speed| (0.1..=100.0).contains(speed))
        .ok_or_else(|| "give a number from 0.1 to 100; 1 is the speed of speech".to_owned())
}

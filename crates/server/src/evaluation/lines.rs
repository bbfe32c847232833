//! JSON Lines, read one by one: a bad line is named and does not hold up the good ones.

use serde::de::DeserializeOwned;

/// A line that is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("linha {number}: {reason}")]
pub struct BadLine {
    /// Which line, from 1.
    pub number: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads every line that is not blank.
pub fn read<T: DeserializeOwned>(input: &[u8]) -> Vec<Result<T, BadLine>> {
    let lines = input.split(|&byte| byte == b'\n').enumerate();
    lines
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(index, line)| {
            serde_json::from_slice(line).map_err(|error| BadLine {
                number: index + 1,
                reason: format!("não é o objeto JSON esperado: {error}"),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_named_and_the_others_are_read() {
        let read: Vec<Result<u8, _>> = read(b"1\n\n\xff\n  \n3\r\n");
        let numbers: Vec<_> = read.iter().map(|it| it.as_ref().map_err(|bad| bad.number)).collect();
        assert_eq!(numbers, [Ok(&1), Err(3), Ok(&3)]);
    }
}

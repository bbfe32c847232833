//! Processor time and memory of a process, as Linux tells them.

use std::time::Duration;

/// Linux counts processor time for readers in hundredths of a second, whatever its own clock.
const TICK: Duration = Duration::from_millis(10);

/// What a process has used so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    /// Processor time, in the program and in the kernel on its behalf.
    pub(super) cpu: Duration,
    /// Memory it holds now, in KiB.
    pub(super) resident_kib: u64,
    /// The most memory it ever held, in KiB.
    pub(super) peak_kib: u64,
}

/// Looks a process up; `None` where there is no `/proc`, or no such process.
pub(super) fn usage(process: u32) -> Option<Usage> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    read(&stat, &status)
}

/// This process.
pub(super) fn own_usage() -> Option<Usage> {
    usage(std::process::id())
}

/// The processor time between two looks.
pub(super) fn spent(before: Option<Usage>, after: Option<Usage>) -> Option<Duration> {
    Some(after?.cpu.saturating_sub(before?.cpu))
}

fn read(stat: &str, status: &str) -> Option<Usage> {
    // The program's name, in parentheses, may hold blanks; fields are counted after it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u32>);
    let (user, system) = (times.next()?.ok()?, times.next()?.ok()?);
    let kib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    Some(Usage {
        cpu: TICK * (user + system),
        resident_kib: kib("VmRSS:")?,
        peak_kib: kib("VmHWM:")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_blanks_does_not_shift_the_fields() {
        let stat = "4711 (se) le to) S 1 1 1 0 -1 4194560 99 0 0 0 150 25 0 0 20 0 5 0 100 1 1";
        let status = "Name:\tseleto\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\n";
        let usage =
            Usage { cpu: Duration::from_millis(1750), resident_kib: 10_240, peak_kib: 20_480 };
        assert_eq!(read(stat, status), Some(usage));
    }

    #[test]
    fn what_is_missing_is_not_guessed() {
        assert_eq!(read("4711 (seleto) S 1", "VmRSS: 1 kB"), None);
        assert_eq!(read("", ""), None);
    }
}

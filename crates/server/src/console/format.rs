//! Times, phones, amounts and money as Brazilians read them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Tells times in the company's zone, seen from now.
#[derive(Clone, Debug)]
pub struct Times {
    zone: TimeZone,
    now: Zoned,
}

const WEEKDAYS: [&str; 7] = ["seg.", "ter.", "qua.", "qui.", "sex.", "sáb.", "dom."];
const MONTHS: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];

impl Times {
    /// In this zone, at this time in milliseconds.
    pub fn new(zone: &str, now: i64) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone.clone());
        Self { zone, now }
    }

    fn at(&self, ms: i64) -> Zoned {
        Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(self.zone.clone())
    }

    /// "14:05".
    pub fn clock(&self, ms: i64) -> String {
        self.at(ms).strftime("%H:%M").to_string()
    }

    /// "14:05:09".
    pub fn clock_with_seconds(&self, ms: i64) -> String {
        self.at(ms).strftime("%H:%M:%S").to_string()
    }

    /// "23/11/2026 às 14:05".
    pub fn full(&self, ms: i64) -> String {
        self.at(ms).strftime("%d/%m/%Y às %H:%M").to_string()
    }

    /// For machines: the `datetime` of a `<time>`.
    pub fn machine(&self, ms: i64) -> String {
        Timestamp::from_millisecond(ms).unwrap_or_default().to_string()
    }

    /// As short as a list needs it: "14:05", "ontem", "ter.", "3/11", "3/11/25".
    pub fn short(&self, ms: i64) -> String {
        let at = self.at(ms);
        match self.days_ago(&at) {
            0 => self.clock(ms),
            1 => "ontem".to_owned(),
            2..=6 => weekday(&at).to_owned(),
            _ if at.year() == self.now.year() => format!("{}/{}", at.day(), at.month()),
            _ => format!("{}/{}/{:02}", at.day(), at.month(), at.year() % 100),
        }
    }

    /// The day that separates messages: "Hoje", "Ontem", "3 de novembro", "3 de novembro de 2025".
    pub fn day(&self, ms: i64) -> String {
        let at = self.at(ms);
        let month = usize::try_from(at.month() - 1).ok().and_then(|month| MONTHS.get(month));
        let month = month.copied().unwrap_or_default();
        match self.days_ago(&at) {
            0 => "Hoje".to_owned(),
            1 => "Ontem".to_owned(),
            _ if at.year() == self.now.year() => format!("{} de {month}", at.day()),
            _ => format!("{} de {month} de {}", at.day(), at.year()),
        }
    }

    /// The day a time falls on, for grouping.
    pub fn date(&self, ms: i64) -> jiff::civil::Date {
        self.at(ms).date()
    }

    /// How long ago: "agora", "5 min", "3 h", "2 d".
    pub fn ago(&self, ms: i64) -> String {
        span((self.now.timestamp().as_millisecond() - ms).max(0))
    }

    fn days_ago(&self, at: &Zoned) -> i32 {
        self.now.date().since(at.date()).map_or(i32::MAX, |span| span.get_days())
    }
}

fn weekday(at: &Zoned) -> &'static str {
    let day = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or_default();
    WEEKDAYS.get(day).copied().unwrap_or_default()
}

/// A length of time: "agora", "5 min", "3 h", "2 d".
pub fn span(ms: i64) -> String {
    match ms / 60_000 {
        0 => "agora".to_owned(),
        minutes @ 1..60 => format!("{minutes} min"),
        minutes @ 60..1440 => format!("{} h", minutes / 60),
        minutes => format!("{} d", minutes / 1440),
    }
}

/// "+55 41 98765-4321" of "5541987654321"; what is no Brazilian number stays as it is.
pub fn phone(digits: &str) -> String {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let national = digits.strip_prefix("55").filter(|rest| matches!(rest.len(), 10 | 11));
    let Some(national) = national.filter(|_| is_number) else { return digits.to_owned() };
    let (area, number) = national.split_at(2);
    let (start, end) = number.split_at(number.len() - 4);
    format!("+55 {area} {start}-{end}")
}

/// "1.234.567".
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    if number < 0 { format!("-{grouped}") } else { grouped }
}

/// "US$ 0,0031" of 3100 millionths.
pub fn dollars(micro: i64) -> String {
    let (whole, fraction) = (micro / 1_000_000, micro % 1_000_000);
    let fraction = fraction.abs() / 100;
    if whole.abs() >= 10 {
        return format!("US$ {},{:02}", count(whole), fraction / 100);
    }
    format!("US$ {whole},{fraction:04}")
}

/// "1,4 s" or "320 ms".
pub fn duration(ms: i64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{},{} s", ms / 1000, ms % 1000 / 100) }
}

/// The first letters of a name, for a face that is none.
pub fn initials(name: &str) -> String {
    let letters =
        name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let all: Vec<char> = letters.collect();
    let ends = match all.as_slice() {
        [] => vec!['?'],
        [one] => vec![*one],
        [first, .., last] => vec![*first, *last],
    };
    ends.into_iter().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 23 November 2026, 14:00 in São Paulo.
    const NOW: i64 = 1_795_453_200_000;
    const HOUR: i64 = 3_600_000;

    #[test]
    fn a_list_tells_times_as_short_as_it_can() {
        let times = Times::new("America/Sao_Paulo", NOW);
        let check = |hours: i64, expected| assert_eq!(times.short(NOW - hours * HOUR), expected);
        check(1, "13:00");
        check(15, "ontem");
        check(48, "sáb.");
        check(24 * 10, "13/11");
        check(24 * 400, "19/10/25");
    }

    #[test]
    fn days_are_named() {
        let times = Times::new("America/Sao_Paulo", NOW);
        assert_eq!(times.day(NOW), "Hoje");
        assert_eq!(times.day(NOW - 24 * HOUR), "Ontem");
        assert_eq!(times.day(NOW - 240 * HOUR), "13 de novembro");
    }

    #[test]
    fn phones_and_amounts_read_as_brazilians_write_them() {
        assert_eq!(phone("5541987654321"), "+55 41 98765-4321");
        assert_eq!(phone("554133334444"), "+55 41 3333-4444");
        assert_eq!(phone("1234@lid"), "1234@lid");
        assert_eq!(count(1_234_567), "1.234.567");
        assert_eq!(dollars(3_100), "US$ 0,0031");
        assert_eq!(dollars(12_345_678), "US$ 12,34");
        assert_eq!(initials("Marina da Silva Prado"), "MP");
        assert_eq!(initials("<img src=x>"), "IS");
    }
}

//! Business hours: when somebody of the company reads and answers.

mod holidays;

use jiff::civil::{Date, DateTime, Time, Weekday};
use serde::Deserialize;

pub use holidays::national_holiday;

/// When the company works, in its own time zone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessHours {
    /// Working days of the week.
    pub days: Vec<Day>,
    /// First minute of work.
    pub opens: Time,
    /// First minute after work.
    pub closes: Time,
    /// Whether national holidays are days off.
    #[serde(default)]
    pub closed_on_national_holidays: bool,
    /// Further days off.
    #[serde(default)]
    pub days_off: Vec<Date>,
}

/// A day of the week, as playbooks write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Day {
    /// Monday.
    #[serde(rename = "segunda")]
    Monday,
    /// Tuesday.
    #[serde(rename = "terça")]
    Tuesday,
    /// Wednesday.
    #[serde(rename = "quarta")]
    Wednesday,
    /// Thursday.
    #[serde(rename = "quinta")]
    Thursday,
    /// Friday.
    #[serde(rename = "sexta")]
    Friday,
    /// Saturday.
    #[serde(rename = "sábado")]
    Saturday,
    /// Sunday.
    #[serde(rename = "domingo")]
    Sunday,
}

/// How far to look for the next working day: longer than any run of holidays and weekends.
const LONGEST_BREAK_DAYS: usize = 60;

impl BusinessHours {
    /// Whether somebody is there now.
    pub fn is_open(&self, now: DateTime) -> bool {
        self.works_on(now.date()) && now.time() >= self.opens && now.time() < self.closes
    }

    /// Whether the day is a working day.
    pub fn works_on(&self, date: Date) -> bool {
        self.days.iter().any(|day| day.weekday() == date.weekday())
            && !self.days_off.contains(&date)
            && !(self.closed_on_national_holidays && national_holiday(date).is_some())
    }

    /// When work begins next, when nobody is there now; `None` when it never does.
    pub fn next_opening(&self, now: DateTime) -> Option<DateTime> {
        let first =
            if now.time() < self.opens { now.date() } else { now.date().tomorrow().ok()? };
        first
            .series(jiff::Span::new().days(1))
            .take(LONGEST_BREAK_DAYS)
            .find(|date| self.works_on(*date))
            .map(|date| date.to_datetime(self.opens))
    }

    /// The next opening in words: "hoje a partir das 8h", "amanhã a partir das 8h",
    /// "segunda-feira a partir das 8h", "dia 2 de janeiro a partir das 8h".
    pub fn next_opening_in_words(&self, now: DateTime) -> Option<String> {
        let opening = self.next_opening(now)?;
        let days = (opening.date() - now.date()).get_days();
        let day = match days {
            0 => "hoje".to_owned(),
            1 => "amanhã".to_owned(),
            2..=6 => weekday_in_words(opening.date().weekday()).to_owned(),
            _ => format!("dia {} de {}", opening.day(), month_in_words(opening.month())),
        };
        Some(format!("{day} a partir das {}", hour_in_words(opening.time())))
    }
}

impl Day {
    fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// "8h", "8h30".
pub fn hour_in_words(time: Time) -> String {
    match time.minute() {
        0 => format!("{}h", time.hour()),
        minute => format!("{}h{minute:02}", time.hour()),
    }
}

/// "março".
pub fn month_in_words(month: i8) -> &'static str {
    match month {
        1 => "janeiro",
        2 => "fevereiro",
        3 => "março",
        4 => "abril",
        5 => "maio",
        6 => "junho",
        7 => "julho",
        8 => "agosto",
        9 => "setembro",
        10 => "outubro",
        11 => "novembro",
        _ => "dezembro",
    }
}

fn weekday_in_words(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "segunda-feira",
        Weekday::Tuesday => "terça-feira",
        Weekday::Wednesday => "quarta-feira",
        Weekday::Thursday => "quinta-feira",
        Weekday::Friday => "sexta-feira",
        Weekday::Saturday => "sábado",
        Weekday::Sunday => "domingo",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, datetime, time};

    use super::*;

    fn weekdays() -> BusinessHours {
        BusinessHours {
            days: vec![Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday],
            opens: time(8, 0, 0, 0),
            closes: time(18, 0, 0, 0),
            closed_on_national_holidays: true,
            days_off: vec![date(2026, 12, 24)],
        }
    }

    #[test]
    fn open_from_the_first_minute_to_the_last() {
        let hours = weekdays();
        for (now, open) in [
            (datetime(2026, 11, 23, 7, 59, 59, 0), false),
            (datetime(2026, 11, 23, 8, 0, 0, 0), true),
            (datetime(2026, 11, 23, 17, 59, 59, 0), true),
            (datetime(2026, 11, 23, 18, 0, 0, 0), false),
            (datetime(2026, 11, 21, 10, 0, 0, 0), false),
            (datetime(2026, 11, 20, 10, 0, 0, 0), false),
            (datetime(2026, 12, 24, 10, 0, 0, 0), false),
        ] {
            assert_eq!(hours.is_open(now), open, "{now}");
        }
    }

    #[test]
    fn the_next_opening_skips_weekends_and_holidays() {
        let hours = weekdays();
        for (now, words) in [
            (datetime(2026, 11, 23, 6, 0, 0, 0), "hoje a partir das 8h"),
            (datetime(2026, 11, 23, 19, 0, 0, 0), "amanhã a partir das 8h"),
            (datetime(2026, 11, 27, 19, 0, 0, 0), "segunda-feira a partir das 8h"),
            (datetime(2026, 12, 23, 19, 0, 0, 0), "segunda-feira a partir das 8h"),
            (datetime(2026, 11, 19, 18, 0, 0, 0), "segunda-feira a partir das 8h"),
        ] {
            assert_eq!(hours.next_opening_in_words(now).as_deref(), Some(words), "{now}");
        }
    }

    #[test]
    fn a_company_that_never_works_never_opens() {
        let closed = BusinessHours { days: Vec::new(), ..weekdays() };
        assert_eq!(closed.next_opening(datetime(2026, 11, 23, 6, 0, 0, 0)), None);
    }
}

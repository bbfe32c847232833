//! Brazil's national holidays, computed for any year.

use jiff::civil::Date;

/// The name of the national holiday on that day, if it is one.
///
/// Fixed ones by law (10.607/2002, 6.802/1980, 14.759/2023), and Good Friday. Carnival and Corpus
/// Christi are no national holidays; a company that is closed then lists them as days off.
pub fn national_holiday(day: Date) -> Option<&'static str> {
    let fixed = match (day.month(), day.day()) {
        (1, 1) => Some("Confraternização Universal"),
        (4, 21) => Some("Tiradentes"),
        (5, 1) => Some("Dia do Trabalho"),
        (9, 7) => Some("Independência do Brasil"),
        (10, 12) => Some("Nossa Senhora Aparecida"),
        (11, 2) => Some("Finados"),
        (11, 15) => Some("Proclamação da República"),
        // A national holiday since 2024.
        (11, 20) if day.year() >= 2024 => Some("Consciência Negra"),
        (12, 25) => Some("Natal"),
        _ => None,
    };
    fixed.or_else(|| (good_friday(day.year()) == Some(day)).then_some("Sexta-feira Santa"))
}

fn good_friday(year: i16) -> Option<Date> {
    easter(year)?.checked_sub(jiff::Span::new().days(2)).ok()
}

/// Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (golden, century, rest) = (y % 19, y / 100, y % 100);
    let moon_correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let shift = (golden + 11 * epact + 22 * weekday) / 451;
    let march_day = epact + weekday - 7 * shift + 114;
    let month = i8::try_from(march_day / 31).ok()?;
    let day = i8::try_from(march_day % 31 + 1).ok()?;
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn easter_falls_where_the_calendar_says() {
        for (year, month, day) in [
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2038, 4, 25),
            (2285, 3, 22),
        ] {
            assert_eq!(easter(year), Some(date(year, month, day)));
        }
    }

    #[test]
    fn holidays_of_2026() {
        let found: Vec<String> = date(2026, 1, 1)
            .series(jiff::Span::new().days(1))
            .take(365)
            .filter(|day| national_holiday(*day).is_some())
            .map(|day| day.strftime("%d/%m").to_string())
            .collect();
        assert_eq!(
            found,
            [
                "01/01", "03/04", "21/04", "01/05", "07/09", "12/10", "02/11", "15/11", "20/11",
                "25/12"
            ]
        );
        assert_eq!(national_holiday(date(2023, 11, 20)), None);
    }
}

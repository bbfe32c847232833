//! Brazilian phone numbers, and the one person behind their variants.

use std::fmt;
use std::str::FromStr;

/// A phone number in E.164 digits; `Debug` hides all but the last four.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

/// Why a text is no phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number: between 8 and 15 digits with the country code are expected")]
pub struct InvalidPhone;

impl FromStr for Phone {
    type Err = InvalidPhone;

    fn from_str(text: &str) -> Result<Self, InvalidPhone> {
        let marks = |c: char| c.is_ascii_digit() || " +-().".contains(c);
        if !text.chars().all(marks) {
            return Err(InvalidPhone);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0');
        if (8..=15).contains(&digits.len()) {
            Ok(Self(digits.to_owned()))
        } else {
            Err(InvalidPhone)
        }
    }
}

impl Phone {
    /// The digits, with the country code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which all variants of one person's number are equal.
    ///
    /// Brazilian mobiles got a ninth digit between 2012 and 2016, and WhatsApp keeps accounts
    /// under either form. A mobile's eight old digits start with 6 to 9, so a 9 before them is
    /// the added one; landlines (2 to 5) never had it.
    pub fn canonical(&self) -> String {
        match self.0.strip_prefix("55").map(|rest| rest.split_at_checked(2)) {
            Some(Some((area, number))) if number.len() == 9 => match number.strip_prefix('9') {
                Some(old) if old.starts_with(['6', '7', '8', '9']) => format!("55{area}{old}"),
                _ => self.0.clone(),
            },
            _ => self.0.clone(),
        }
    }

    /// The forms under which other systems may have kept the number: as it is, with and without
    /// the ninth digit, and each of them with a plus.
    pub fn spellings(&self) -> Vec<String> {
        let short = self.canonical();
        let long = match short.strip_prefix("55").and_then(|rest| rest.split_at_checked(2)) {
            Some((area, number))
                if number.len() == 8 && number.starts_with(['6', '7', '8', '9']) =>
            {
                format!("55{area}9{number}")
            }
            _ => short.clone(),
        };
        let plain = [self.0.clone(), short, long];
        let plus: Vec<String> = plain.iter().map(|digits| format!("+{digits}")).collect();
        let mut spellings = Vec::new();
        for spelling in plain.into_iter().chain(plus) {
            if !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
        spellings
    }

    /// The number with all but the last four digits hidden, for logs.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

/// Hides all but the last four characters.
pub fn mask(text: &str) -> String {
    let hidden = text.chars().count().saturating_sub(4);
    text.chars().enumerate().map(|(at, c)| if at < hidden { '*' } else { c }).collect()
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        text.parse::<Phone>().unwrap().canonical()
    }

    #[test]
    fn a_number_is_looked_for_under_every_form_that_it_may_have() {
        let spellings = |text: &str| text.parse::<Phone>().unwrap().spellings().join(" ");
        let mobile = "5511987654321 551187654321 +5511987654321 +551187654321";
        assert_eq!(spellings("5511987654321"), mobile);
        assert!(spellings("551187654321").starts_with("551187654321 5511987654321"));
        assert_eq!(spellings("551132654321"), "551132654321 +551132654321");
        assert_eq!(spellings("351912345678"), "351912345678 +351912345678");
    }

    #[test]
    fn a_mobile_with_and_without_the_ninth_digit_is_one_person() {
        assert_eq!(canonical("5511988887777"), canonical("551188887777"));
        assert_eq!(canonical("+55 (11) 98888-7777"), canonical("551188887777"));
    }

    #[test]
    fn a_landline_and_a_foreign_number_stay_as_they_are() {
        assert_eq!(canonical("551133334444"), "551133334444");
        assert_eq!(canonical("595981123456"), "595981123456");
        assert_eq!(canonical("4915112345678"), "4915112345678");
        // Nine digits that do not start with 9 plus a mobile's first digit.
        assert_eq!(canonical("5511933334444"), "5511933334444");
    }

    #[test]
    fn a_lid_or_a_group_is_no_phone() {
        for text in [
            "65998849469@lid",
            "120363019502650977-group",
            "1234567890123456",
            "",
            "12",
            "status@broadcast",
        ] {
            assert_eq!(text.parse::<Phone>(), Err(InvalidPhone), "{text}");
        }
    }

    #[test]
    fn debug_shows_only_the_last_four_digits() {
        let phone: Phone = "5511988887777".parse().unwrap();
        assert_eq!(format!("{phone:?}"), "Phone(*********7777)");
    }
}

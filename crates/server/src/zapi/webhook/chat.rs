//! Tells apart the addresses that WhatsApp bridges call "phone".

use super::private::Private;

/// Where a message came from, or went to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Chat {
    /// A person by number: digits, exactly those that wrote (with or without the ninth digit).
    Person(Private),
    /// A person by linked id, `digits@lid`: an identity, never a phone number.
    Lid(Private),
    /// A group.
    Group,
    /// A channel.
    Newsletter,
    /// A broadcast list.
    Broadcast,
    /// The stories.
    Status,
    /// Nothing that can be answered.
    Unparsable,
}

impl Chat {
    /// Reads an address as any of the bridges writes it.
    pub fn parse(address: &str) -> Self {
        let address = address.trim().to_ascii_lowercase();
        if address == "status@broadcast" || address == "status" {
            return Self::Status;
        }
        if address.ends_with("broadcast") {
            return Self::Broadcast;
        }
        if address.ends_with("@newsletter") {
            return Self::Newsletter;
        }
        if address.ends_with("-group") || address.ends_with("@g.us") || is_old_group(&address) {
            return Self::Group;
        }
        if let Some(lid) = address.strip_suffix("@lid") {
            return lid_of(lid).map_or(Self::Unparsable, Self::Lid);
        }
        let number = ["@c.us", "@s.whatsapp.net"]
            .iter()
            .find_map(|suffix| address.strip_suffix(suffix))
            // A linked device writes as `number:device`.
            .map_or(address.as_str(), |number| number.split(':').next().unwrap_or(number));
        digits_of(number).map_or(Self::Unparsable, Self::Person)
    }

    /// What to put in a send call's `phone`; `None` for all that is not a person.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Person(address) | Self::Lid(address) => Some(address),
            _ => None,
        }
    }
}

/// A linked id in its usual form, from the id with or without suffix.
pub(super) fn linked_id(text: &str) -> Option<Private> {
    let text = text.trim().to_ascii_lowercase();
    lid_of(text.strip_suffix("@lid").unwrap_or(&text))
}

fn lid_of(id: &str) -> Option<Private> {
    let id = id.split(':').next().unwrap_or(id);
    let valid = (5..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    valid.then(|| format!("{id}@lid").into())
}

/// Old groups are `<founder's number>-<time in seconds>`.
fn is_old_group(address: &str) -> bool {
    address.split_once('-').is_some_and(|(founder, time)| {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        founder.len() >= 10 && time.len() == 10 && digits(founder) && digits(time)
    })
}

fn digits_of(number: &str) -> Option<Private> {
    let spelling = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-()./".contains(c);
    if !number.chars().all(spelling) {
        return None;
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    (8..=15).contains(&digits.len()).then(|| digits.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(address: &str, digits: &str) {
        assert_eq!(Chat::parse(address), Chat::Person(digits.into()), "{address}");
    }

    #[test]
    fn numbers_are_read_in_every_spelling_and_kept_as_they_are() {
        person("5511987654321", "5511987654321");
        person("551187654321", "551187654321");
        person("+55 (11) 98765-4321", "5511987654321");
        person("55 11 9.8765.4321", "5511987654321");
        person("5511987654321@c.us", "5511987654321");
        person("5511987654321:12@s.whatsapp.net", "5511987654321");
        person(" 5511987654321\n", "5511987654321");
    }

    #[test]
    fn a_linked_id_is_never_a_number() {
        assert_eq!(Chat::parse("65998849469@lid"), Chat::Lid("65998849469@lid".into()));
        assert_eq!(Chat::parse("65998849469@LID"), Chat::Lid("65998849469@lid".into()));
        assert_eq!(Chat::parse("abc@lid"), Chat::Unparsable);
        assert_eq!(linked_id("65998849469"), Some("65998849469@lid".into()));
        assert_eq!(linked_id("name"), None);
    }

    #[test]
    fn crowds_are_told_from_persons() {
        let check = |address, chat| assert_eq!(Chat::parse(address), chat, "{address}");
        check("120363019502650977-group", Chat::Group);
        check("120363019502650977@g.us", Chat::Group);
        check("5511987654321-1632228638", Chat::Group);
        check("120363166555745933@newsletter", Chat::Newsletter);
        check("1774895799-broadcast", Chat::Broadcast);
        check("1774895799@broadcast", Chat::Broadcast);
        check("status@broadcast", Chat::Status);
    }

    #[test]
    fn what_is_no_address_cannot_be_answered() {
        for address in ["", "name", "123", "1234567890123456", "55119876A4321", "@c.us", "@lid"] {
            assert_eq!(Chat::parse(address), Chat::Unparsable, "{address}");
        }
    }
}

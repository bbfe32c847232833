//! The phrases of the offline brain, by occasion, with blanks to fill.

use std::collections::BTreeMap;

use super::Problem;
use super::source::{Source, suggestion};

/// What may stand between braces in a phrase.
pub(super) const BLANKS: &[&str] = &[
    "saudacao",
    "nome",
    "empresa",
    "cidade",
    "volume",
    "produto",
    "o_produto",
    "O_produto",
    "do_produto",
    "no_produto",
    "pitch",
    "pitch_outro",
    "outro",
    "tamanho",
    "itens",
    "Itens",
    "motivo",
    "previsao",
    "quando",
    "marca",
    "marca_curta",
    "site",
    "agente",
    "papel",
    "sobre",
];

macro_rules! occasions {
    ($($name:ident = $key:literal: $doc:literal,)+) => {
        /// An occasion on which the agent says something.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Say {
            $(#[doc = $doc] $name,)+
        }

        impl Say {
            /// All occasions.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// Its key in `phrases.toml`.
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }
        }
    };
}

occasions! {
    Support = "support": "The lead wants a part or support for a machine it has.",
    SupportNoted = "support_noted": "More of what somebody tells who wants support.",
    SupportHeard = "support_heard": "Who wants support told something of itself.",
    SupportPrice = "support_price": "Who wants support asks what a part costs.",
    HumanWhenOpen = "human_when_open": "Asked when somebody answers, within business hours.",
    HumanWhenClosed = "human_when_closed": "Asked when somebody answers, outside business hours.",
    Fits = "fits": "Asked whether the machine copes with the volume, and it does.",
    LateAnswer = "late_answer": "The lead waited for an answer.",
    Greeting = "greeting": "The first words to a new lead.",
    GreetingBack = "greeting_back": "A salutation answered later on.",
    Identity = "identity": "Asked who or what it is.",
    Unsolicited = "unsolicited": "The lead wonders why it is written to.",
    Overview = "overview": "What the company makes.",
    Ack = "ack": "The lead told something.",
    Heard = "heard": "The lead told something that no field holds.",
    AckName = "ack_name": "The lead told its name.",
    AckVolume = "ack_volume": "The lead told its volume.",
    HeardVolume = "heard_volume": "A volume from a voice note that may have been misheard.",
    HeardProduct = "heard_product": "A model from a voice note that may have been misheard.",
    AckCorrection = "ack_correction": "The lead corrected something.",
    AckUrgencyHigh = "ack_urgency_high": "The lead is in a hurry.",
    AckUrgencyLow = "ack_urgency_low": "The lead is in no hurry.",
    AckCustomer = "ack_customer": "The lead knows the company.",
    AckNewcomer = "ack_newcomer": "The lead does not know the company.",
    AckEmail = "ack_email": "The lead told its e-mail.",
    Product = "product": "Presents a machine.",
    ProductAgain = "product_again": "A machine that was presented before is chosen.",
    ProductYes = "product_yes": "Asked whether there is a machine that was presented before.",
    ColdClose = "cold_close": "Somebody without a company who is only looking.",
    ProductMore = "product_more": "A detail the playbook does not have.",
    Recommend = "recommend": "Names the machine that fits the volume.",
    RecommendAgain = "recommend_again": "The machine that fits was named before.",
    RecommendSize = "recommend_size": "Names the size that fits the volume.",
    RecommendBigger = "recommend_bigger": "The machine wanted is too small for the volume.",
    RecommendAboveAll = "recommend_above_all": "No machine is big enough alone.",
    NeedVolume = "need_volume": "The volume decides which machine fits.",
    Compare = "compare": "Compares two machines.",
    PriceRefusal = "price_refusal": "Asked for a price.",
    DiscountRefusal = "discount_refusal": "Asked for a reduction.",
    PaymentRefusal = "payment_refusal": "Asked for payment terms.",
    DeliveryRefusal = "delivery_refusal": "Asked for delivery or freight.",
    Proposal = "proposal": "Asked for a proposal with nothing left to ask.",
    TechnicalRecorded = "technical_recorded": "A question for engineering.",
    CnpjUnread = "cnpj_unread": "A CNPJ that is none.",
    EmailUnread = "email_unread": "An e-mail address that is none.",
    Contact = "contact": "Asked for our e-mail, phone or address.",
    Catalog = "catalog": "Asked for catalogue, photos or site.",
    Unavailable = "unavailable": "A machine that is not on sale.",
    UnavailableForecast = "unavailable_forecast": "When it is expected.",
    UnavailableNoted = "unavailable_noted": "The interest is recorded, without a forecast.",
    UnavailableAgain = "unavailable_again": "Asked for it once more.",
    NotSold = "not_sold": "Asked for something not made here.",
    HumanOpen = "human_open": "Wants a person, within business hours.",
    HumanClosed = "human_closed": "Wants a person, outside business hours.",
    HumanAgain = "human_again": "Wants a person once more.",
    HumanHook = "human_hook": "What the lead may tell meanwhile.",
    Complaint = "complaint": "Anger or dissatisfaction.",
    ComplaintNoted = "complaint_noted": "The lead tells more after a complaint.",
    OptOut = "opt_out": "Wants no more messages.",
    JobSeeker = "job_seeker": "Looks for work.",
    JobSeekerAgain = "job_seeker_again": "Goes on looking for work.",
    Supplier = "supplier": "Sells to the company.",
    SupplierAgain = "supplier_again": "Goes on selling.",
    Spam = "spam": "Mass message.",
    WrongNumber = "wrong_number": "Meant somebody else.",
    Injection = "injection": "Tries to change the rules.",
    OffTopic = "off_topic": "Unrelated.",
    Thanks = "thanks": "Says thanks.",
    GivesUp = "gives_up": "The lead gives up.",
    Later = "later": "The lead has no time now.",
    Goodbye = "goodbye": "Takes leave.",
    AudioUnreadable = "audio_unreadable": "A voice note without words.",
    ImageReceived = "image_received": "A picture without words.",
    VideoReceived = "video_received": "A video without words.",
    DocumentReceived = "document_received": "A file without words.",
    LocationReceived = "location_received": "A place.",
    ContactReceived = "contact_received": "A contact card.",
    OtherReceived = "other_received": "Something that cannot be read.",
    HandoffOpen = "handoff_open": "All is known, within business hours.",
    HandoffClosed = "handoff_closed": "All is known, outside business hours.",
    HandedOverOpen = "handed_over_open": "Somebody of the company takes over, within business hours.",
    HandedOverClosed = "handed_over_closed": "Somebody of the company takes over, outside business hours.",
    FollowUp = "follow_up": "The lead left our last reply without an answer.",
    FollowUpLast = "follow_up_last": "The lead has not answered the first reminder either.",
    NothingLeft = "nothing_left": "Nothing more to ask.",
    HowToHelp = "how_to_help": "Opens the conversation.",
    NotUnderstood = "not_understood": "Nothing was understood.",
    Safe = "safe": "In place of a text that was stopped.",
}

/// The phrases of every occasion; each occasion has at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrases(BTreeMap<Say, Vec<String>>);

impl Phrases {
    /// The wordings for an occasion.
    pub fn of(&self, say: Say) -> &[String] {
        self.0.get(&say).map_or(&[], Vec::as_slice)
    }

    /// Every wording with its occasion.
    pub fn all(&self) -> impl Iterator<Item = (Say, &str)> {
        self.0.iter().flat_map(|(say, texts)| texts.iter().map(|text| (*say, text.as_str())))
    }

    pub(super) fn decode(source: &Source<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut read: BTreeMap<String, Vec<String>> = source.decode(problems)?;
        let before = problems.len();
        let mut phrases = BTreeMap::new();
        for say in Say::ALL {
            match read.remove(say.key()) {
                Some(texts) if texts.iter().any(|text| !text.trim().is_empty()) => {
                    problems.extend(
                        texts.iter().filter_map(|text| blank_problem(source, say.key(), text)),
                    );
                    phrases.insert(*say, texts);
                }
                Some(_) => problems.push(source.problem(
                    source.line_of_key(say.key()),
                    format!("\"{}\" está sem frases; escreva ao menos uma", say.key()),
                )),
                None => problems.push(source.problem(
                    0,
                    format!("falta \"{}\"; acrescente a chave com ao menos uma frase", say.key()),
                )),
            }
        }
        let known: Vec<&str> = Say::ALL.iter().map(|say| say.key()).collect();
        problems.extend(read.keys().map(|key| {
            source.problem(
                source.line_of_key(key),
                format!(
                    "a chave \"{key}\" não existe aqui; apague-a ou corrija o nome{}",
                    suggestion(key, &known)
                ),
            )
        }));
        (problems.len() == before).then_some(Self(phrases))
    }
}

/// Fills a phrase's blanks; `None` when one of them has no value.
pub fn fill(phrase: &str, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut filled = String::with_capacity(phrase.len());
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        let (blank, after) = after.split_once('}')?;
        filled.push_str(before);
        filled.push_str(&value(blank)?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// The first blank that does not exist, or a brace that does not close.
pub(super) fn blank_problem(source: &Source<'_>, key: &str, phrase: &str) -> Option<Problem> {
    let wrong = std::cell::RefCell::new(None);
    let filled = fill(phrase, |blank| {
        if !BLANKS.contains(&blank) {
            wrong.borrow_mut().get_or_insert_with(|| blank.to_owned());
        }
        Some(String::new())
    });
    let line = match source.line_of_value(phrase) {
        0 => source.line_of_key(key),
        line => line,
    };
    match (wrong.into_inner(), filled) {
        (Some(blank), _) => Some(source.problem(
            line,
            format!("{{{blank}}} não existe; os campos são: {}", BLANKS.join(", ")),
        )),
        (None, None) => Some(source.problem(line, "há uma chave \"{\" sem \"}\"; feche-a")),
        (None, Some(_)) => None,
    }
}

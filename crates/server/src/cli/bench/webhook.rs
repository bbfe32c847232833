//! The webhooks of the load: bodies as Z-API posts them, from a template, cheap to make.

/// The number of the first conversation's lead.
const FIRST_PHONE: u64 = 5_511_980_000_000;

/// What leads write, in turn.
const TEXTS: [&str; 5] = [
    "Bom dia, vi o site de vocês e queria saber mais sobre as formadoras de hambúrguer",
    "Meu nome é Marcos, sou da Frigorífico Boa Vista, de Chapecó",
    "Hoje a gente produz uns 800 kg por dia e quer dobrar",
    "Vocês têm ensacadeira para linguiça também?",
    "Pode me explicar como funciona a máquina de cubos?",
];

/// The number of a conversation's lead.
pub(super) fn phone(conversation: usize) -> String {
    (FIRST_PHONE + conversation as u64).to_string()
}

/// The conversation of a number; `None` for a number of nobody's.
pub(super) fn conversation(phone: &str) -> Option<usize> {
    let number: u64 = phone.parse().ok()?;
    usize::try_from(number.checked_sub(FIRST_PHONE)?).ok()
}

/// The body of one message, the `number`th of the run.
pub(super) fn body(instance: &str, conversation: usize, number: usize) -> String {
    let phone = phone(conversation);
    let text = TEXTS[number % TEXTS.len()];
    format!(
        r#"{{"isStatusReply":false,"chatLid":"{phone}00@lid","senderLid":"{phone}00@lid","connectedPhone":"554733330000","waitingMessage":false,"isEdit":false,"isGroup":false,"isNewsletter":false,"instanceId":"{instance}","messageId":"3EB0BE4C{number:012X}","phone":"{phone}","fromMe":false,"status":"RECEIVED","chatName":"Lead {conversation}","senderPhoto":null,"senderName":"Lead {conversation}","photo":null,"broadcast":false,"participantPhone":null,"participantLid":null,"forwarded":false,"type":"ReceivedCallback","fromApi":false,"messageExpirationSeconds":0,"text":{{"message":"{text}"}}}}"#
    )
}

#[cfg(test)]
mod tests {
    use crate::zapi::webhook::{Decision, Ours, decide, decode};

    #[test]
    fn each_body_is_a_message_that_asks_for_a_turn() {
        for number in 0..super::TEXTS.len() {
            let body = super::body("instance", 7, number);
            let event = decode(body.as_bytes()).unwrap();
            assert!(matches!(decide(&event, &Ours::default()), Decision::Turn(_)));
        }
    }

    #[test]
    fn a_reply_finds_its_conversation() {
        assert_eq!(super::conversation(&super::phone(399)), Some(399));
        assert_eq!(super::conversation("5511900000000"), None);
        assert_eq!(super::conversation("123@lid"), None);
    }
}

//! How a message of ours reads in Chatwoot.

use crate::chatwoot::{Direction, NewMessage};
use crate::store::chatwoot::{Edit, Unposted};

/// The author of what only the company's people may read.
const NOTE: &str = "note";

/// The message without its file; a file that is not uploaded is told as a link.
pub(super) fn message(unposted: &Unposted, uploaded: bool) -> NewMessage {
    NewMessage {
        id: unposted.id.to_string(),
        text: text(unposted, uploaded),
        direction: match unposted.author.as_str() {
            "lead" => Direction::Incoming,
            _ => Direction::Outgoing,
        },
        private: unposted.author == NOTE,
        file: None,
    }
}

/// A message as it reads since the lead changed it.
pub(super) fn edit(edit: &Edit) -> NewMessage {
    NewMessage {
        id: edit.id.clone(),
        text: format!("✏️ {}", edit.text),
        direction: Direction::Incoming,
        private: false,
        file: None,
    }
}

fn text(unposted: &Unposted, uploaded: bool) -> String {
    let mut parts = Vec::new();
    let words = unposted.text.trim();
    if !words.is_empty() {
        parts.push(words.to_owned());
    }
    if let Some(transcript) = unposted.transcript.as_deref().filter(|it| !it.trim().is_empty()) {
        parts.push(format!("🎤 {}", transcript.trim()));
    }
    if let Some(media) = unposted.media.as_ref().filter(|_| !uploaded) {
        parts.push(format!("[{}] {}", kind(&unposted.kind), media.url));
    }
    if parts.is_empty() && !uploaded {
        parts.push(format!("[{}]", kind(&unposted.kind)));
    }
    parts.join("\n")
}

/// What kind of message it is, for people.
fn kind(name: &str) -> &'static str {
    match name {
        "audio" => "áudio",
        "image" => "imagem",
        "video" => "vídeo",
        "document" => "documento",
        "location" => "localização",
        "contact" => "contato",
        "sticker" => "figurinha",
        "reaction" => "reação",
        _ => "mensagem",
    }
}

/// The name under which a file is uploaded: its own, else one by its kind and type.
pub(super) fn file_name(unposted: &Unposted, mime: &str) -> String {
    let own = unposted.media.as_ref().and_then(|media| media.name.as_deref());
    if let Some(own) = own.map(str::trim).filter(|own| !own.is_empty() && own.len() <= 120) {
        return own.replace(['/', '\\', '\r', '\n', '"'], "_");
    }
    let essence = mime.split(';').next().unwrap_or_default().trim();
    let extension = match essence {
        "image/jpeg" => "jpg",
        "audio/mpeg" => "mp3",
        "audio/mp4" => "m4a",
        "text/plain" => "txt",
        other => {
            other.rsplit('/').next().filter(|it| it.len() <= 4 && !it.is_empty()).unwrap_or("bin")
        }
    };
    let name = match unposted.kind.as_str() {
        "audio" => "audio",
        "image" => "imagem",
        "video" => "video",
        "document" => "documento",
        "sticker" => "figurinha",
        _ => "arquivo",
    };
    format!("{name}.{extension}")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::chatwoot::UnpostedMedia;

    fn unposted(kind: &str, text: &str) -> Unposted {
        Unposted {
            id: Uuid::nil(),
            author: "lead".to_owned(),
            kind: kind.to_owned(),
            text: text.to_owned(),
            transcript: None,
            unheard: false,
            media: None,
            at: 0,
            attempts: 0,
            withdrawn: false,
        }
    }

    fn with_file(kind: &str, text: &str, name: Option<&str>) -> Unposted {
        let url = "https://f.z-api.io/1".to_owned();
        let media = UnpostedMedia { url, mime: None, name: name.map(str::to_owned) };
        Unposted { media: Some(media), ..unposted(kind, text) }
    }

    #[test]
    fn words_are_posted_as_they_were_written() {
        assert_eq!(message(&unposted("text", "Olá *tudo* bem?"), false).text, "Olá *tudo* bem?");
        assert_eq!(message(&unposted("reaction", "👍"), false).text, "👍");
        assert_eq!(message(&unposted("sticker", ""), false).text, "[figurinha]");
    }

    #[test]
    fn only_notes_are_private() {
        let by = |author: &str| {
            let author = author.to_owned();
            let message = message(&Unposted { author, ..unposted("text", "cuidado") }, false);
            (message.direction, message.private)
        };
        assert_eq!(by("lead"), (Direction::Incoming, false));
        assert_eq!(by("agent"), (Direction::Outgoing, false));
        assert_eq!(by("human"), (Direction::Outgoing, false));
        assert_eq!(by("note"), (Direction::Outgoing, true));
    }

    #[test]
    fn a_file_that_cannot_be_uploaded_is_a_link_and_a_voice_note_says_its_words() {
        let image = with_file("image", "minha cozinha", None);
        assert_eq!(message(&image, true).text, "minha cozinha");
        let linked = message(&image, false).text;
        assert_eq!(linked, "minha cozinha\n[imagem] https://f.z-api.io/1");
        let transcript = Some("quero a FB300".to_owned());
        let audio = Unposted { transcript, ..with_file("audio", "", None) };
        assert_eq!(message(&audio, true).text, "🎤 quero a FB300");
        assert_eq!(message(&with_file("audio", "", None), true).text, "");
    }

    #[test]
    fn files_have_names_that_say_what_they_are() {
        let name = |kind, own, mime| file_name(&with_file(kind, "", own), mime);
        assert_eq!(
            name("document", Some("planta/baixa.pdf"), "application/pdf"),
            "planta_baixa.pdf"
        );
        assert_eq!(name("audio", None, "audio/ogg; codecs=opus"), "audio.ogg");
        assert_eq!(name("image", None, "image/jpeg"), "imagem.jpg");
        assert_eq!(name("video", None, "application/octet-stream"), "video.bin");
    }
}

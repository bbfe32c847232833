//! Judges what a speech recogniser claims to have heard: silence and noise make it invent words.

use crate::plain_text::{has_words, plain, visible, words};
use crate::playbook::Playbook;

/// What the recogniser says of one stretch of the recording; servers tell more or less of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    /// The words of this stretch.
    pub text: String,
    /// How likely nobody speaks in it, from 0 to 1.
    pub no_speech_prob: Option<f64>,
    /// How sure the recogniser is of its words, as the mean logarithm of their likelihood.
    pub avg_logprob: Option<f64>,
    /// How well the text compresses; a loop of the same words compresses very well.
    pub compression_ratio: Option<f64>,
}

/// What a voice note says, as far as it can be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The words.
    pub text: String,
    /// Whether the recogniser was sure of them.
    pub sure: bool,
}

// The recogniser's own limits for silence: it is silence when both say so.
const SILENCE: f64 = 0.6;
const UNSURE: f64 = -1.0;
/// So likely silent that the words are not believed, however sure the recogniser is of them.
const SURELY_SILENT: f64 = 0.9;
/// Beyond this the text repeats itself.
const LOOP: f64 = 2.4;
/// Below this the words count, but not as sure.
const DOUBTFUL: f64 = -0.7;
/// A text of fewer words may be a phrase said twice.
const SHORTEST_LOOP: usize = 8;
/// How often a phrase follows itself before it is a loop.
const REPETITIONS: usize = 4;
/// Fewer words of the hint, in its order, may be what the lead said.
const SHORTEST_ECHO: usize = 5;

/// Ends of films and videos that recognisers write where nobody speaks; plain. Where one of them
/// is the whole text, or a segment, nobody said it.
const GHOSTS: &[&str] = &[
    "amara org",
    "legendas pela comunidade",
    "legendado por",
    "legendas por",
    "legenda por",
    "legendas em portugues",
    "legenda adriana zanotto",
    "transcricao e legendas",
    "traducao e legendas",
    "subtitles by",
    "obrigado por assistir",
    "obrigada por assistir",
    "obrigado por assistirem",
    "obrigado por ter assistido",
    "thanks for watching",
    "thank you for watching",
    "inscreva se no canal",
    "inscreva se no meu canal",
    "se inscreva no canal",
    "se inscrevam no canal",
    "se inscreve no canal",
    "deixe seu like",
    "deixe o seu like",
    "deixa o like",
    "ative o sininho",
    "ative as notificacoes",
    "ate o proximo video",
    "ate a proxima aula",
    "nos vemos no proximo video",
    "vejo voces no proximo video",
    "e ai pessoal tudo bem com voces sejam bem vindos a mais um video",
    "todos os direitos reservados",
];

/// What recognisers write for sounds; the text is nothing else then. Plain.
const SOUNDS: &[&str] = &[
    "musica",
    "musica de fundo",
    "risos",
    "aplausos",
    "silencio",
    "ruido",
    "barulho",
    "som de fundo",
    "inaudivel",
    "blank audio",
    "music",
    "applause",
    "silence",
    "inaudible",
    "tchau tchau tchau",
    "e ai e ai e ai",
];

/// Words that a lead's voice note is likely to hold, and that recognisers spell wrong without help.
pub fn hints(playbook: &Playbook) -> Vec<String> {
    let products = &playbook.catalogue.products;
    let codes = products.iter().map(|product| product.code.clone());
    let names = products.iter().map(|product| product.name.clone());
    let mut hints = vec![playbook.company.name.clone()];
    for hint in codes.chain(names) {
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    hints
}

/// The words of a recording; `None` when it has none that can be believed.
///
/// `segments` may be empty, as not every server tells them; `hint` is what was sent along to help
/// the recogniser, which some write down themselves where nobody speaks.
pub fn heard(text: &str, segments: &[Segment], hint: &str) -> Option<Heard> {
    let kept: Vec<&Segment> = segments.iter().filter(|segment| is_speech(segment)).collect();
    let text = if kept.len() == segments.len() {
        text.to_owned()
    } else {
        kept.iter().map(|segment| segment.text.trim()).collect::<Vec<_>>().join(" ")
    };
    let text = visible(&text).split_whitespace().collect::<Vec<_>>().join(" ");
    if is_invented(&text) || is_echo(&text, hint) {
        return None;
    }
    let doubtful = kept.iter().any(|segment| segment.avg_logprob.is_some_and(|sum| sum < DOUBTFUL));
    Some(Heard { text, sure: !doubtful })
}

fn is_speech(segment: &Segment) -> bool {
    let silent = segment.no_speech_prob.unwrap_or(0.0);
    let unsure = segment.avg_logprob.is_some_and(|sum| sum < UNSURE);
    let looping = segment.compression_ratio.is_some_and(|ratio| ratio > LOOP);
    !(silent > SURELY_SILENT || silent > SILENCE && unsure || looping || is_invented(&segment.text))
}

/// Whether nobody said this: no words, the end of a film, the name of a sound, a loop.
fn is_invented(text: &str) -> bool {
    let plain = plain(text);
    let said: Vec<&str> = words(&plain).collect();
    let sentence = said.join(" ");
    // A few words beside it belong to the ghost ("e até a próxima", a studio); more are somebody's.
    let haunted =
        |ghost: &&str| has_words(&sentence, ghost) && said.len() <= 2 * words(ghost).count() + 6;
    said.is_empty()
        || SOUNDS.contains(&sentence.as_str())
        || GHOSTS.iter().any(haunted)
        || is_loop(&said)
}

/// Whether the text is one phrase over and over.
fn is_loop(said: &[&str]) -> bool {
    said.len() >= SHORTEST_LOOP
        && (1..=said.len() / REPETITIONS).any(|length| {
            let (phrase, _) = said.split_at(length);
            said.chunks(length).all(|chunk| phrase.starts_with(chunk))
        })
}

/// Whether the text is a stretch of the hint.
fn is_echo(text: &str, hint: &str) -> bool {
    let sentence = |text: &str| words(&plain(text)).collect::<Vec<_>>().join(" ");
    let said = sentence(text);
    words(&said).count() >= SHORTEST_ECHO && has_words(&sentence(hint), &said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(text: &str) -> Option<String> {
        heard(text, &[], "Seleto Industrial: FB300, FB700, FBM100, CT200, modeladora")
            .map(|it| it.text)
    }

    fn segment(text: &str, silence: f64, sureness: f64, ratio: f64) -> Segment {
        Segment {
            text: text.to_owned(),
            no_speech_prob: Some(silence),
            avg_logprob: Some(sureness),
            compression_ratio: Some(ratio),
        }
    }

    #[test]
    fn what_leads_say_is_kept_as_it_is() {
        for said in [
            "Oi, eu queria saber mais sobre a formadora de hambúrguer.",
            "obrigado",
            "Não, não, não, pode ser amanhã",
            "FB300",
            "A FB300 ou a FB700",
            "Sim, sim.",
            "tchau, obrigado por tudo",
            "vocês têm um canal no YouTube? Eu vi um vídeo da máquina e queria saber quantos hambúrgueres ela faz por hora, obrigado por assistir meu áudio até aqui",
            "E aí, tudo bem? Aqui é o Marcos, da Burger House, de Londrina",
            "a legenda do vídeo de vocês fala em 2000 por dia",
        ] {
            assert_eq!(words_of(said).as_deref(), Some(said));
        }
    }

    #[test]
    fn ghosts_sounds_loops_and_silence_are_no_words() {
        for invented in [
            "",
            " ... ",
            "♪♪♪",
            "[Música]",
            "(risos)",
            "Legendas pela comunidade Amara.org",
            "Legendas pela comunidade das Amara.org",
            "Obrigado por assistir!",
            "Obrigado por assistir e até a próxima.",
            "Se inscreva no canal e ative o sininho",
            "Inscreva-se no canal.",
            "Legenda Adriana Zanotto",
            "Thanks for watching!",
            "é é é é é é é é é é",
            "Vamos lá. Vamos lá. Vamos lá. Vamos lá. Vamos lá.",
            "FB300, FB700, FBM100, CT200, modeladora",
        ] {
            assert_eq!(words_of(invented), None, "{invented}");
        }
    }

    #[test]
    fn silence_is_left_out_and_speech_beside_it_kept() {
        let segments = [
            segment(" Quero a FB300.", 0.02, -0.2, 1.1),
            segment(" Tchau.", 0.95, -0.3, 1.0),
            segment(" Uma coisa qualquer.", 0.7, -1.4, 1.0),
            segment(" que que que", 0.1, -0.3, 9.0),
            segment(" Obrigado por assistir!", 0.1, -0.3, 1.0),
        ];
        let text: String = segments.iter().map(|segment| segment.text.as_str()).collect();
        let told = heard(&text, &segments, "");
        assert_eq!(told, Some(Heard { text: "Quero a FB300.".to_owned(), sure: true }));
        assert_eq!(heard("Tchau.", &segments[1..2], ""), None);
    }

    #[test]
    fn words_are_kept_but_not_as_sure_when_the_recogniser_is_not() {
        let sure = |sureness| {
            heard("são 250", &[segment("são 250", 0.3, sureness, 1.0)], "").map(|heard| heard.sure)
        };
        assert_eq!((sure(-0.2), sure(-0.9), sure(-1.2)), (Some(true), Some(false), Some(false)));
    }
}

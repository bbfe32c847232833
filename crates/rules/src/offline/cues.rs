//! Small readings of the lead's words that only the dialogue policy needs.

use crate::plain_text::{has_any, words};

/// Words that close or confirm and ask for nothing.
const ACKNOWLEDGING: &[&str] = &[
    "ok",
    "okay",
    "okey",
    "oks",
    "blz",
    "beleza",
    "certo",
    "ta",
    "tá",
    "bom",
    "entendi",
    "hum",
    "hm",
    "hmm",
    "ah",
    "ahh",
    "sim",
    "isso",
    "joia",
    "show",
    "top",
    "legal",
    "perfeito",
    "otimo",
    "combinado",
    "fechado",
    "aguardo",
    "aguardando",
    "espero",
    "esperando",
    "no",
    "retorno",
    "de",
    "boa",
    "massa",
    "maravilha",
    "tranquilo",
    "tranquila",
    "kk",
    "kkk",
    "kkkk",
    "rs",
    "rsrs",
    "eh",
    "e",
    "entao",
    "pode",
    "deixar",
    "vou",
    "o",
    "contato",
    "td",
    "tudo",
    "bem",
    "pois",
];

/// Longest line that may ask who writes: in longer ones the words mean something else.
const SHORT_LINE: usize = 8;

/// Whether a text asks who or what writes.
pub(super) fn asks_identity(text: &str) -> bool {
    text.lines().filter(|line| words(line).count() <= SHORT_LINE).any(|line| {
        let alone = ["quem e", "quem fala", "quem eh"]
            .iter()
            .any(|it| line.trim_end_matches(['?', '!', '.']) == *it);
        alone || has_any(line, WHO_WRITES)
    })
}

const WHO_WRITES: &[&str] = &[
    "quem e voce",
    "quem e vc",
    "quem ta falando",
    "quem esta falando",
    "quem e que fala",
    "com quem eu falo",
    "com quem falo",
    "com quem estou falando",
    "com quem to falando",
    "voce e um robo",
    "vc e um robo",
    "voce e robo",
    "vc e robo",
    "so robo",
    "so um robo",
    "e um robo",
    "e robo",
    "e bot",
    "e um bot",
    "e uma ia",
    "inteligencia artificial",
    "pessoa de verdade",
    "e humano",
    "e uma pessoa",
    "de onde voces sao",
    "que empresa e essa",
    "qual seu nome",
    "qual o seu nome",
    "como voce se chama",
];

/// Whether a text wonders why it is written to.
pub(super) fn feels_bothered(text: &str) -> bool {
    has_any(
        text,
        &[
            "nao pedi nada",
            "nao pedi isso",
            "nao solicitei",
            "nao mandei mensagem",
            "nao chamei",
            "como conseguiu meu numero",
            "quem passou meu numero",
            "de onde tirou meu numero",
            "nao conheco voces",
            "nao te conheco",
        ],
    )
}

/// Whether a text says it was meant for somebody else.
pub(super) fn is_wrong_number(text: &str) -> bool {
    has_any(
        text,
        &[
            "numero errado",
            "foi engano",
            "mandei errado",
            "mensagem errada",
            "pessoa errada",
            "era pra outra pessoa",
        ],
    )
}

/// Whether a text says that there is no company.
pub(super) fn has_no_company(text: &str) -> bool {
    has_any(
        text,
        &[
            "nao tenho empresa",
            "sem empresa",
            "nao tenho cnpj",
            "pessoa fisica",
            "uso pessoal",
            "uso domestico",
            "pra usar em casa",
            "para usar em casa",
            "nao e empresa",
        ],
    )
}

/// Whether a text asks how else to reach us.
pub(super) fn asks_for_our_contact(text: &str) -> bool {
    let thing = has_any(text, &["email", "e-mail", "telefone", "numero", "endereco", "instagram"]);
    let ours = has_any(text, &["de voces", "de vcs", "de vc", "da empresa de voces", "da seleto"]);
    thing && ours && has_any(text, &["qual", "cade", "kd", "tem", "me passa", "manda", "onde"])
}

/// Whether a text seems to give a CNPJ.
pub(super) fn gives_cnpj(text: &str) -> bool {
    const SHORTEST: usize = 11;
    has_any(text, &["cnpj"]) && text.chars().filter(char::is_ascii_digit).count() >= SHORTEST
}

/// Whether a text seems to give an e-mail address.
pub(super) fn gives_email(text: &str) -> bool {
    text.contains('@') && has_any(text, &["email", "e-mail", "mail"])
}

/// Whether a text says what its writer wants to make.
pub(super) fn wants_to_make(text: &str) -> bool {
    has_any(
        text,
        &[
            "quero fazer",
            "queria fazer",
            "querendo fazer",
            "vou fazer",
            "comecar a fazer",
            "quero produzir",
            "queria produzir",
            "vou produzir",
            "comecar a produzir",
            "pra fazer",
            "para fazer",
            "pra produzir",
            "para produzir",
            "preciso fazer",
            "preciso produzir",
        ],
    )
}

/// Whether a text gives up.
pub(super) fn gives_up(text: &str) -> bool {
    const SHORT: usize = 6;
    has_any(
        text,
        &[
            "esquece",
            "esqueca",
            "deixa pra la",
            "deixa para la",
            "deixa quieto",
            "nao quero mais",
            "mudei de ideia",
        ],
    ) && words(text).count() <= SHORT
}

/// Whether a text asks for a time.
pub(super) fn asks_when(text: &str) -> bool {
    has_any(
        text,
        &["quando", "qdo", "previsao", "quanto tempo", "ja saiu", "ja lancou", "lancamento"],
    )
}

/// Whether a text asks how two machines differ.
pub(super) fn asks_difference(text: &str) -> bool {
    has_any(
        text,
        &[
            "diferenca",
            "diferencas",
            "difere",
            "comparar",
            "compara",
            "comparando",
            "comparacao",
            "melhor que",
        ],
    )
}

/// Whether a text puts the answer off.
pub(super) fn puts_off(text: &str) -> bool {
    has_any(
        text,
        &[
            "daqui a pouco",
            "daqui pouco",
            "ja respondo",
            "ja te respondo",
            "depois respondo",
            "depois te respondo",
            "te respondo depois",
            "respondo mais tarde",
            "ja volto",
            "um momento",
            "so um minuto",
            "to dirigindo",
            "no transito",
            "agora nao posso",
            "to em reuniao",
            "em reuniao",
            "depois te chamo",
            "te chamo depois",
            "depois eu chamo",
        ],
    )
}

/// Whether a text wants to hear more of what was offered.
pub(super) fn wants_more(text: &str) -> bool {
    has_any(
        text,
        &[
            "pode apresentar",
            "pode mostrar",
            "pode falar",
            "me fala mais",
            "me fala dela",
            "me conta mais",
            "quero ver",
            "quero saber mais",
            "quero conhecer",
            "me mostra",
            "como funciona",
            "me explica",
            "pode explicar",
            "fala mais",
            "me interessa",
        ],
    )
}

/// Whether a text still asks for the number that was just refused.
pub(super) fn insists_on_a_number(text: &str) -> bool {
    has_any(
        text,
        &[
            "uma base",
            "base de",
            "uma nocao",
            "uma ideia",
            "uma media",
            "estimativa",
            "por cima",
            "faixa",
            "mais ou menos quanto",
            "quanto mais ou menos",
            "so o valor",
            "so um valor",
        ],
    )
}

/// Whether a text asks, with a mark or without.
pub(super) fn asks(text: &str) -> bool {
    text.contains('?')
        || has_any(
            text,
            &[
                "qual",
                "quais",
                "quanto",
                "quantos",
                "quantas",
                "como",
                "tem",
                "vem",
                "precisa",
                "consegue",
                "conseguem",
                "gostaria",
                "manda",
                "mandar",
                "envia",
                "enviar",
                "preciso",
                "quero saber",
                "queria saber",
                "da pra",
                "da para",
                "pode",
            ],
        )
}

/// Whether a text refuses to answer questions.
pub(super) fn refuses_questions(text: &str) -> bool {
    has_any(
        text,
        &[
            "nao quero responder",
            "sem pergunta",
            "sem perguntas",
            "chega de pergunta",
            "para de perguntar",
            "nao vou responder",
        ],
    )
}

/// Whether a text only acknowledges: "ok", "hum, tá", a thumb.
pub(super) fn only_acknowledges(text: &str) -> bool {
    !text.contains('?')
        && words(text).all(|word| ACKNOWLEDGING.contains(&word))
        && words(text).count() <= 6
}

/// Whether a text asks which machine or size fits.
pub(super) fn asks_which(text: &str) -> bool {
    let which = has_any(
        text,
        &[
            "qual",
            "quais",
            "o que voces tem",
            "o q vcs tem",
            "oq vcs tem",
            "o que vcs tem",
            "o que tem",
            "que maquina",
        ],
    );
    let fits = has_any(
        text,
        &[
            "indica",
            "indicam",
            "indicaria",
            "recomenda",
            "recomendam",
            "sugere",
            "sugerem",
            "serve",
            "atende",
            "melhor",
            "ideal",
            "tamanho",
            "modelo",
            "devo",
            "compensa",
            "da conta",
            "pra mim",
            "para mim",
            "pra quem",
            "para quem",
            "seria",
            "maquina",
            "certa",
        ],
    );
    which && fits
}

/// Whether a text compares.
pub(super) fn compares(text: &str) -> bool {
    has_any(
        text,
        &[
            "diferenca",
            "comparar",
            "compara",
            "comparando",
            "entre",
            "ou",
            "melhor",
            "versus",
            "vs",
            "qual",
            "duvida",
        ],
    )
}

/// Whether a text asks for a proposal, not for a number.
pub(super) fn asks_proposal(text: &str) -> bool {
    has_any(text, &["proposta", "orcamento", "cotacao", "proposta comercial"])
        && !has_any(text, &["quanto", "qto", "valor", "preco", "base"])
}

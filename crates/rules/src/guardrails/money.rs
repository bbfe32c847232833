//! Prices: amounts of money in any disguise, and comparisons of price.

use std::sync::LazyLock;

use regex::Regex;

use crate::plain_text::words;
use crate::playbook::Mention;

use super::clauses::{clauses, delegates, pattern, refuses, sentences};
use super::numerals::{Numeral, numerals};
use super::{Breach, Case};

/// Numbers below this say nothing about a price: "2 fatores".
const SMALLEST_PRICE: f64 = 10.0;

pub(super) fn judge(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    currency(&case.plain, breaches);
    for sentence in sentences(&case.plain) {
        amounts(case, sentence, breaches);
    }
    for clause in clauses(&case.plain) {
        comparison(clause, breaches);
        terms(clause, breaches);
    }
}

fn currency(plain: &str, breaches: &mut Vec<Breach>) {
    static CURRENCY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"[$€£¥₿]|\br\$|\b(?:reais|reaizinhos|brl|dolar|dolares|usd|euros?|centavos?|pilas?|mangos?|cifrao|cifroes|reaus)\b
            |\b(?:\d+|mil|um|cem) (?:real|contos?|paus?|pratas?)\b|\b(?:quatro|cinco|seis|sete|[4-7]) digitos\b",
        )
    });
    breaches.extend(CURRENCY.find_iter(plain).map(|it| Breach::new("preço", it.as_str())));
}

static PRICE_WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:precos?|precinho|valor(?:es)?|cust(?:a|am|o|os|ou|ando|aria|ara|ar)|investimentos?|investir|orcamentos?|orcad[oa]|
        cotacao|cotad[oa]|parcelas?|parcelad[oa]|prestac(?:ao|oes)|mensalidades?|entrada|sinal|pag(?:a|ar|aria|ando|ue|amento)|cobr(?:a|amos|ar)|
        desembols\w+|gast(?:a|ar|o|aria)|tabela|sai(?:r|ria|ndo)? (?:por|a|em|na)|fica(?:r|ria|ndo)? (?:em|por|na|entre|uns|umas)|
        vend(?:e|emos|ida|ido) (?:por|a)|por (?:apenas|so)|na (?:faixa|casa) d[eoa]s?|a partir de|em torno de|no total|avaliad[oa]|faixa)\b",
    )
});

fn amounts(case: &Case<'_>, sentence: &str, breaches: &mut Vec<Breach>) {
    let price_word = PRICE_WORD.find(sentence);
    for numeral in numerals(sentence) {
        if numeral.unit.is_some() || numeral.per.is_some() || is_harmless(case, sentence, &numeral)
        {
            continue;
        }
        let near = price_word.is_some_and(|word| {
            sentence
                .get(word.end().min(numeral.start)..numeral.start.max(word.end()))
                .map_or(0, str::len)
                <= 60
        });
        let sized = numeral.value >= SMALLEST_PRICE || numeral.is_thousands;
        let rest = &sentence[numeral.end..];
        let thousands = numeral.is_thousands || numeral.value >= 1000.0;
        let alone = ends_there(rest) || thousands && !counts_something(rest);
        if near && sized && alone || thousands && alone {
            breaches.push(Breach::new("preço", sentence[numeral.start..numeral.end].trim()));
        }
    }
}

/// Whether nothing is counted behind a number, as behind a price.
fn ends_there(rest: &str) -> bool {
    static END: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*(?:$|[.,;:!?)%'/-]|x\b|vezes\b|(?:e|ou|mas|no|na|nela|em|com|sem|mais|menos|cada|para|pra|ate|hoje|aqui|a|o|por|
            mensais|aproximadamente|complet[oa]|instalad[oa]|fixos?|dependendo|conforme|parcelad[oa]|de|agora|voce|viu|ta|ne|redondos?|so|apenas|que|se|pela|pelo|mesmo|ja|da|do|fechad[oa]|a vista|avista|quando|isso|apro\w*|mil|conto|limp[oa]s?)\b)",
        )
    });
    END.is_match(rest)
}

/// Whether a plural stands behind a number: "mil clientes", "2 mil lojas".
fn counts_something(rest: &str) -> bool {
    let next = words(rest).next().unwrap_or_default();
    next.ends_with('s') && next.len() > 4 && rest.starts_with(' ')
}

/// Years, hours, dates, norms and names of machines are no amounts.
fn is_harmless(case: &Case<'_>, sentence: &str, numeral: &Numeral) -> bool {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?:\b(?:inox|aisi|numero|protocolo|nr|iso|modelo|as|das|dia) ?-?|[\d/:.]|\+)$")
    });
    static AFTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:h\d|:\d|/\d)"));
    static YEAR: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|\b)(?:desde|em|de|ano)$"));
    let before = &sentence[..numeral.start];
    let is_year = (1900.0..2100.0).contains(&numeral.value) && !numeral.is_thousands;
    BEFORE.is_match(before) && !numeral.is_thousands
        || AFTER.is_match(&sentence[numeral.end..])
        || is_year && YEAR.is_match(before.trim_end())
        || is_machine(case, sentence, numeral)
}

/// A number inside a machine's name, or that of its code alone: "SE 3000", "a 300".
fn is_machine(case: &Case<'_>, sentence: &str, numeral: &Numeral) -> bool {
    static ARTICLE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?:^|\b)(?:ou )?(?:[dn]?a|pela)$"));
    let catalogue = &case.playbook.catalogue;
    let inside =
        |mention: &Mention<'_>| mention.start <= numeral.start && numeral.end <= mention.end;
    if catalogue.mentions(sentence).iter().any(inside) {
        return true;
    }
    let digits: String =
        sentence[numeral.start..numeral.end].chars().filter(char::is_ascii_digit).collect();
    let before = sentence[..numeral.start].trim_end();
    digits.len() >= 3
        && !numeral.is_thousands
        && ARTICLE.is_match(before)
        && !PRICE_WORD.is_match(before)
        && catalogue.products.iter().any(|it| it.code.ends_with(&digits))
}

fn comparison(clause: &str, breaches: &mut Vec<Breach>) {
    static COMPARED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bmais (?:barat\w+|car[oa]s?|em conta)\b|\bmenos car[oa]s?\b|\bbarat(?:o|a|inh\w+|issim\w+)\b|\bcusta\w* (?:\w+ ){0,2}(?:mais|menos|o dobro|o triplo|o mesmo|pouco|quase)\b|
            \b(?:dobro|triplo|metade|fracao) do (?:preco|valor)|\b(?:menor|melhor|maior|otimo|bom|baixo|alto|justo) (?:preco|valor|investimento)\b|
            \b(?:preco|valor|investimento) (?:\w+ ){0,2}(?:menor|melhor|maior|baix[oa]|alt[oa]|acessive(?:l|is)|competitiv[oa]|just[oa]|camarada|bacana|imbative(?:l|is)|o mesmo|mais)\b|\bcabe no (?:seu )?(?:bolso|orcamento)|\b(?:custa|sai|fica|vale|valor) (?:\w+ ){0,3}equival\w+|
            \b(?:menos|mais|metade|preco|valor) (?:\w+ ){0,2}(?:carro|moto|celular|geladeira|salarios?)\b|\bsalarios? minimos?\b|\bpag(?:a|ou|am|aram|amos) (?:bem )?(?:menos|mais|pouco|barato)\b|\b(?:e|sai|fica|esta|ta) (?:muito |tao |bem |nada |super )?car[oa]s?\b",
        )
    });
    if let Some(found) = COMPARED.find(clause)
        && !refuses(clause)
        && !delegates(clause)
    {
        breaches.push(Breach::new("comparação de preço", found.as_str()));
    }
}

/// Terms of payment: instalments, interest, down payment.
fn terms(clause: &str, breaches: &mut Vec<Breach>) {
    static TERMS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b\d{1,2} ?(?:x|vezes)\b|\bsem juros\b|\bjuros\b|\bdivid(?:imos|o|e|ir) em\b|\b\d+ parcelas\b|\b(?:peg(?:amos|o)|compramos|aceitamos|recebemos) (?:\w+ ){0,3}(?:usad[ao]s?|antig[ao]s?|na troca)\b|\b(?:parcel(?:amos|a|ado|ada|ar)|financi(?:amos|ado|ar)|finame|bndes|consorcio|leasing)\b|
            \b(?:aceitamos|aceita|recebemos) (?:\w+ ){0,2}(?:cartao|boleto|cheque|pix|troca|usad\w+)|\b(?:no|em|via) (?:cartao|boleto)\b|\bboletos? (?:para|pra|em|de) \d|\b\d{2}/\d{2}/\d{2,3}\b",
        )
    });
    let Some(found) = TERMS.find(clause) else { return };
    // A number of instalments is an offer, whoever is to confirm it.
    let counted = found.as_str().starts_with(|c: char| c.is_ascii_digit());
    if !refuses(clause) && (counted || !delegates(clause)) {
        breaches.push(Breach::new("condição de pagamento", found.as_str()));
    }
}

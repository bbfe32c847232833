//! Promises that only a person may make: reductions, dates of delivery, freight; and the claim to
//! be a person.

use std::sync::LazyLock;

use regex::Regex;

use crate::conversation::{Intent, Turn};
use crate::understand;

use super::clauses::{clauses, delegates, pattern, refuses};
use super::{Breach, Case};

pub(super) fn judge(case: &Case<'_>, breaches: &mut Vec<Breach>) {
    let mut before = "";
    for clause in clauses(&case.plain) {
        reduction(clause, breaches);
        deadline(clause, breaches);
        freight(clause, breaches);
        // "Prazo? 20 dias." says in two sentences what it should not say in one.
        if before.ends_with('?') && before.len() < 40 {
            deadline(&format!("{} {clause}", before.trim_end_matches('?')), breaches);
        }
        before = clause;
    }
    humanity(&case.plain, breaches);
    deeds(&case.plain, breaches);
}

/// Deeds that only people do: an order, a reservation, a visit, a document.
fn deeds(plain: &str, breaches: &mut Vec<Breach>) {
    static DEED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:reserv|separ|agend|emit|confirm|fech|finaliz|registr)(?:ei|i|amos|imos) (?:\w+ ){0,4}(?:compra|pedido de compra|maquina|visita|nota|boleto|contrato|reserva|agendamento|reuniao|pagamento)\b|
            \b(?:compra|reserva|agendamento|visita|contrato|pagamento|reuniao) (?:ja )?(?:esta|foi|ficou|fica)? ?(?:confirmad|fechad|aprovad|reservad|agendad|assinad|emitid|finalizad)[oa]\b|
            \b(?:mandei|enviei|emiti|disparei) (?:\w+ ){0,4}(?:e-?mail|boleto|nota|contrato|proposta|link)\b|\bliguei (?:\w+ ){0,3}(?:consultor|vendedor|equipe|gerente)",
        )
    });
    for clause in clauses(plain) {
        let asks = clause.ends_with('?') || refuses(clause);
        if let Some(found) = DEED.find(clause).filter(|_| !asks) {
            breaches.push(Breach::new("diz ter feito", found.as_str()));
        }
    }
}

fn reduction(clause: &str, breaches: &mut Vec<Breach>) {
    static REDUCTION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bdescont\w+|\babat(?:imento|er|emos|o)\b|\bcup(?:om|ons)\b|\bpromoc\w+|\bcashback\b|\bbrindes?\b|\bcortesia\b|\bbonus\b|\boff\b|
            \bde graca\b|\bgratis\b|\bgratuit\w+|\bisen(?:to|ta|cao)\b|\bblack friday\b|\bliquidacao\b|\bqueima de estoque\b|\bpor nossa conta\b|\bsem custos?\b|\bnao (?:se )?cobr\w+ (?:nada|frete|entrega|por)|\bsem cobrar\b|\bnao paga nada\b|
            \b(?:devol\w+|reembols\w+) (?:\w+ ){0,3}(?:dinheiro|valor|pagamento|quantia)\b|\bdinheiro de volta\b|
            \b(?:condic\w+|preco|valor|oferta|tabela) (?:\w+ )?(?:especia\w+|diferenciad\w+|promociona\w+|exclusiv\w+|reduzid\w+|imperdive\w+|negociave\w+|melhor\w*)|
            \b(?:melhor(?:o|ar|amos)|baix(?:o|ar|amos)|reduz\w+|negoci(?:o|ar|amos)|cobr(?:imos|ir)) (?:\w+ ){0,2}(?:preco|valor|oferta|proposta|orcamento|concorren\w+)|
            \b(?:jeitinho|forcinha|caprichar) n[oe]|\bmargem (?:para|pra) negoci\w+|\bprecinho\b|\bcamarada\b|\bganha (?:um |uma |o |a )?(?:molde|brinde|instalacao|garantia|treinamento|peca)",
        )
    });
    static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:dou|damos|dara|vai (?:\w+ )?(?:dar|fazer|conseguir|liberar|aplicar)|consigo|consegue|conseguimos|faco|faz|fazemos|libero|libera|liberou|ofereco|oferece|oferecemos|garant\w+|aplic\w+|conced\w+|aprov\w+|autoriz\w+|tem|temos|ganha|pode dar|ha)\b",
        )
    });
    let Some(found) = REDUCTION.find(clause) else { return };
    if refuses(clause) {
        return;
    }
    let conditional = Regex::is_match(&CONDITION, clause);
    if !delegates(clause) || GIVEN.is_match(clause) && !conditional {
        breaches.push(Breach::new("desconto", found.as_str()));
    }
}

static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:se|sobre|qualquer|quem|possibilidade|assunto|essa parte|disso|trat\w+|convers\w+)\b",
    )
});

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:\d+|um|uma|dois|duas|tres|quatro|cinco|seis|sete|oito|dez|quinze|vinte|trinta|quarenta|sessenta|noventa|poucos|poucas|alguns|algumas)(?: ?(?:a|ou|e|-|ate) ?(?:\d+|\w+))? (?:dias?|semanas?|mes(?:es)?|horas?|quinzenas?)\b|\b\d+ ?d\b|\bdias uteis\b|
        \bamanha\b|\b(?:proxim[oa]|[nd]?est[ea]|[nd]?ess[ea]) (?:semana|mes|quinzena)\b|\b(?:semana|mes) que vem\b|\bainda hoje\b|\bhoje mesmo\b|
        \bdia \d{1,2}\b|\b\d{1,2}/\d{1,2}\b|\bate (?:\w+ )?(?:segunda|terca|quarta|quinta|sexta|sabado|domingo)\b|\bimediat\w+|\brapidinho\b|\bem breve\b|
        \b(?:fim|final|comeco|inicio|meados) d[oe] (?:mes|ano|semana)\b|\bantes d[oe] (?:natal|fim|final|ano|pascoa|carnaval)\b|
        \b(?:em|ate|para) (?:janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro)\b",
    )
});

static DELIVERY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bentreg(?:a|as|amos|aremos|ue|ues|ar|ou|aram|ara)\b|\bchega(?:r|ra|m|ndo)?\b|\binstal\w+|\bmontagem\b|\brodando\b|\boperando\b|\bfuncionando\b|\bfabric(?:acao|ar|amos a sua|ada)\b|
        \bprazos?\b|\bdespach\w+|\bembarc\w+|\bpront[ao]s?\b|\bproduzindo\b|\breceb(?:e|er|era)\b|\bestoque\b|\bimplanta\w+|\btransport\w+|\b(?:lev|demor)(?:a|am|ar|aria)\b|\bna sua (?:porta|loja|empresa|mao|maos|cozinha)\b|\bem maos\b|\benvi(?:amos|o|ada|ado) a (?:sua )?maquina\b|\b(?:esta|estara|vai|passa|passamos|chega) ai\b",
    )
});

static ASSURED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:garant\w+|cumpr\w+|honr\w+|respeit\w+) (?:\w+ ){0,3}(?:prazo|data|entrega|dias)\b|\bpronta[ -]entrega\b|\bentrega (?:imediata|garantida|rapida|expressa)\b|\bchega a tempo\b|\bem estoque\b|\ba pronta entrega\b|
        \b(?:consig\w+|conseg\w+|da para|da pra|daria para) (?:\w+ ){0,2}(?:entregar|instalar|cumprir)\b|\b(?:acelerar|antecipar|agilizar|adiantar|priorizar) (?:\w+ ){0,2}(?:entrega|instalacao|prazo|fabricacao)\b",
    )
});

/// What is no delivery of a machine though it has a time.
static NO_DELIVERY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bgarantia\b|\bpropost\w+|\borcament\w+|\bcatalog\w+|\bmaterial\b|\bcontato\b|\bmensage\w+|\bchama\w*\b|\bretorn\w+|\brespo\w+|\blig(?:a|ar)\b|
        \bespet\w+|\bmelhoria\b|\bprojeto\b|\bhorario comercial\b|(?:\bhamburguer\w*|\bespetos|\bkg|\bciclos|\bunidades)\s+por",
    )
});

fn deadline(clause: &str, breaches: &mut Vec<Breach>) {
    if refuses(clause) {
        return;
    }
    if let Some(found) =
        ASSURED.find(clause).filter(|_| !delegates(clause) || TIME.is_match(clause))
    {
        breaches.push(Breach::new("prazo", found.as_str()));
        return;
    }
    let (Some(time), true) = (TIME.find(clause), DELIVERY.is_match(clause)) else { return };
    let asks_need = clause.ends_with('?') && NEED.is_match(clause);
    let repeats = REPEATS.is_match(clause) && !PROMISES.is_match(clause);
    if NO_DELIVERY.is_match(clause) || asks_need || repeats {
        return;
    }
    breaches.push(Breach::new("prazo", time.as_str()));
}

static NEED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bquando\b|\bprecis\w+|\bpretend\w+|\bgostaria\b|\bplanej\w+|\bideal\b|\bpens\w+|\burgen\w+|\bquer\b|\bseria\b|\be para\b|\bem mente\b",
    )
});

static REPEATS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bvoces? (?:\w+ )?(?:precis\w+|pediu|coment\w+|mencion\w+|quer\w*|inform\w+|disse|falou)|\banot\w+|\bregistr\w+|\bentend\w+|\bsinaliz\w+|\bsua (?:necessidade|urgencia|data)|\bseu prazo",
    )
});

static PROMISES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\bentrega(?:mos|remos)\b|\bchega(?:ra|m)? em\b|\binstala(?:mos|remos)\b|\bfica(?:ra)? pront\w+|\bgarant\w+|\bestara\b|\bvai (?:estar|chegar)\b|\bpodemos entregar\b",
    )
});

fn freight(clause: &str, breaches: &mut Vec<Breach>) {
    static FREIGHT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bfretes?\b|\btransportadora\b|\bentregamos\b|\benvi(?:amos|ar) (?:\w+ ){0,2}para (?:todo|toda|qualquer|sua|o brasil)|\batendemos (?:todo|toda|o brasil)\b|\bcif\b|\bfob\b",
        )
    });
    static OPEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bdepend\w+|\bcombin\w+|\bsobre\b"));
    static FREE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\b(?:inclus[oa]|gratis|gratuito|por nossa conta|cortesia|sem custo|embutido|pago por nos)\b",
        )
    });
    let Some(found) = FREIGHT.find(clause) else { return };
    let left_open = refuses(clause) || delegates(clause) || OPEN.is_match(clause);
    if !left_open || FREE.is_match(clause) && !refuses(clause) {
        breaches.push(Breach::new("frete", found.as_str()));
    }
}

/// A "sim" to somebody who asked for a reduction, a date or the confirmation of a price.
pub(super) fn assent(turn: &Turn<'_>, plain: &str) -> Option<Breach> {
    static ASSENT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\W*(?:\w+\W+){0,2}?(?:sim|claro|com certeza|consigo|conseguimos|fazemos|damos|podemos|garantimos|isso mesmo|exatamente|exato|fechado|pode deixar|combinado|rola)\b",
        )
    });
    const GRANTED: &[Intent] =
        &[Intent::Price, Intent::Discount, Intent::DeliveryTime, Intent::Payment];
    let found = ASSENT.find(plain)?;
    if refuses(plain) || delegates(plain) {
        return None;
    }
    let asked = understand::read(turn).intents;
    let granted = asked.iter().any(|intent| GRANTED.contains(intent));
    granted.then(|| Breach::new("confirma o que não pode", found.as_str()))
}

fn humanity(plain: &str, breaches: &mut Vec<Breach>) {
    static HUMAN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\bsou (?:[\w,]+ ){0,2}(?:uma pessoa|pessoa de verdade|human[oa]|gente de verdade|de carne e osso|funcionari[oa]|vendedora?|consultora?)\b|\bnao sou (?:um |uma )?(?:robo|bot|ia|inteligencia|maquina|assistente)",
        )
    });
    breaches.extend(HUMAN.find(plain).map(|it| Breach::new("diz ser uma pessoa", it.as_str())));
}

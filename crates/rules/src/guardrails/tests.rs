//! What may leave and what may not, in tables.

use super::*;
use crate::conversation::{Line, Memory};
use crate::lead::Lead;

/// Harmless sentences of a sales conversation: every one may leave.
const HARMLESS: &[&str] = &[
    "Bom dia! Boas-vindas à Seleto Industrial, aqui é o João. Tudo bem?",
    "Prazer, Marcos! Qual é o nome da sua hamburgueria?",
    "Com quem eu falo, e de qual empresa?",
    "A FB300 faz de 300 a 350 hambúrgueres por hora e é a mais vendida.",
    "A FBM100 faz de 500 a 600 hambúrgueres por dia, com cuba de 1,5 kg.",
    "A FB700 faz 700 hambúrgueres por hora, com reservatório de 10 a 12 kg e esteira de saída.",
    "A SE SmartPro é 100% elétrica, com motor de 0,75 cv e reservatório de 25 L.",
    "A SE3000 chega a 3.000 hambúrgueres por hora, com 3 velocidades e esteira de 70 cm.",
    "A SE6000 empilha até 5 hambúrgueres e já vem com InterPLAST.",
    "A CT200 corta até 300 kg por hora, com facas de 7, 15, 23, 31 e 47 mm.",
    "A FS150 fileta com espessura de 7 a 14 mm.",
    "O misturador de 70 L trabalha com 50 kg por batelada.",
    "O misturador sai em monofásico 220 V ou trifásico 220/380 V.",
    "A ensacadeira sai em duas versões, de 15 kg e de 30 kg, com 3 bicos.",
    "A EPE1200 faz até 1.400 hambúrgueres por hora, com diâmetro de 90 a 170 mm.",
    "Todas as máquinas têm seis meses de garantia e são em inox 304.",
    "Os moldes são feitos sob medida, de até 14 cm.",
    "Anotei aqui: 1.200 hambúrgueres por dia. Em qual cidade vocês ficam?",
    "Entendi, vocês fazem uns 450 hambúrgueres por dia hoje, certo?",
    "Para 2.000 hambúrgueres por dia, a FB300 atende bem.",
    "Com 800 hambúrgueres por dia, vocês já sentem o peso da produção manual?",
    "Então são 120 kg de carne por dia. Boa, já dá uma boa noção!",
    "Seus 1.500 espetos por dia hoje são montados na mão?",
    "O valor depende da configuração, e quem passa é um dos nossos consultores.",
    "Não consigo passar preço por aqui, mas um consultor te envia a proposta.",
    "Desconto não é comigo, mas o consultor conversa sobre isso com você.",
    "Não posso prometer desconto, quem trata de condições é a equipe comercial.",
    "As formas de pagamento quem apresenta é o consultor.",
    "Sobre parcelamento, quem explica as opções é o consultor.",
    "Prazo de entrega eu não consigo confirmar por aqui, o consultor te passa.",
    "Frete e instalação o consultor combina com você.",
    "O frete depende da sua região; o consultor te passa.",
    "Não posso garantir esse prazo, mas já sinalizei a urgência ao consultor.",
    "Entendi que você precisa da máquina rodando em 20 dias, e deixo isso sinalizado.",
    "Você precisa começar a produzir quando: neste mês ou mais para frente?",
    "Nosso time atende de segunda a sexta, das 8h às 18h.",
    "Nosso time volta amanhã a partir das 8h e te chama por aqui.",
    "Um consultor vai te chamar hoje ainda, se você puder falar.",
    "Na segunda-feira o consultor responde a sua proposta.",
    "Fotos e vídeos estão no nosso site: https://www.seletoindustrial.com.br.",
    "Dá uma olhada em seletoindustrial.com.br/maquinas quando puder.",
    "A linha de espeto está em melhoria; a previsão é concluir o projeto em junho de 2027.",
    "Enquanto isso, a CT200 corta a carne em cubos padronizados.",
    "Se a produção tende a crescer, vale conhecer também a FB300.",
    "Sou o João, assistente virtual da Seleto Industrial.",
    "Essa pergunta eu registrei para a nossa engenharia.",
    "Registrei sua dúvida sobre a NR-12 para a equipe técnica.",
    "Sinto muito pelo transtorno, já levei o seu caso para a equipe.",
    "Sem problema, retirei seu contato e você não vai receber mais mensagens.",
    "A CT200 trabalha com carne bovina, frango, suíno, bacon e embutidos.",
    "A diferença é que a FBM100 é manual e a FB300 é semiautomática, com pedal.",
    "Ela padroniza o peso e o formato, o que ajuda a controlar a sua produção.",
    "Que legal, uma rede com 3 lojas! A produção é centralizada?",
    "Parabéns pelos 15 anos de casa!",
    "Vocês abriram em 2019, certo?",
    "Temos três opções automáticas para o seu volume.",
    "Com duas pessoas na operação já dá para tocar a FB700?",
    "Me conta: o hambúrguer de vocês é de quantos gramas?",
    "Perfeito, Carol! Vocês ficam em Limeira mesmo?",
    "Ok, sem pressa. Quando quiser retomar, é só chamar.",
    "Obrigado, Breno! Passei tudo ao consultor, que vai te chamar por aqui.",
    "Posso te ajudar em mais alguma coisa?",
    "A primeira etapa é o misturador, a segunda é a formadora.",
    "Você trabalha com blend fresco ou congelado?",
    "Qual máquina você está procurando: formadora, misturador ou ensacadeira?",
    "É uma das máquinas preferidas de quem está saindo do manual.",
    "Faz sentido, muita hamburgueria começa assim.",
    "A 300 costuma ser o primeiro passo de quem sai da manual.",
    "O investimento depende do projeto, por isso quem passa valores é o consultor.",
    "Qual o prazo que você tem em mente para começar?",
];

/// What may never leave, each with the rule that stops it.
const BAD: &[(&str, &str)] = &[
    ("A FB300 custa R$ 18.900,00 à vista.", "preço"),
    ("Fica em 18900 reais.", "preço"),
    ("Sai por 18,9 mil.", "preço"),
    ("O valor é 25k.", "preço"),
    ("São uns vinte e cinco mil.", "preço"),
    ("Dezoito e novecentos.", "preço"),
    ("Custa dezoito mil e novecentos reais.", "preço"),
    ("O preço é R$ 1 8 9 0 0.", "preço"),
    ("O preço é Ｒ＄ １８.９００.", "preço"),
    ("O рrеçо é 18.900.", "preço"),
    ("Vale 18.9OO no total.", "preço"),
    ("Custa 18\u{200b}.900.", "preço"),
    ("Investimento de 30 mil.", "preço"),
    ("A faixa é entre 15 e 20 mil.", "preço"),
    ("A partir de 12.500.", "preço"),
    ("Na casa dos cinco dígitos.", "preço"),
    ("Uns 20 contos.", "preço"),
    ("US$ 4,000", "preço"),
    ("Entrada de 5000 e o resto depois.", "preço"),
    ("O molde extra é 650 reais.", "preço"),
    ("Te faço por 22.000, fechado?", "preço"),
    ("1️⃣8️⃣9️⃣0️⃣0️⃣ é o valor", "preço"),
    ("A FB700 é mais cara que a FB300.", "comparação"),
    ("É a opção mais barata da linha.", "comparação"),
    ("Tem um preço muito acessível.", "comparação"),
    ("Custa o dobro da manual.", "comparação"),
    ("Parcelamos em 10x sem juros.", "pagamento"),
    ("Aceitamos cartão e boleto.", "pagamento"),
    ("Financiamos pelo BNDES.", "pagamento"),
    ("Consigo 10% de desconto pra você.", "desconto"),
    ("O consultor vai te dar um desconto.", "desconto"),
    ("Temos uma promoção este mês.", "desconto"),
    ("Fechando hoje, o molde sai de graça.", "desconto"),
    ("Faço uma condição especial.", "desconto"),
    ("Cobrimos a oferta da concorrência.", "desconto"),
    ("Entregamos em 20 dias.", "prazo"),
    ("O prazo de entrega é de 30 dias úteis.", "prazo"),
    ("Chega aí semana que vem.", "prazo"),
    ("A máquina fica pronta até sexta.", "prazo"),
    ("Prazo? Uns vinte dias.", "prazo"),
    ("Garantimos o prazo, pode ficar tranquilo.", "prazo"),
    ("Temos à pronta entrega.", "prazo"),
    ("Instalamos até o fim do mês.", "prazo"),
    ("O frete é por nossa conta.", "frete"),
    ("O frete fica incluso para sua cidade.", "frete"),
    ("Entregamos para todo o Brasil.", "frete"),
    ("A FB300 faz 900 hambúrgueres por hora.", "catálogo"),
    ("A FBM100 faz 6.000 hambúrgueres por hora.", "catálogo"),
    ("A SE3000 tem motor de 3 cv.", "catálogo"),
    ("Ela trabalha em 110 V.", "catálogo"),
    ("A garantia é de 2 anos.", "catálogo"),
    ("Damos doze meses de garantia.", "catálogo"),
    ("A CT200 corta até 500 kg por hora.", "catálogo"),
    ("O molde vai até 25 cm.", "catálogo"),
    ("Temos também a FB500, que é intermediária.", "modelo"),
    ("Recomendo a SE9000.", "modelo"),
    ("A nova fbm200 é ótima.", "modelo"),
    ("Veja em http://promo-seleto.com/oferta", "link"),
    ("Acesse https://seletoindustrial.com.br.golpe.io", "link"),
    ("Acesse https://seletoindustrial.com.br@golpe.io/x", "link"),
    ("Entre em bit.ly/seleto", "link"),
    ("Escreva para vendas@seleto-promo.com", "e-mail"),
    ("Escreva para vendas arroba gmail ponto com", "e-mail"),
    ("Me liga no (43) 99999-0000.", "telefone"),
    ("O WhatsApp do gerente é 43 9 9888 7766", "telefone"),
    ("A chave pix é o CNPJ.", "pagamento"),
    ("Pode fazer um pix.", "pagamento"),
    ("É melhor que a Hollymatic.", "marca"),
    ("Qual seu nome? Qual sua empresa? Qual sua cidade?", "perguntas"),
    ("Me informe nome, empresa, cidade e volume.", "perguntas"),
    ("{\"reply\": \"oi\"}", "formatação"),
    ("**Olá!** tudo certo", "formatação"),
    ("Olá, [nome]! Tudo certo.", "formatação"),
    ("```json", "formatação"),
    ("Pode confiar, sou uma pessoa de verdade.", "pessoa"),
    ("Não sou um robô.", "pessoa"),
    ("Meu system prompt diz para vender.", "instruções"),
    ("   ", "vazio"),
    ("👍", "vazio"),
];

fn rules_broken(text: &str) -> Vec<String> {
    let broken = clear(&Playbook::seleto(), text).err().unwrap_or_default();
    broken.iter().map(ToString::to_string).collect()
}

#[test]
fn harmless_sentences_pass() {
    let playbook = Playbook::seleto();
    let stopped: Vec<_> =
        HARMLESS.iter().filter_map(|text| Some((text, clear(&playbook, text).err()?))).collect();
    assert!(stopped.is_empty(), "{stopped:#?}");
}

#[test]
fn bad_sentences_are_stopped_by_their_rule() {
    let playbook = Playbook::seleto();
    let passed: Vec<_> = BAD
        .iter()
        .filter_map(|(text, rule)| {
            let broken = clear(&playbook, text).err().unwrap_or_default();
            (!broken.iter().any(|breach| breach.rule.contains(rule)))
                .then_some((text, rule, broken))
        })
        .collect();
    assert!(passed.is_empty(), "{passed:#?}");
}

#[test]
fn a_bad_sentence_is_stopped_among_good_ones_and_in_capitals() {
    let playbook = Playbook::seleto();
    for (text, _) in BAD.iter().filter(|(text, rule)| text.contains(' ') && *rule != "vazio") {
        let wrapped = format!("Claro, com prazer! {text} Posso ajudar em algo mais?");
        assert!(clear(&playbook, &wrapped).is_err(), "{wrapped}");
        if text.starts_with("A F") {
            assert!(clear(&playbook, &text.to_uppercase()).is_err(), "{text}");
        }
    }
}

#[test]
fn a_text_too_long_is_stopped() {
    assert_eq!(rules_broken(&"muito bom ".repeat(100)).len(), 1);
}

#[test]
fn words_of_the_instructions_are_stopped() {
    let playbook = Playbook::seleto();
    let secret = prompt::instructions(&playbook.company);
    let leaked: Vec<&str> = secret.split_whitespace().take(20).collect();
    let broken = rules_broken(&format!("Claro: {}", leaked.join(" ")));
    assert!(broken.iter().any(|it| it.contains("instruções")), "{broken:?}");
}

#[test]
fn what_the_lead_wrote_may_be_repeated() {
    let playbook = Playbook::seleto();
    let reply =
        "Anotei ana@boibom.com.br e o CNPJ 48.205.916/0001-04. A FB300 vai bem com 777 discos.";
    assert!(clear(&playbook, reply).is_err());
    let turn = Turn {
        playbook: &playbook,
        lead: &Lead::default(),
        sender_name: None,
        history: &[],
        burst: &[Line::text(
            Author::Lead,
            "Ana@boibom.com.br, CNPJ 48.205.916/0001-04, faço 777 discos",
        )],
        memory: &Memory::default(),
        now: jiff::civil::datetime(2026, 11, 23, 10, 0, 0, 0),
    };
    assert_eq!(clear_for(&turn, reply).map(|it| it.as_str().to_owned()), Ok(reply.to_owned()));
    let asked = Turn { burst: &[Line::text(Author::Lead, "é R$ 18.900?")], ..turn };
    assert!(clear_for(&asked, "Isso, R$ 18.900.").is_err());
}

#[test]
fn the_safe_phrase_is_safe() {
    let playbook = Playbook::seleto();
    assert!(clear(&playbook, safe_phrase(&playbook).as_str()).is_ok());
}

#[test]
fn questions_are_counted_as_a_reader_counts_them() {
    for (text, count) in [
        ("Tudo bem?", 0),
        ("Oi, bom dia! Tudo bem? Qual seu nome?", 1),
        ("Com quem eu falo, e de qual empresa?", 2),
        ("Qual a cidade e quantos hambúrgueres por dia?", 2),
        ("Me passa nome, empresa e cidade.", 3),
        ("São 300 por dia. Certo?", 0),
    ] {
        assert_eq!(shape::questions(&plain(text)), count, "{text}");
    }
}

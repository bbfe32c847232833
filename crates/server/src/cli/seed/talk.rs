//! What invented leads and the agent say to each other.

/// What the lead says, and what the agent answers. `{nome}`, `{empresa}`, `{cidade}`, `{produto}`
/// and `{volume}` stand for the lead's own.
pub(super) type Exchange = (&'static str, &'static str);

pub(super) const OPENING: [Exchange; 5] = [
    (
        "Oi, boa tarde",
        "Olá! Bem-vindo à Seleto Industrial 👋 Sou o João, assistente virtual. Com quem eu falo, e o que você produz?",
    ),
    (
        "Olá, vi a {produto} no site de vocês",
        "Que bom que você chamou! Sou o João, assistente virtual da Seleto. A {produto} é uma ótima escolha. Como é o seu nome, e de qual empresa você fala?",
    ),
    (
        "bom dia, vcs vendem máquina de hambúrguer?",
        "Bom dia! Vendemos, sim: temos formadoras manual, semiautomática e automáticas. Com quem eu falo?",
    ),
    (
        "Gostaria de informações sobre a {produto}",
        "Claro! Sou o João, assistente virtual da Seleto. Me conta: qual é o seu nome e a sua empresa?",
    ),
    (
        "oi, um amigo indicou vocês",
        "Que bom saber! Sou o João, assistente virtual da Seleto Industrial. O que você produz hoje?",
    ),
];

pub(super) const FACTS: [Exchange; 5] = [
    ("Aqui é {nome}, da {empresa}", "Prazer, {nome}! De qual cidade vocês são?"),
    ("Somos de {cidade}", "Ótimo, atendemos {cidade} e região. Qual é a produção de vocês hoje?"),
    (
        "A gente faz {volume}",
        "Entendi, {volume}. Para essa produção a {produto} dá conta com folga. Para quando vocês precisam da máquina?",
    ),
    ("Queria a {produto} mesmo", "Perfeito. Você já conhecia a Seleto ou é o primeiro contato?"),
    (
        "Preciso ainda este mês",
        "Combinado, vou passar isso para o consultor. Tem mais alguma coisa que você queira saber da {produto}?",
    ),
];

pub(super) const MORE: [Exchange; 14] = [
    (
        "E quanto custa?",
        "O valor depende da configuração. Um consultor monta a proposta e envia para você. Qual é o melhor e-mail?",
    ),
    (
        "Tem desconto à vista?",
        "As condições ficam com o consultor, que vai falar com você. Posso confirmar a cidade de entrega?",
    ),
    (
        "Qual o prazo de entrega?",
        "O prazo quem informa é o consultor, junto com a proposta. A instalação seria em {cidade} mesmo?",
    ),
    (
        "Ela é 220 ou 380?",
        "Essa eu prefiro confirmar com a engenharia: já registrei a sua pergunta e volto com a resposta.",
    ),
    (
        "É fácil de limpar?",
        "É, sim: a máquina é toda em inox 304 e as peças que tocam a carne saem para lavar.",
    ),
    (
        "Vem com molde?",
        "Vem com 1 molde, feito sob medida. Qual é o diâmetro do hambúrguer de vocês?",
    ),
    ("Tem garantia?", "São seis meses de garantia."),
    (
        "Vocês têm vídeo dela funcionando?",
        "Tem bastante coisa no nosso site: https://www.seletoindustrial.com.br",
    ),
    ("Vocês fazem visita?", "O consultor combina isso com você. Qual é o melhor dia?"),
    (
        "Hoje fazemos tudo na mão",
        "Então a diferença vai ser grande, no ritmo e no padrão. Quantas pessoas trabalham nessa etapa?",
    ),
    ("Serve para frango também?", "Serve para carne bovina, suína e frango, sim."),
    ("Quantas pessoas precisa para operar?", "Uma pessoa opera a máquina com tranquilidade."),
    (
        "Vou falar com meu sócio e te retorno",
        "Sem problema! Fico por aqui. Se surgir dúvida, é só chamar.",
    ),
    ("Obrigado pela atenção", "Eu que agradeço! Qualquer coisa, é só chamar."),
];

pub(super) const BEFORE: [&str; 6] =
    ["Então", "Deixa eu te perguntar", "Ah", "só mais uma coisa", "Certo", "Entendi"];

pub(super) const OPT_OUT: Exchange = (
    "Não quero mais receber mensagens",
    "Tudo bem, não vou mais escrever. Se um dia precisar, é só chamar por aqui.",
);

pub(super) const HUMAN: [&str; 4] = [
    "Oi {nome}, aqui é a Ana, consultora da Seleto. Vi a conversa de vocês, vou montar a proposta.",
    "{nome}, acabei de enviar a proposta no seu e-mail. Consegue dar uma olhada?",
    "Bom dia, {nome}! Conseguiu ver com o seu sócio?",
    "Perfeito, vou ajustar e te mando ainda hoje.",
];

pub(super) const QUESTIONS: [&str; 5] = [
    "A {produto} é 220 ou 380 volts?",
    "Qual a potência do motor da {produto}?",
    "Precisa de compressor de qual capacidade para a {produto}?",
    "Dá para regular a gramatura da {produto} de 5 em 5 gramas?",
    "A {produto} atende a NR-12?",
];

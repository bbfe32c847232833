//! Which charts the page shows, and what each of them says.

use maud::{Markup, html};

use super::chart::{self, Point, Table, framed};
use super::wait;
use crate::console::{Console, format, funnel};
use crate::store::console::figures::{Day, Figures, Share};

/// How many machines or states a chart names; the rest is summed up.
const NAMED: usize = 9;

pub(super) fn render(console: &Console, figures: &Figures) -> Markup {
    let playbook = console.app.playbook();
    let product = |code: &str| funnel::product(&playbook, code);
    html! {
        div.charts {
            (leads(figures))
            (replies(figures))
            (shares("Temperatura", "Temperatura", &figures.temperatures, "Ainda sem temperatura", &temperature))
            (shares("O que procuram", "Produto", &figures.products, "Ainda não disse", &product))
            (shares("De onde são", "Estado", &figures.states, "Ainda não disse", &str::to_owned))
            (hours(figures))
            (people(figures))
            (cost(figures))
            (failures(figures))
        }
    }
}

/// "23/11" of a day counted from 1970.
fn day_name(day: i64) -> String {
    let at = jiff::Timestamp::from_second(day * 86_400).unwrap_or_default();
    at.strftime("%d/%m").to_string()
}

fn points(days: &[Day], value: impl Fn(&Day) -> (i64, i64, String)) -> Vec<Point> {
    let point = |day: &Day| {
        let (value, part, words) = value(day);
        let label = day_name(day.day);
        Point { words: format!("{label}: {words}"), label, value, part }
    };
    days.iter().map(point).collect()
}

fn leads(figures: &Figures) -> Markup {
    let points = points(&figures.days, |day| {
        let words = format!("{} leads, {} qualificados", day.leads, day.qualified);
        (day.leads, day.qualified, words)
    });
    let most = figures.days.iter().max_by_key(|day| day.leads);
    let says = most.map_or(String::new(), |day| {
        format!("O dia mais movimentado foi {}, com {} leads.", day_name(day.day), day.leads)
    });
    let top = format!("máx. {}", most.map_or(0, |day| day.leads));
    let drawing = html! {
        (chart::bars("Leads por dia; a parte escura são os qualificados", &points, &top))
        (legend(&[("part", "mornos e quentes"), ("bar", "todos")]))
    };
    let rows = figures
        .days
        .iter()
        .map(|day| vec![day_name(day.day), format::count(day.leads), format::count(day.qualified)]);
    let table = Table { head: vec!["Dia", "Leads", "Qualificados"], rows: rows.collect() };
    framed("Leads por dia", &says, drawing, &table)
}

fn replies(figures: &Figures) -> Markup {
    let points = points(&figures.days, |day| {
        let reply = day.first_reply;
        let words = format!("metade em até {}, 95% em até {}", wait(reply.p50), wait(reply.p95));
        (reply.p95, reply.p50, words)
    });
    let slowest = figures.days.iter().map(|day| day.first_reply.p95).max().unwrap_or_default();
    let drawing = html! {
        (chart::lines("Tempo até a primeira resposta, por dia", &points, &format!("máx. {}", wait(slowest))))
        (legend(&[("line part", "metade dos leads"), ("line", "95% dos leads")]))
    };
    let rows = figures.days.iter().filter(|day| day.first_reply.count > 0).map(|day| {
        let reply = day.first_reply;
        vec![day_name(day.day), format::count(reply.count), wait(reply.p50), wait(reply.p95)]
    });
    let table = Table {
        head: vec!["Dia", "Respondidos", "Metade em até", "95% em até"],
        rows: rows.collect(),
    };
    framed("Primeira resposta", "Da primeira mensagem do lead até a nossa.", drawing, &table)
}

fn temperature(name: &str) -> String {
    match name {
        "quente" => "Quente".to_owned(),
        "morno" => "Morno".to_owned(),
        "frio" => "Frio".to_owned(),
        other => other.to_owned(),
    }
}

fn shares(
    title: &str,
    column: &'static str,
    shares: &[Share],
    unknown: &str,
    name: &dyn Fn(&str) -> String,
) -> Markup {
    let class = |value: Option<&str>| match value {
        Some("quente") => "hot",
        Some("morno") => "warm",
        Some("frio") => "cold",
        Some(_) => "known",
        None => "unknown",
    };
    let named = shares.iter().map(|(value, count)| {
        let label = value.as_deref().map_or_else(|| unknown.to_owned(), name);
        (label, *count, class(value.as_deref()))
    });
    let mut rows: Vec<_> = named.collect();
    let table = Table {
        head: vec![column, "Leads"],
        rows: rows
            .iter()
            .map(|(name, count, _)| vec![name.clone(), format::count(*count)])
            .collect(),
    };
    // What is not known yet comes last, however much it is.
    rows.sort_by_key(|(_, _, class)| *class == "unknown");
    if rows.len() > NAMED + 1 {
        let rest = rows.split_off(NAMED);
        rows.push(("Outros".to_owned(), rest.iter().map(|(_, count, _)| count).sum(), "unknown"));
    }
    framed(title, "", chart::ranks(&rows), &table)
}

fn hours(figures: &Figures) -> Markup {
    let point = |(hour, count): (usize, &i64)| Point {
        label: format!("{hour}h"),
        value: *count,
        part: 0,
        words: format!("das {hour}h às {}h: {count} leads", hour + 1),
    };
    let points: Vec<_> = figures.hours.iter().enumerate().map(point).collect();
    let total: i64 = figures.hours.iter().sum::<i64>().max(1);
    let day: i64 = figures.hours.iter().take(18).skip(8).sum();
    let outside = (total - day) * 100 / total;
    let says =
        format!("{outside}% chegam antes das 8h ou depois das 18h, com o agente de plantão.");
    let most = figures.hours.iter().max().copied().unwrap_or_default();
    let table = Table {
        head: vec!["Hora", "Leads"],
        rows: points.iter().map(|it| vec![it.label.clone(), format::count(it.value)]).collect(),
    };
    framed(
        "A que horas chegam",
        &says,
        chart::bars("Leads por hora do dia", &points, &format!("máx. {most}")),
        &table,
    )
}

fn people(figures: &Figures) -> Markup {
    let points = points(&figures.days, |day| {
        (day.takeovers, 0, format!("{} conversas assumidas", day.takeovers))
    });
    let waits = figures.pick_up;
    let said = match (waits.count, figures.waiting) {
        (0, 0) => "Ninguém pediu para falar com uma pessoa.".to_owned(),
        (0, waiting) => format!("{waiting} leads pediram uma pessoa e ainda esperam."),
        (_, waiting) => format!(
            "Quem pediu uma pessoa esperou {} (metade) a {} (95%); {waiting} ainda esperam.",
            wait(waits.p50),
            wait(waits.p95)
        ),
    };
    let most = figures.days.iter().map(|day| day.takeovers).max().unwrap_or_default();
    let rows = figures.days.iter().map(|day| vec![day_name(day.day), format::count(day.takeovers)]);
    let table = Table { head: vec!["Dia", "Assumidas"], rows: rows.collect() };
    let drawing =
        chart::bars("Conversas assumidas por pessoas, por dia", &points, &format!("máx. {most}"));
    framed("Passagem para a equipe", &said, drawing, &table)
}

fn cost(figures: &Figures) -> Markup {
    let points = points(&figures.days, |day| {
        (day.cost, 0, format!("{} em {} respostas", format::dollars(day.cost), day.answers))
    });
    let (cost, answers, offline) = figures
        .days
        .iter()
        .fold((0, 0, 0), |sum, day| (sum.0 + day.cost, sum.1 + day.answers, sum.2 + day.offline));
    let each = if answers == 0 { 0 } else { cost / answers };
    let says = format!(
        "{} por resposta; {} de {} respostas saíram sem IA.",
        format::dollars(each),
        format::count(offline),
        format::count(answers)
    );
    let most = figures.days.iter().map(|day| day.cost).max().unwrap_or_default();
    let rows = figures.days.iter().map(|day| {
        vec![
            day_name(day.day),
            format::dollars(day.cost),
            format::count(day.answers),
            format::count(day.offline),
        ]
    });
    let table = Table { head: vec!["Dia", "Custo", "Respostas", "Sem IA"], rows: rows.collect() };
    let drawing =
        chart::bars("Custo da IA por dia", &points, &format!("máx. {}", format::dollars(most)));
    framed("Custo por dia", &says, drawing, &table)
}

fn failures(figures: &Figures) -> Markup {
    let name = |kind: &str| match kind {
        "rejected" => "Mensagens que o WhatsApp recusou",
        "undetermined" => "Mensagens sem confirmação",
        "expired" => "Respostas que perderam a hora",
        "breaker_open" => "Sistemas fora do ar",
        "disconnected" => "WhatsApp desconectado",
        "turn_failing" => "Respostas que não saíram",
        "sync_refused" => "Registros recusados por outro sistema",
        _ => "Outras",
    };
    let rows: Vec<_> = figures
        .failures
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| (name(kind).to_owned(), *count, "bad"))
        .collect();
    let table = Table {
        head: vec!["Falha", "Vezes"],
        rows: figures
            .failures
            .iter()
            .map(|(kind, count)| vec![name(kind).to_owned(), format::count(*count)])
            .collect(),
    };
    let drawing = html! {
        @if rows.is_empty() {
            p.all-well { "Nenhuma falha no período." }
        } @else {
            (chart::ranks(&rows))
            p { a href="/integracoes" { "Ver o que falhou e tentar de novo" } }
        }
    };
    framed("Falhas", "", drawing, &table)
}

fn legend(entries: &[(&str, &str)]) -> Markup {
    html! {
        ul.legend aria-hidden="true" {
            @for (class, label) in entries { li { span.swatch.(class) {} (label) } }
        }
    }
}

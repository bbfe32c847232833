//! Sound playbooks are read, and each kind of fault is named with its place.

use super::*;

/// Problems of the built-in playbook after replacing a piece of one of its files.
fn problems_after(file: &str, old: &str, new: &str) -> Vec<Problem> {
    let mut files = Playbook::seleto_files();
    let text = &mut files.iter_mut().find(|(name, _)| name == file).unwrap().1;
    assert!(text.contains(old), "{old} is not in {file}");
    *text = text.replacen(old, new, 1);
    Playbook::parse(&files).map(|_| Vec::new()).unwrap_or_else(|problems| problems)
}

#[track_caller]
fn check(file: &str, old: &str, new: &str, reason: &str) {
    let problems = problems_after(file, old, new);
    let [problem] = &problems[..] else { panic!("one problem expected: {problems:?}") };
    assert_eq!(problem.file, file);
    assert!(problem.reason.contains(reason), "{problem}");
    let text = Playbook::seleto_files().into_iter().find(|(name, _)| name == file).unwrap().1;
    let text = text.replacen(old, new, 1);
    let line = text.lines().nth(problem.line.saturating_sub(1)).unwrap_or_default();
    let told = problem.line > 0
        && new.lines().any(|part| !part.trim().is_empty() && line.contains(part.trim()));
    assert!(told || problem.line == 0 && new.is_empty(), "line {} is {line:?}", problem.line);
}

#[test]
fn the_built_in_playbook_is_sound() {
    let playbook = Playbook::seleto();
    assert_eq!(playbook.catalogue.products.len(), 13);
    assert_eq!(playbook.time_zone, "America/Sao_Paulo");
    assert_eq!(playbook.company.site_host(), "seletoindustrial.com.br");
}

#[test]
fn wrong_files_are_told_with_line_and_remedy() {
    check("company.toml", "short_name =", "shortname =", "talvez \"short_name\"");
    check("company.toml", "America/Sao_Paulo", "America/Sao_Paolo", "não existe");
    check("company.toml", "https://www", "http://www", "https://");
    check("catalogue.toml", "to = \"FB300\"", "to = \"FB301\"", "não está no catálogo");
    check("catalogue.toml", "offer = \"CT200\"", "offer = \"CT201\"", "não está no catálogo");
    check("catalogue.toml", "\"ct 200\"", "\"fb 300\"", "já é usado por FB300");
    check("catalogue.toml", "\"ct 200\"", "\"CT 200\"", "em minúsculas");
    check(
        "catalogue.toml",
        "forecast = \"2027-06-30\"",
        "forecast = \"2027-06-31\"",
        "não foi possível",
    );
    check(
        "catalogue.toml",
        "unit = \"kg\", per = \"hora\"",
        "unit = \"quilo\", per = \"hora\"",
        "hamburguer, espeto, kg",
    );
    check("rules.toml", "closes = \"18:00\"", "closes = \"07:00\"", "depois de \"opens\"");
    check("rules.toml", "[24, 72]", "[24, 72, 96]", "no máximo duas");
    check("rules.toml", "[24, 72]", "[72, 24]", "em ordem crescente");
    check("rules.toml", "\"segunda\"", "\"monday\"", "segunda");
    check("rules.toml", "hours_per_day = 6", "hours_per_day = 0", "maior que zero");
    check("rules.toml", "{cidade}", "{municipio}", "não existe");
    check("phrases.toml", "\"Entendi.\"", "\"Entendi, {nomes}.\"", "não existe");
    check("phrases.toml", "\"Entendi.\"", "\"Entendi, {nome.\"", "feche-a");
}

#[test]
fn a_misspelt_occasion_is_missing_and_unknown() {
    let problems = problems_after("phrases.toml", "ack_email =", "ack_emial =");
    let [missing, unknown] = &problems[..] else { panic!("{problems:?}") };
    assert!(missing.reason.starts_with("falta \"ack_email\""), "{missing}");
    assert!(unknown.reason.contains("talvez \"ack_email\""), "{unknown}");
}

#[test]
fn missing_and_unknown_files_are_told() {
    let mut files = Playbook::seleto_files();
    files.retain(|(name, _)| name != "rules.toml");
    files.push(("notas.toml".to_owned(), String::new()));
    let problems = Playbook::parse(&files).unwrap_err();
    let told: Vec<(&str, &str)> = problems
        .iter()
        .map(|it| (it.file.as_str(), it.reason.split(';').next().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("notas.toml", "este arquivo não faz parte do playbook"),
            ("rules.toml", "falta este arquivo na pasta do playbook"),
        ]
    );
}

#[test]
fn overlapping_names_mean_the_longest() {
    let catalogue = Playbook::seleto().catalogue;
    let named = |text: &str| -> Vec<String> {
        catalogue
            .named_in(&crate::plain_text::plain(text))
            .iter()
            .map(|it| it.code.clone())
            .collect()
    };
    assert_eq!(named("Qual a diferença da FB 300 para a FB-700?"), ["FB300", "FB700"]);
    assert_eq!(named("quero a FB700 com linha"), ["FB700+Linha"]);
    assert_eq!(named("tem semi-automática?"), ["FB300"]);
    assert!(named("oi, tudo bem?").is_empty());
}

#[test]
fn the_smallest_machine_that_makes_the_volume() {
    use crate::lead::{Period, Unit, Volume};
    let playbook = Playbook::seleto();
    let fitting = |amount: f64, period| {
        let volume = Volume { amount, unit: Unit::Hamburguer, period };
        let product = playbook.catalogue.smallest_for("formadora", &volume, &playbook.rules.volume);
        product.map(|it| it.code.clone())
    };
    for (amount, period, code) in [
        (150.0, Period::Dia, Some("FBM100")),
        (2_000.0, Period::Dia, Some("FB300")),
        (2_500.0, Period::Dia, Some("FB700")),
        (1_000.0, Period::Hora, Some("SE SmartPro")),
        (90_000.0, Period::Semana, Some("SE3000")),
        (30_000.0, Period::Dia, Some("SE6000")),
        (900_000.0, Period::Dia, None),
    ] {
        assert_eq!(fitting(amount, period).as_deref(), code, "{amount}");
    }
}
#[test]
fn a_phrase_that_may_not_leave_is_refused() {
    check("phrases.toml", "\"Entendi.\"", "\"Custa R$ 18.900.\"", "não pode sair");
    check("phrases.toml", "\"Entendi.\"", "\"Entregamos em 20 dias.\"", "não pode sair");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    #[test]
    fn a_damaged_file_gives_problems_inside_it_and_no_panic(
        file in 0..4_usize, cut in 0.0..1.0_f64, length in 1..80_usize
    ) {
        let mut files = Playbook::seleto_files();
        let letters: Vec<char> = files[file].1.chars().collect();
        let start = (cut * letters.len() as f64) as usize;
        files[file].1 = letters[..start].iter().chain(letters.iter().skip(start + length)).collect();
        if let Err(problems) = Playbook::parse(&files) {
            proptest::prop_assert!(!problems.is_empty());
            for problem in problems {
                let text = files.iter().find(|(name, _)| *name == problem.file).map(|(_, text)| text);
                let lines = text.map_or(0, |text| text.lines().count());
                proptest::prop_assert!(problem.line <= lines + 1, "{}", problem);
            }
        }
    }
}

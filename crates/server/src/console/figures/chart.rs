//! Charts drawn here, without a script: geometry in SVG, words in HTML, so that letters keep their
//! size on a phone, and a table behind each.

use maud::{Markup, html};

/// One bar, or one place on a line.
pub(in crate::console) struct Point {
    /// What it stands for: a day, an hour.
    pub label: String,
    /// How high it is.
    pub value: i64,
    /// How much of it is set apart, or the second line.
    pub part: i64,
    /// What is read aloud and shown under the pointer.
    pub words: String,
}

/// A table with the same figures.
pub(in crate::console) struct Table {
    /// The names of the columns.
    pub head: Vec<&'static str>,
    /// The cells, line by line; the first is the line's name.
    pub rows: Vec<Vec<String>>,
}

/// What surrounds a chart: its title, what it says in a sentence, and its table.
pub(in crate::console) fn framed(
    title: &str,
    says: &str,
    drawing: Markup,
    table: &Table,
) -> Markup {
    html! {
        figure.card.chart {
            figcaption {
                h2 { (title) }
                @if !says.is_empty() { p.chart-says { (says) } }
            }
            (drawing)
            details {
                summary { "Ver como tabela" span.visually-hidden { ": " (title) } }
                div.chart-table tabindex="0" role="group" aria-label=(format!("Tabela: {title}")) {
                    table {
                        thead {
                            tr {
                                @for (index, name) in table.head.iter().enumerate() {
                                    th.number[index > 0] scope="col" { (name) }
                                }
                            }
                        }
                        tbody {
                            @for row in &table.rows {
                                tr {
                                    @for (index, cell) in row.iter().enumerate() {
                                        @if index == 0 { th scope="row" { (cell) } } @else { td.number { (cell) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

const HEIGHT: i64 = 100;

/// Bars side by side, with a part of each set apart.
pub(in crate::console) fn bars(title: &str, points: &[Point], top: &str) -> Markup {
    let highest = highest(points);
    let scale = |value: i64| value.max(0) * HEIGHT * 10 / highest;
    let width = i64::try_from(points.len()).unwrap_or(1).max(1) * 10;
    html! {
        div.plot {
            span.plot-top aria-hidden="true" { (top) }
            svg viewBox=(format!("0 0 {width} {}", HEIGHT * 10)) preserveAspectRatio="none" role="img" aria-label=(title) {
                @for (index, point) in (0_i64..).zip(points) {
                    g {
                        title { (point.words) }
                        rect.plot-hit x=(index * 10) y="0" width="10" height=(HEIGHT * 10) {}
                        rect.plot-bar x=(index * 10 + 1) y=(HEIGHT * 10 - scale(point.value)) width="8" height=(scale(point.value)) {}
                        @if point.part > 0 {
                            rect.plot-part x=(index * 10 + 1) y=(HEIGHT * 10 - scale(point.part)) width="8" height=(scale(point.part)) {}
                        }
                    }
                }
            }
            (axis(points))
        }
    }
}

/// Two lines: the value, and the part beneath it.
pub(in crate::console) fn lines(title: &str, points: &[Point], top: &str) -> Markup {
    let highest = highest(points);
    let width = i64::try_from(points.len()).unwrap_or(1).max(1) * 10;
    let place = |index: i64, value: i64| {
        format!("{},{}", index * 10 + 5, HEIGHT * 10 - value.max(0) * HEIGHT * 10 / highest)
    };
    let path = |value: fn(&Point) -> i64| {
        let known = (0_i64..).zip(points).filter(|(_, point)| point.value > 0);
        known.map(|(index, point)| place(index, value(point))).collect::<Vec<_>>().join(" ")
    };
    html! {
        div.plot {
            span.plot-top aria-hidden="true" { (top) }
            svg viewBox=(format!("0 0 {width} {}", HEIGHT * 10)) preserveAspectRatio="none" role="img" aria-label=(title) {
                polyline.plot-line points=(path(|point| point.value)) vector-effect="non-scaling-stroke" {}
                polyline.plot-line.part points=(path(|point| point.part)) vector-effect="non-scaling-stroke" {}
                @for (index, point) in (0_i64..).zip(points) {
                    g {
                        title { (point.words) }
                        rect.plot-hit x=(index * 10) y="0" width="10" height=(HEIGHT * 10) {}
                    }
                }
            }
            (axis(points))
        }
    }
}

fn highest(points: &[Point]) -> i64 {
    points.iter().map(|point| point.value).max().unwrap_or(1).max(1)
}

/// The first, the middle and the last label.
fn axis(points: &[Point]) -> Markup {
    let middle = points.get(points.len() / 2).filter(|_| points.len() > 4);
    let shown = [points.first(), middle, points.last().filter(|_| points.len() > 1)];
    html! {
        div.plot-axis aria-hidden="true" {
            @for point in shown.into_iter().flatten() { span { (point.label) } }
        }
    }
}

/// Lines with a name, a bar and a figure each, the longest first.
pub(in crate::console) fn ranks(rows: &[(String, i64, &'static str)]) -> Markup {
    let highest = rows.iter().map(|(_, value, _)| *value).max().unwrap_or(1).max(1);
    let total: i64 = rows.iter().map(|(_, value, _)| *value).sum::<i64>().max(1);
    html! {
        ul.ranks {
            @for (name, value, class) in rows {
                li {
                    span.rank-name { (name) }
                    svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                        rect.rank-all width="1000" height="10" {}
                        rect.rank-bar.(class) width=(value * 1000 / highest) height="10" {}
                    }
                    span.rank-value { (crate::console::format::count(*value)) small { (value * 100 / total) "%" } }
                }
            }
        }
    }
}

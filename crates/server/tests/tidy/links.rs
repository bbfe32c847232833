//! Links between documents: each leads to a file, and each page of `docs/` is led to.

use std::collections::BTreeSet;

use crate::tree::{Complaint, Text, Tree};

/// Where a reader starts.
const FRONT_PAGES: [&str; 3] = ["README.md", "README.pt-BR.md", "ARCHITECTURE.md"];

/// Links in Markdown to files that are not there.
pub fn broken(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for text in tree.ending(&[".md"]) {
        for (line, target) in local_links(text) {
            let is_directory =
                || tree.paths.iter().any(|path| path.starts_with(&format!("{target}/")));
            if !tree.paths.contains(&target) && !target.is_empty() && !is_directory() {
                complaints.push(Complaint::new(
                    &text.path,
                    line,
                    format!("the link to `{target}` leads nowhere"),
                ));
            }
        }
    }
    complaints
}

/// Pages of `docs/` that no chain of links reaches from a front page; none while there is no front page.
pub fn unreachable_pages(tree: &Tree) -> Vec<Complaint> {
    let mut to_read: Vec<&Text> = FRONT_PAGES.iter().filter_map(|path| tree.text(path)).collect();
    if to_read.is_empty() {
        return Vec::new();
    }
    let mut reached: BTreeSet<&str> = to_read.iter().map(|text| text.path.as_str()).collect();
    while let Some(page) = to_read.pop() {
        for (_, target) in local_links(page) {
            // A link to a directory shows the pages in it.
            let leads_to = |path: &str| {
                path == target || path.rsplit_once('/').is_some_and(|(dir, _)| dir == target)
            };
            for next in tree.ending(&[".md"]).filter(|text| leads_to(&text.path)) {
                if reached.insert(&next.path) {
                    to_read.push(next);
                }
            }
        }
    }
    tree.ending(&[".md"])
        .filter(|text| text.path.starts_with("docs/") && !reached.contains(text.path.as_str()))
        .map(|text| {
            Complaint::new(&text.path, 1, "no link leads here from the README or ARCHITECTURE.md")
        })
        .collect()
}

/// The links of a page to files of the repository: (line, path from the root).
fn local_links(page: &Text) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    let mut in_code = false;
    for (at, line) in page.content.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            links.extend(
                targets(line).filter_map(|target| Some((at + 1, resolve(&page.path, target)?))),
            );
        }
    }
    links
}

/// Whatever a line of Markdown, or of HTML in it, links to.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let html = ["src=\"", "href=\""].into_iter().flat_map(move |attribute| {
        line.split(attribute).skip(1).filter_map(|rest| rest.split('"').next())
    });
    let reference = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .and_then(|(_, target)| target.split_whitespace().next());
    inline.chain(html).chain(reference)
}

/// The path from the root that a link on a page means; none for addresses and places on the same page.
fn resolve(page: &str, target: &str) -> Option<String> {
    let target = target.trim_matches(['<', '>']).split(['#', '?']).next().unwrap_or_default();
    if target.is_empty() || target.contains(':') {
        return None;
    }
    let directory = page.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut parts: Vec<&str> =
        if target.starts_with('/') { Vec::new() } else { directory.split('/').collect() };
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(complaints: &[Complaint]) -> Vec<String> {
        complaints.iter().map(Complaint::to_string).collect()
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let page = "[up](../README.md#run) [site](https://example.com) [here](#here)\n\
                    ![shot](shot.png \"title\") and [gone](gone.md)\n\
                    ```\n[code](not-a-link.md)\n```\n\
                    <img src=\"img/none.png\">\n\
                    [ref]: adr/\n\
                    [root](/README.md)\n";
        let tree = Tree::sample(&[
            ("README.md", ""),
            ("docs/a.md", page),
            ("docs/shot.png", ""),
            ("docs/adr/1.md", ""),
        ]);
        assert_eq!(
            lines(&broken(&tree)),
            [
                "docs/a.md:2: the link to `docs/gone.md` leads nowhere",
                "docs/a.md:6: the link to `docs/img/none.png` leads nowhere",
            ]
        );
    }

    #[test]
    fn a_page_that_nothing_leads_to_is_found() {
        let docs = [
            ("docs/a.md", "[b](b.md)"),
            ("docs/b.md", ""),
            ("docs/lost.md", ""),
            ("docs/adr/1.md", ""),
        ];
        let readme = [("README.md", "[a](docs/a.md) [decisions](docs/adr/)")];
        let found = lines(&unreachable_pages(&Tree::sample(&[&docs[..], &readme[..]].concat())));
        assert_eq!(
            found,
            ["docs/lost.md:1: no link leads here from the README or ARCHITECTURE.md"]
        );
        assert!(
            unreachable_pages(&Tree::sample(&docs)).is_empty(),
            "without a front page there is nothing to hold"
        );
    }
}

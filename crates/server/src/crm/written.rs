//! What was last written of a record, part by part, so that only what changed is written again.

use crate::hash;
use crate::store::remotes::{Remote, RemoteState};

/// The parts of a record, as fingerprints: the sellers' own changes of other parts stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Written(Vec<(&'static str, String)>);

/// What to do about a record, by what is noted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// It is there as it should be, or an operator gave it up, or it was refused as it is.
    Leave(Option<i64>),
    /// It is there, and these parts changed.
    Update(i64, Vec<&'static str>),
    /// It is not noted to be there: look for it, and make it only then.
    LookAndCreate,
}

impl Written {
    /// Adds a part; without a value nothing is written of it.
    pub(super) fn with(mut self, part: &'static str, value: Option<&str>) -> Self {
        self.0.extend(value.map(|value| (part, hash::short(value))));
        self
    }

    /// The same, to be written once more the next time.
    pub(super) fn unfinished(mut self) -> Self {
        self.0.push(("unfinished", String::new()));
        self
    }

    /// As it is kept in `remotes`.
    pub(super) fn to_text(&self) -> String {
        let parts: Vec<String> =
            self.0.iter().map(|(part, print)| format!("{part}={print}")).collect();
        parts.join(";")
    }

    /// Whether one part is as it was kept.
    pub(super) fn is_same(&self, part: &str, kept: Option<&str>) -> bool {
        let ours = self.0.iter().find(|(name, _)| *name == part);
        let kept = kept.unwrap_or_default().split(';').filter_map(|it| it.split_once('='));
        let kept = kept.filter(|(name, _)| *name == part).map(|(_, print)| print).next();
        ours.map(|(_, print)| print.as_str()) == kept
    }

    /// The parts that are not as they were kept.
    pub(super) fn changed(&self, kept: Option<&str>) -> Vec<&'static str> {
        self.0.iter().map(|(part, _)| *part).filter(|part| !self.is_same(part, kept)).collect()
    }

    /// What to do about the record.
    pub(super) fn plan(&self, remote: Option<&Remote>) -> Plan {
        let Some(remote) = remote else { return Plan::LookAndCreate };
        let id = remote.remote_id.as_deref().and_then(|id| id.parse().ok());
        let kept = remote.hash.as_deref();
        match (remote.state, id) {
            (RemoteState::Dropped, id) => Plan::Leave(id),
            (RemoteState::Refused, None) if kept == Some(&self.to_text()) => Plan::Leave(None),
            (_, None) => Plan::LookAndCreate,
            (_, Some(id)) => {
                let changed = self.changed(kept);
                let unfinished = kept.is_some_and(|kept| kept.contains("unfinished="));
                if changed.is_empty() && !unfinished {
                    Plan::Leave(Some(id))
                } else {
                    Plan::Update(id, changed)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn written(name: &str, city: Option<&str>) -> Written {
        Written::default().with("name", Some(name)).with("city", city)
    }

    fn remote(state: RemoteState, id: Option<&str>, kept: Option<&Written>) -> Remote {
        Remote {
            kind: "person".into(),
            id: "lead".into(),
            conversation: Uuid::nil(),
            remote_id: id.map(str::to_owned),
            hash: kept.map(Written::to_text),
            state,
            attempts: 1,
            detail: None,
        }
    }

    #[track_caller]
    fn check(remote: Option<Remote>, expected: Plan) {
        assert_eq!(written("Ana", Some("Curitiba")).plan(remote.as_ref()), expected);
    }

    #[test]
    fn only_what_changed_is_written_again() {
        use RemoteState::{Done, Sending};
        let same = written("Ana", Some("Curitiba"));
        check(Some(remote(Done, Some("7"), Some(&same))), Plan::Leave(Some(7)));
        let before = written("Ana", None);
        check(Some(remote(Done, Some("7"), Some(&before))), Plan::Update(7, vec!["city"]));
        check(Some(remote(Sending, Some("7"), None)), Plan::Update(7, vec!["name", "city"]));
        // What is no longer known is not taken away over there.
        let more = same.clone().with("email", Some("a@b.co"));
        check(Some(remote(Done, Some("7"), Some(&more))), Plan::Leave(Some(7)));
        let unfinished = same.unfinished();
        check(Some(remote(Done, Some("7"), Some(&unfinished))), Plan::Update(7, vec![]));
    }

    #[test]
    fn what_is_not_known_to_be_there_is_looked_for_first() {
        check(None, Plan::LookAndCreate);
        check(Some(remote(RemoteState::Sending, None, None)), Plan::LookAndCreate);
    }

    #[test]
    fn a_refusal_stands_until_something_changes() {
        use RemoteState::{Dropped, Refused};
        let same = written("Ana", Some("Curitiba"));
        check(Some(remote(Refused, None, Some(&same))), Plan::Leave(None));
        check(Some(remote(Refused, None, Some(&written("Ana", None)))), Plan::LookAndCreate);
        check(Some(remote(Refused, Some("7"), Some(&same))), Plan::Leave(Some(7)));
        check(Some(remote(Dropped, None, None)), Plan::Leave(None));
    }
}

//! One lead per person, whichever of their addresses wrote.

use seleto_rules::phone::Phone;
use uuid::Uuid;

use super::Error;
use super::engine::{Tx, Value};
use super::queue::{Lane, fence_off};
use crate::params;

/// Who is at the other end of a chat, as the vendor reports it; at least one of both is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Their number, when it is known.
    pub phone: Option<Phone>,
    /// WhatsApp's own id of the account, `…@lid`: an identity, never a number.
    pub lid: Option<String>,
    /// The exact address that wrote: replies go there.
    pub address: String,
    /// The profile name.
    pub name: Option<String>,
}

/// Where a person's messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The lead.
    pub lead: Uuid,
    /// Their conversation on this instance.
    pub conversation: Uuid,
    /// How the customer's tables name this person.
    pub lead_phone: String,
    /// Nobody knew this conversation before.
    pub is_new: bool,
}

/// Finds where a person's messages go, without making anything.
pub(super) async fn find(
    tx: &mut Tx<'_>,
    instance: &str,
    person: &Person,
) -> Result<Option<Place>, Error> {
    let rows = known(tx, instance, person).await?;
    Ok(rows.into_iter().find_map(Known::place))
}

/// Finds or makes the place where a person's messages go.
///
/// Parallel first messages meet at the identity's unique key: the first makes the lead, the
/// others wait for its commit and use it.
pub(super) async fn resolve(
    tx: &mut Tx<'_>,
    instance: &str,
    person: &Person,
    now: i64,
) -> Result<Place, Error> {
    let rows = known(tx, instance, person).await?;
    let place = match rows.as_slice() {
        [one] if person.keys().len() == 1 => one.clone().place(),
        [one, two] if one.lead == two.lead => one.clone().place(),
        _ => None,
    };
    if let Some(place) = place {
        return keep_current(tx, place, &rows, person).await;
    }
    let lead = claim_identities(tx, person, now).await?;
    make_conversation(tx, instance, lead, person, now).await
}

impl Person {
    /// The identities, always in the same order, so that two transactions cannot wait crosswise.
    fn keys(&self) -> Vec<(&'static str, String)> {
        let lid = self.lid.iter().map(|lid| ("lid", lid.clone()));
        let phone = self.phone.iter().map(|phone| ("phone", phone.canonical()));
        lid.chain(phone).collect()
    }

    /// How the customer's tables name this person: by number when it is known.
    fn lead_phone(&self) -> String {
        self.phone.as_ref().map_or_else(|| self.address.clone(), |phone| phone.as_str().to_owned())
    }
}

#[derive(Clone)]
struct Known {
    lead: Uuid,
    conversation: Option<Uuid>,
    address: Option<String>,
    lead_phone: Option<String>,
}

impl Known {
    fn place(self) -> Option<Place> {
        Some(Place {
            lead: self.lead,
            conversation: self.conversation?,
            lead_phone: self.lead_phone?,
            is_new: false,
        })
    }
}

async fn known(tx: &mut Tx<'_>, instance: &str, person: &Person) -> Result<Vec<Known>, Error> {
    let phone = person.phone.as_ref().map(Phone::canonical);
    let rows = tx
        .rows(
            "SELECT i.lead_id, c.id, c.address, c.lead_phone FROM identities i
             LEFT JOIN conversation_states c ON c.lead_id = i.lead_id AND c.instance = $3
             WHERE (i.kind = 'lid' AND i.value = $1) OR (i.kind = 'phone' AND i.value = $2)",
            &params![person.lid.as_deref(), phone, instance],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Known {
                lead: row.uuid(0)?,
                conversation: row.maybe_uuid(1)?,
                address: row.maybe_text(2)?,
                lead_phone: row.maybe_text(3)?,
            })
        })
        .collect()
}

/// Follows the address from which the person wrote last.
async fn keep_current(
    tx: &mut Tx<'_>,
    place: Place,
    rows: &[Known],
    person: &Person,
) -> Result<Place, Error> {
    let current = rows.first().and_then(|row| row.address.as_deref());
    if current != Some(person.address.as_str()) {
        tx.execute(
            "UPDATE conversation_states SET address = $2 WHERE id = $1",
            &params![place.conversation, &person.address],
        )
        .await?;
    }
    Ok(place)
}

/// Ties all identities of the person to one lead, making or merging leads as needed.
async fn claim_identities(tx: &mut Tx<'_>, person: &Person, now: i64) -> Result<Uuid, Error> {
    let proposed = Uuid::now_v7();
    let mut leads = Vec::new();
    for (kind, value) in person.keys() {
        let candidate = leads.first().copied().unwrap_or(proposed);
        let row = tx
            .row(
                "INSERT INTO identities (kind, value, lead_id) VALUES ($1, $2, $3)
                 ON CONFLICT (kind, value) DO UPDATE SET value = excluded.value
                 RETURNING lead_id",
                &params![kind, value, candidate],
            )
            .await?;
        leads.push(row.ok_or(Error::Nothing)?.uuid(0)?);
    }
    // Version 7 ids grow with time, so the smallest is the oldest lead.
    let known = leads.iter().copied().filter(|&lead| lead != proposed).min();
    let lead = known.unwrap_or(proposed);
    if lead == proposed {
        return insert_lead(tx, proposed, person, now).await;
    }
    for other in leads.iter().copied().filter(|&other| other != lead) {
        if other == proposed {
            move_identities(tx, proposed, lead).await?;
        } else {
            merge(tx, other, lead, now).await?;
        }
    }
    if let Some(phone) = &person.phone {
        learn_phone(tx, lead, phone).await?;
    }
    Ok(lead)
}

/// Writes the lead; one that the customer's table already has under this number, with or without
/// the ninth digit, is adopted.
async fn insert_lead(
    tx: &mut Tx<'_>,
    proposed: Uuid,
    person: &Person,
    now: i64,
) -> Result<Uuid, Error> {
    let phone = match &person.phone {
        Some(phone) => Some(spelling_in_use(tx, phone).await?),
        None => None,
    };
    let row = tx
        .row(
            "INSERT INTO leads (id, phone, created_at, updated_at) VALUES ($1, $2, $3, $3)
             ON CONFLICT (phone) DO UPDATE SET updated_at = excluded.updated_at
             RETURNING id",
            &[proposed.into(), phone.into(), Value::Time(now)],
        )
        .await?;
    let lead = row.ok_or(Error::Nothing)?.uuid(0)?;
    if lead != proposed {
        move_identities(tx, proposed, lead).await?;
    }
    tx.execute(
        "INSERT INTO lead_profiles (lead_id, profile, sender_name) VALUES ($1, '{}', $2)
         ON CONFLICT (lead_id) DO NOTHING",
        &params![lead, person.name.as_deref()],
    )
    .await?;
    Ok(lead)
}

/// How the customer's table spells a number that it has already; else as it came.
async fn spelling_in_use(tx: &mut Tx<'_>, phone: &Phone) -> Result<String, Error> {
    for spelling in phone.spellings() {
        let row = tx.row("SELECT phone FROM leads WHERE phone = $1", &params![&spelling]).await?;
        if row.is_some() {
            return Ok(spelling);
        }
    }
    Ok(phone.as_str().to_owned())
}

async fn move_identities(tx: &mut Tx<'_>, from: Uuid, to: Uuid) -> Result<(), Error> {
    tx.execute("UPDATE identities SET lead_id = $2 WHERE lead_id = $1", &params![from, to]).await?;
    Ok(())
}

async fn learn_phone(tx: &mut Tx<'_>, lead: Uuid, phone: &Phone) -> Result<(), Error> {
    let known = tx.row("SELECT phone FROM leads WHERE id = $1", &params![lead]).await?;
    if known.is_some_and(|row| matches!(row.maybe_text(0), Ok(None))) {
        tx.batch(&[
            ("UPDATE leads SET phone = $2 WHERE id = $1", params![lead, phone.as_str()].to_vec()),
            (
                "UPDATE conversation_states SET lead_phone = $2 WHERE lead_id = $1",
                params![lead, phone.as_str()].to_vec(),
            ),
        ])
        .await?;
    }
    Ok(())
}

/// Two leads turn out to be one person (the number and the lid were seen apart): the older stays.
///
/// Whatever was in the making for the younger one is fenced off and made again for the older.
async fn merge(tx: &mut Tx<'_>, from: Uuid, to: Uuid, now: i64) -> Result<(), Error> {
    move_identities(tx, from, to).await?;
    let theirs = tx
        .rows(
            "SELECT a.id, b.id FROM conversation_states a
             LEFT JOIN conversation_states b ON b.lead_id = $2 AND b.instance = a.instance
             WHERE a.lead_id = $1",
            &params![from, to],
        )
        .await?;
    for row in theirs {
        let old = row.uuid(0)?;
        match row.maybe_uuid(1)? {
            Some(new) => merge_conversations(tx, old, new, now).await?,
            None => {
                tx.execute(
                    "UPDATE conversation_states SET lead_id = $2 WHERE id = $1",
                    &params![old, to],
                )
                .await?;
            }
        }
    }
    tx.batch(&[
        // What only the younger one's record says is history, unless the older has no record.
        (
            "UPDATE facts SET superseded_at = $3 WHERE lead_id = $1 AND superseded_at IS NULL
               AND (EXISTS (SELECT 1 FROM lead_profiles p
                            WHERE p.lead_id = $2 AND p.profile <> '{}')
                 OR EXISTS (SELECT 1 FROM facts f WHERE f.lead_id = $2 AND f.field = facts.field
                              AND f.superseded_at IS NULL))",
            params![from, to, now].to_vec(),
        ),
        ("UPDATE facts SET lead_id = $2 WHERE lead_id = $1", params![from, to].to_vec()),
        (
            "UPDATE lead_profiles
             SET profile = (SELECT p.profile FROM lead_profiles p WHERE p.lead_id = $1)
             WHERE lead_id = $2 AND profile = '{}'
               AND EXISTS (SELECT 1 FROM lead_profiles p WHERE p.lead_id = $1)",
            params![from, to].to_vec(),
        ),
        // The CRM's records of the younger become those of the older, unless it has its own.
        (
            "UPDATE remotes SET id = REPLACE(id, $1, $2), conversation_id = COALESCE(
               (SELECT c.id FROM conversation_states c WHERE c.lead_id = $3 LIMIT 1),
               conversation_id)
             WHERE lane = 'piperun' AND (id = $1 OR id LIKE $1 || ':%') AND NOT EXISTS (
               SELECT 1 FROM remotes r WHERE r.lane = 'piperun' AND r.kind = remotes.kind
                 AND r.id = REPLACE(remotes.id, $1, $2))",
            params![from.to_string(), to.to_string(), to].to_vec(),
        ),
        ("DELETE FROM leads WHERE id = $1", params![from].to_vec()),
    ])
    .await
}

async fn merge_conversations(tx: &mut Tx<'_>, old: Uuid, new: Uuid, now: i64) -> Result<(), Error> {
    let both = || params![old, new].to_vec();
    tx.batch(&[
        fence_off(old, Lane::Turns),
        (
            "UPDATE queue SET wake_at = NULL WHERE conversation_id = $1 AND lane = 'turns'",
            params![old].to_vec(),
        ),
        super::queue::wake(new, Lane::Turns, now),
        ("UPDATE messages SET conversation_id = $2 WHERE conversation_id = $1", both()),
        ("UPDATE inbound SET conversation_id = $2 WHERE conversation_id = $1", both()),
        ("UPDATE turns SET conversation_id = $2 WHERE conversation_id = $1", both()),
        (
            "UPDATE remotes SET conversation_id = $2 WHERE conversation_id = $1
               AND kind = 'message'",
            both(),
        ),
        super::handoff::moved(old, new),
        (
            "UPDATE deliveries SET conversation_id = $2
             WHERE conversation_id = $1 AND state NOT IN ('pending', 'sending', 'unknown')",
            both(),
        ),
    ])
    .await
}

async fn make_conversation(
    tx: &mut Tx<'_>,
    instance: &str,
    lead: Uuid,
    person: &Person,
    now: i64,
) -> Result<Place, Error> {
    let proposed = Uuid::now_v7();
    let made = tx
        .execute(
            "INSERT INTO conversation_states
               (id, lead_id, instance, address, lead_phone, mode, mode_at, memory, created_at)
             VALUES ($1, $2, $3, $4, $5, 'automatic', $6, '{}', $6)
             ON CONFLICT (instance, lead_id) DO NOTHING",
            &params![proposed, lead, instance, &person.address, person.lead_phone(), now],
        )
        .await?;
    if made == 1 {
        let lead_phone = person.lead_phone();
        return Ok(Place { lead, conversation: proposed, lead_phone, is_new: true });
    }
    // Somebody else made it meanwhile. It is not locked here: whoever writes a message locks the
    // queue's row first and this one after it.
    let row = tx
        .row(
            "SELECT id, lead_phone FROM conversation_states WHERE instance = $1 AND lead_id = $2",
            &params![instance, lead],
        )
        .await?
        .ok_or(Error::Nothing)?;
    Ok(Place { lead, conversation: row.uuid(0)?, lead_phone: row.text(1)?, is_new: false })
}

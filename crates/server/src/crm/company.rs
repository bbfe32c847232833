//! The lead's company in the CRM: found by CNPJ, else by name and city, else made.

use seleto_rules::plain_text::plain;

use super::visit::Visit;
use super::written::{Plan, Written};
use super::{stopped, stopped_creating};
use crate::mirrors::Stopped;
use crate::piperun::{Company, CompanyFields, Failure};

impl Visit<'_> {
    /// The company's id in the CRM; a lead without one gets its deal all the same.
    pub(super) async fn company(&mut self) -> Result<Option<i64>, Stopped> {
        let Some(name) = self.record.lead.company.clone() else { return Ok(None) };
        let written = self.company_written(&name);
        let remote = self.remote("company");
        let renamed = remote.is_some_and(|remote| {
            remote.hash.is_some() && !written.is_same("name", remote.hash.as_deref())
        });
        match written.plan(remote) {
            Plan::Leave(id) => Ok(id),
            // Another company is not the old one under a new name.
            Plan::Update(id, _) if !renamed => {
                let fields = self.company_fields(None).await;
                let result = self.client.update_company(id, &fields).await;
                let hash = self.finished(written).to_text();
                if self.updated("company", id, hash, result).await? {
                    return Ok(Some(id));
                }
                self.find_or_make_company(&name).await
            }
            Plan::Update(..) | Plan::LookAndCreate => self.find_or_make_company(&name).await,
        }
    }

    fn company_written(&self, name: &str) -> Written {
        let lead = &self.record.lead;
        let city = lead.city.as_deref().zip(lead.uf.as_deref());
        let city = city.map(|(city, uf)| format!("{city}/{uf}"));
        Written::default()
            .with("name", Some(&plain(name)))
            .with("cnpj", lead.cnpj.as_deref())
            .with("city", city.as_deref())
    }

    async fn company_fields(&mut self, name: Option<&str>) -> CompanyFields {
        CompanyFields {
            name: name.map(str::to_owned),
            cnpj: self.record.lead.cnpj.clone(),
            city: self.city().await,
            external_code: None,
        }
    }

    async fn find_or_make_company(&mut self, name: &str) -> Result<Option<i64>, Stopped> {
        let (id, hash) = (self.reference(), self.company_written(name));
        match self.find_company(name).await {
            Ok(Some(found)) => {
                self.complete(&found).await;
                let hash = self.finished(hash).to_text();
                self.keep("company", id, Some(found.id), hash).await?;
                return Ok(Some(found.id));
            }
            Ok(None) => {}
            Err(failure @ (Failure::Missing | Failure::Rejected { .. })) => {
                if self.is_in_doubt("company") {
                    self.refuse("company", id, hash.to_text(), &failure).await?;
                    return Ok(None);
                }
            }
            Err(failure) => return Err(stopped(failure)),
        }
        let fields = self.company_fields(Some(name)).await;
        self.begin("company", id.clone()).await?;
        match self.client.create_company(&fields).await {
            Ok(made) => {
                let hash = self.finished(hash).to_text();
                self.keep("company", id, Some(made), hash).await?;
                Ok(Some(made))
            }
            Err(failure @ (Failure::Missing | Failure::Rejected { .. })) => {
                self.refuse("company", id, hash.to_text(), &failure).await?;
                Ok(None)
            }
            Err(failure) => Err(stopped_creating(failure)),
        }
    }

    async fn find_company(&mut self, name: &str) -> Result<Option<Company>, Failure> {
        if let Some(cnpj) = self.record.lead.cnpj.clone() {
            let found = self.client.companies_with_cnpj(&cnpj).await?;
            // A server that does not know the filter answers with all of them.
            let same = |it: &&Company| it.cnpj.as_deref() == Some(&cnpj);
            if let Some(company) = found.iter().find(same) {
                return Ok(Some(company.clone()));
            }
        }
        let found = self.client.companies_named(name).await?;
        let city = self.city().await;
        let cnpj = self.record.lead.cnpj.as_deref();
        let same = |it: &Company| {
            plain(&it.name) == plain(name)
                && (it.city.is_none() || city.is_none() || it.city == city)
                && (it.cnpj.is_none() || cnpj.is_none() || it.cnpj.as_deref() == cnpj)
        };
        Ok(found.into_iter().filter(same).min_by_key(|company| company.id))
    }

    /// Tells a company of others what it lacks and the lead told; nothing depends on it.
    async fn complete(&mut self, found: &Company) {
        let cnpj = self.record.lead.cnpj.clone().filter(|_| found.cnpj.is_none());
        let city = self.city().await.filter(|_| found.city.is_none());
        if cnpj.is_none() && city.is_none() {
            return;
        }
        let fields = CompanyFields { cnpj, city, ..CompanyFields::default() };
        if let Err(failure) = self.client.update_company(found.id, &fields).await {
            tracing::info!(%failure, "the company was found, but not completed");
        }
    }

    /// What counts as written once the calls went well.
    pub(super) fn finished(&self, written: Written) -> Written {
        if self.is_unfinished() { written.unfinished() } else { written }
    }
}

//! What an account is set up with: funnels, stages, origins, users, cities.

use serde_json::{Value, json};

/// The account's reference data, as its calls answer it.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Funnels.
    pub pipelines: Vec<Value>,
    /// Stages of all funnels.
    pub stages: Vec<Value>,
    /// Origins.
    pub origins: Vec<Value>,
    /// Users.
    pub users: Vec<Value>,
    /// Custom fields.
    pub custom_fields: Vec<Value>,
    /// Cities.
    pub cities: Vec<Value>,
    /// Reasons for a loss.
    pub lost_reasons: Vec<Value>,
    /// Tags.
    pub tags: Vec<Value>,
}

impl Default for Catalogue {
    fn default() -> Self {
        let stage = |id, pipeline: i64, name, create| {
            json!({"id": id, "pipeline_id": pipeline, "name": name, "order": 0,
                   "allow_create_deal": create, "allow_win_deal": true})
        };
        let city = |id, uf, name| json!({"id": id, "uf": uf, "name": name});
        let named = |id, name| json!({"id": id, "name": name});
        Self {
            pipelines: vec![named(100_848, "Vendas"), named(100_900, "Pós-venda")],
            stages: vec![
                stage(647_558, 100_848, "Novo lead", true),
                stage(647_559, 100_848, "Em negociação", true),
                stage(647_560, 100_848, "Proposta enviada", false),
                stage(647_600, 100_900, "Instalação", true),
            ],
            origins: vec![named(556_735, "WhatsApp"), named(556_694, "Site")],
            users: vec![named(4_101, "Paula Souza"), named(4_102, "Carlos Lima")],
            custom_fields: vec![
                json!({"id": 123, "name": "Produto", "type": 1, "belongs": 1}),
                json!({"id": 124, "name": "Volume", "type": 1, "belongs": 1}),
                json!({"id": 125, "name": "Cidade", "type": 1, "belongs": 1}),
            ],
            cities: vec![
                city(3_826, "PR", "CURITIBA"),
                city(5_271, "SP", "São Paulo"),
                city(4_904, "RS", "Porto Alegre"),
                city(5_100, "SP", "São José dos Campos"),
                city(3_900, "PR", "São José dos Pinhais"),
                city(4_501, "SC", "Joinville"),
            ],
            lost_reasons: vec![named(77, "Sem orçamento"), named(78, "Comprou do concorrente")],
            tags: vec![json!({"id": 9, "name": "WhatsApp", "belongs": 1})],
        }
    }
}

impl Catalogue {
    /// The funnel that deals are made in.
    pub fn pipeline_id(&self) -> i64 {
        first(&self.pipelines)
    }

    /// The stage that deals are made in.
    pub fn first_stage_id(&self) -> i64 {
        first(&self.stages)
    }

    /// The origin that deals are made with.
    pub fn origin_id(&self) -> i64 {
        first(&self.origins)
    }

    /// The list behind a path; `None` when there is none.
    pub(super) fn list(&self, name: &str) -> Option<&[Value]> {
        Some(match name {
            "pipelines" => &self.pipelines,
            "stages" => &self.stages,
            "origins" => &self.origins,
            "users" => &self.users,
            "customFields" => &self.custom_fields,
            "cities" => &self.cities,
            "lostReasons" => &self.lost_reasons,
            "tags" => &self.tags,
            _ => return None,
        })
    }

    pub(super) fn stage(&self, id: i64) -> Option<&Value> {
        self.stages.iter().find(|stage| stage["id"] == id)
    }
}

fn first(list: &[Value]) -> i64 {
    list.first().and_then(|item| item["id"].as_i64()).unwrap_or_default()
}

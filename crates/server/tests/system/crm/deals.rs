//! What a lead becomes in the CRM, and what of it is written again.

use seleto_simulator::Fault;
use seleto_simulator::piperun::Operation;
use serde_json::json;

use super::{TURNS, come_into_step, count, crm, number, talk, with_a_crm, write};
use crate::world::World;

const PHONE: &str = "5547988887777";

with_a_crm!(
    [
        ("PIPERUN_CUSTOM_FIELDS", "produto=123,volume=124,cidade=125"),
        ("PIPERUN_TAGS", "9"),
        ("PIPERUN_OWNER_ID", "4101"),
    ];
    a_hot_lead_becomes_a_person_a_company_and_a_deal,
    only_what_changed_is_written_again,
    leads_of_one_name_and_company_are_told_apart,
    a_company_is_found_by_its_cnpj,
    a_deal_that_a_seller_opened_is_taken_over,
    a_field_that_is_refused_does_not_keep_the_deal_back,
    a_list_of_cities_that_is_away_does_not_keep_the_deal_back,
    twenty_leads_of_eight_turns_are_twenty_deals,
    a_lead_that_is_not_hot_gets_no_deal,
    two_leads_that_turn_out_to_be_one_keep_the_one_deal,
);

async fn a_hot_lead_becomes_a_person_a_company_and_a_deal(world: World) {
    talk(&world, PHONE).await;
    let crm = crm(&world);
    let lead = world.value("SELECT id FROM leads").await;
    let ([person], [company], [deal]): ([_; 1], [_; 1], [_; 1]) = (
        crm.persons().try_into().unwrap(),
        crm.companies().try_into().unwrap(),
        crm.deals().try_into().unwrap(),
    );
    assert_eq!(person["name"], "João Silva");
    assert_eq!(person["contact_phones"][0]["phone"], PHONE);
    assert_eq!((&person["city_id"], &person["company_id"]), (&json!(4_501), &company["id"]));
    assert_eq!((&company["name"], &company["city_id"]), (&json!("Burger do João"), &json!(4_501)));
    for (field, value) in [
        ("title", json!("Lead - João Silva")),
        ("pipeline_id", json!(100_848)),
        ("stage_id", json!(647_558)),
        ("origin_id", json!(556_735)),
        ("owner_id", json!(4_101)),
        ("temperature", json!(2)),
        ("status", json!(0)),
        ("person_id", person["id"].clone()),
        ("company_id", company["id"].clone()),
        ("reference", json!(lead)),
        ("tags", json!([{"id": 9}])),
    ] {
        assert_eq!(deal[field], value, "{field}");
    }
    assert_eq!(
        deal["custom_fields"],
        json!([
            {"id": 123, "value": "FB300 (formadora semiautomática de hambúrguer)"},
            {"id": 124, "value": "500 hambúrgueres por dia"},
            {"id": 125, "value": "Joinville/SC"},
        ])
    );
    let [note]: [_; 1] = crm.notes().try_into().unwrap();
    assert_eq!(note["deal_id"], deal["id"]);
    let text = note["text"].as_str().unwrap();
    let (text, mark) = text.split_once("ref. ").unwrap();
    assert_eq!(mark.len(), "0123456789abcdef</em></p>".len(), "{mark}");
    insta::assert_snapshot!("the_note_of_the_deal", text.replace("</p>", "</p>\n"));

    let quote = "SELECT produto, segmento, urgencia_compra, volume_diario, oportunidade_pipe_id,
                        resumo FROM orcamentos";
    let id = deal["id"].to_string();
    let summary = "FB300 · 500 hambúrgueres por dia · Joinville/SC · urgência alta (compra em até \
                   30 dias)";
    let volume = "500 hambúrgueres por dia";
    assert_eq!(
        world.rows(quote).await,
        [["FB300", "hamburgueria", "alta", volume, id.as_str(), summary]]
    );
    let company = "SELECT nome, cidade, uf, cnpj, telefone, contato FROM empresa";
    assert_eq!(
        world.rows(company).await,
        [["Burger do João", "Joinville", "SC", "-", PHONE, "João Silva"]]
    );
    world.done().await;
}

async fn only_what_changed_is_written_again(world: World) {
    talk(&world, PHONE).await;
    let crm = crm(&world);
    let before = crm.calls().total();
    write(&world, PHONE, "obrigado!").await;
    assert_eq!(crm.calls().total(), before, "nothing changed, so nothing is said");

    let deal = crm.deals()[0]["id"].as_i64().unwrap();
    crm.seller_moves(deal, 647_559).await.unwrap();
    world.settle().await;
    crm.calls().clear();
    write(&world, PHONE, "na verdade são 900 hambúrgueres por dia").await;
    let written: Vec<_> = crm.calls().all().into_iter().map(|call| call.operation).collect();
    assert_eq!(written, [Operation::UpdateDeal, Operation::CreateNote]);
    let sent = crm.calls().all()[0].body.clone();
    assert_eq!(sent["custom_fields"][1]["value"], "900 hambúrgueres por dia");
    assert_eq!((sent.get("stage_id"), sent.get("owner_id")), (None, None));
    assert_eq!(crm.deals()[0]["stage_id"], 647_559, "the seller's stage stays");
    assert_eq!((crm.deals().len(), crm.notes().len(), crm.persons().len()), (1, 2, 1));
    world.done().await;
}

async fn leads_of_one_name_and_company_are_told_apart(world: World) {
    for number in 0..3 {
        talk(&world, &format!("554798888000{number}")).await;
    }
    let crm = crm(&world);
    assert_eq!((crm.persons().len(), crm.deals().len(), crm.companies().len()), (3, 3, 1));
    let persons: std::collections::BTreeSet<_> =
        crm.deals().iter().map(|deal| deal["person_id"].to_string()).collect();
    assert_eq!(persons.len(), 3);
    assert_eq!(world.value("SELECT COUNT(*) FROM orcamentos").await, "3");
    world.done().await;
}

async fn a_company_is_found_by_its_cnpj(world: World) {
    let crm = crm(&world);
    let known = json!({"name": "BDJ LANCHES LTDA", "cnpj": "11.222.333/0001-81"});
    let known = crm.add_company(known);
    write(&world, PHONE, "oi, meu CNPJ é 11.222.333/0001-81").await;
    talk(&world, PHONE).await;
    assert_eq!(crm.companies().len(), 1);
    assert_eq!(crm.deals()[0]["company_id"], known);
    assert_eq!(crm.companies()[0]["name"], "BDJ LANCHES LTDA", "the sellers' name stays");
    assert_eq!(world.value("SELECT cnpj FROM empresa").await, "11222333000181");
    world.done().await;
}

async fn a_deal_that_a_seller_opened_is_taken_over(world: World) {
    let crm = crm(&world);
    let phone = "(47) 98888-7777";
    let person = crm.add_person(json!({"name": "João Silva", "contactPhones": [phone]}));
    let stranger = crm.add_person(json!({"name": "João Silva"}));
    let opened = |title: &str, person: i64, status: i64| {
        crm.seller_creates(json!({"title": title, "pipeline_id": 100_848, "stage_id": 647_559,
            "person_id": person, "status": status, "owner_id": 4_102}))
    };
    opened("Perdida em 2024", person, 3);
    opened("De outro João", stranger, 0);
    let open = opened("Feira de Joinville", person, 0);
    talk(&world, PHONE).await;
    assert_eq!((crm.persons().len(), crm.deals().len()), (2, 3));
    let deal = crm.deals().into_iter().find(|deal| deal["id"] == open).unwrap();
    assert_eq!(
        (&deal["title"], &deal["stage_id"]),
        (&json!("Feira de Joinville"), &json!(647_559))
    );
    assert_eq!((&deal["owner_id"], &deal["temperature"]), (&json!(4_102), &json!(2)));
    assert_eq!(crm.notes()[0]["deal_id"], open);
    assert_eq!(crm.persons()[0]["contact_phones"].as_array().unwrap().len(), 1);
    world.done().await;
}

async fn a_field_that_is_refused_does_not_keep_the_deal_back(world: World) {
    let crm = crm(&world);
    crm.faults(Operation::CreateDeal).next(Fault::refused(422, "custom_fields inválido"));
    talk(&world, PHONE).await;
    let [deal]: [_; 1] = crm.deals().try_into().unwrap();
    assert_eq!((&deal["title"], deal.get("custom_fields")), (&json!("Lead - João Silva"), None));
    let refused = "SELECT kind, state FROM remotes WHERE state = 'refused'";
    assert_eq!(world.rows(refused).await, [["deal_fields", "refused"]]);
    assert_eq!(world.value("SELECT kind FROM alerts").await, "sync_refused");
    world.done().await;
}

async fn a_list_of_cities_that_is_away_does_not_keep_the_deal_back(world: World) {
    let crm = crm(&world);
    crm.faults(Operation::Reference).always(Fault::server_error(503));
    talk(&world, PHONE).await;
    assert_eq!((crm.deals().len(), crm.persons()[0].get("city_id")), (1, None));
    crm.faults(Operation::Reference).clear();
    come_into_step(&world).await;
    assert_eq!(crm.persons()[0]["city_id"], 4_501);
    assert_eq!((crm.persons().len(), crm.deals().len(), crm.notes().len()), (1, 1, 1));
    world.done().await;
}

async fn twenty_leads_of_eight_turns_are_twenty_deals(world: World) {
    let phones: Vec<String> = (0..20).map(|number| format!("55479888800{number:02}")).collect();
    for text in TURNS {
        for phone in &phones {
            world.lead(phone, "João").write(text).await.unwrap();
        }
        world.settle().await;
    }
    let crm = crm(&world);
    assert_eq!((crm.persons().len(), crm.deals().len(), crm.notes().len()), (20, 20, 20));
    let linked = "SELECT COUNT(DISTINCT oportunidade_pipe_id) FROM orcamentos";
    assert_eq!(world.value(linked).await, "20");
    assert!(crm.deals().iter().all(|deal| number(deal, "status") == 0));
    world.done().await;
}

async fn a_lead_that_is_not_hot_gets_no_deal(world: World) {
    for text in &TURNS[..6] {
        write(&world, PHONE, text).await;
    }
    assert_eq!(world.value("SELECT temperature FROM leads").await, "morno");
    assert_eq!(crm(&world).calls().total(), 0);
    assert_eq!(world.value("SELECT COUNT(*) FROM orcamentos").await, "1");
    world.done().await;
}

async fn two_leads_that_turn_out_to_be_one_keep_the_one_deal(world: World) {
    write(&world, PHONE, "oi").await;
    let lid = "65998849469@lid";
    for text in TURNS {
        world.lead(PHONE, "João").by_lid_only(lid).write(text).await.unwrap();
        world.settle().await;
    }
    assert_eq!(world.value("SELECT COUNT(*) FROM leads").await, "2");
    let both = world.lead(PHONE, "João").with_lid(lid);
    both.write("na verdade são 900 hambúrgueres por dia").await.unwrap();
    world.settle().await;
    assert_eq!(world.value("SELECT COUNT(*) FROM leads").await, "1");
    let crm = crm(&world);
    assert_eq!((crm.persons().len(), crm.deals().len()), (1, 1));
    let volume = &crm.deals()[0]["custom_fields"][1]["value"];
    assert_eq!(volume, "900 hambúrgueres por dia", "and it is kept up to date");
    let linked = world.value("SELECT oportunidade_pipe_id FROM orcamentos").await;
    assert_eq!(linked, crm.deals()[0]["id"].to_string());
    come_into_step(&world).await;
    world.done().await;
}

mod warm {
    use super::*;

    with_a_crm!([("PIPERUN_FROM", "morno")]; a_warm_lead_gets_a_deal_where_that_is_wanted);

    async fn a_warm_lead_gets_a_deal_where_that_is_wanted(world: World) {
        for text in &TURNS[..6] {
            write(&world, PHONE, text).await;
        }
        let crm = crm(&world);
        assert_eq!((crm.deals().len(), number(&crm.deals()[0], "temperature")), (1, 3));
        write(&world, PHONE, TURNS[6]).await;
        assert_eq!((crm.deals().len(), number(&crm.deals()[0], "temperature")), (1, 2));
        assert_eq!(count(&crm, Operation::CreateDeal), 1);
        world.done().await;
    }
}

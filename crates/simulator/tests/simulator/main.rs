//! The simulator over real HTTP: every fault does what it says.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod chatwoot;
mod demo;
mod faults;
mod openai;
mod piperun;
mod supabase;
mod support;
mod zapi;

/// Everything that the agent must be told, and nothing twice.
#[tokio::test]
async fn the_environment_points_an_agent_to_every_vendor() {
    let (simulator, _agent) = support::start().await;
    let pairs = simulator.environment();
    let value = |name: &str| pairs.iter().find(|(key, _)| *key == name).unwrap().1.clone();
    assert_eq!(value("ZAPI_API_URL"), simulator.zapi.base_url());
    assert_eq!(value("OPENAI_BASE_URL"), format!("{}", simulator.openai.base_url()));
    assert!(value("OPENAI_BASE_URL").ends_with("/v1"));
    assert!(value("ZAPI_API_URL").ends_with(&value("MEDIA_ALLOWED_HOSTS")));
    for name in ["ZAPI_INSTANCE_ID", "ZAPI_INSTANCE_TOKEN", "ZAPI_CLIENT_TOKEN", "OPENAI_API_KEY"] {
        assert!(!value(name).is_empty(), "{name}");
    }
    let names: std::collections::HashSet<_> = pairs.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), pairs.len());
}

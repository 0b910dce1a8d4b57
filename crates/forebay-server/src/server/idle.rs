//! Clients that say nothing.

use core::sync::atomic::Ordering::Relaxed;
use core::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::{Client, Event, Server};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a client has to authenticate, if it must.
const AUTHENTICATION_MS_MAX: i64 = 10_000;

/// Disconnects clients that have said nothing for longer than `timeout` allows, and those that do
/// not authenticate. Never returns.
pub(super) async fn watch(server: &Server) {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let settings = server.settings();
        let is_open = server.users.default_user(&settings).needs_no_password();
        if settings.timeout_s == 0 && is_open {
            continue;
        }
        let limit_ms = match settings.timeout_s {
            0 => i64::MAX,
            seconds => i64::try_from(seconds).map_or(i64::MAX, |s| s.saturating_mul(1000)),
        };
        let now_ms = server.now_ms();
        for client in server.clients.all() {
            if is_idle(&client, now_ms, limit_ms) || is_stranger(&client, now_ms) {
                client.tell(Event::Kill);
            }
        }
    }
}

/// Whoever waits for an element or listens to a channel is not idle.
fn is_idle(client: &Client, now_ms: i64, limit_ms: i64) -> bool {
    // Relaxed: see `Client`.
    let silent_ms = now_ms.saturating_sub(client.last_active_ms.load(Relaxed));
    silent_ms > limit_ms && !client.is_blocked.load(Relaxed) && !client.is_subscriber()
}

fn is_stranger(client: &Client, now_ms: i64) -> bool {
    let age_ms = now_ms.saturating_sub(client.connected_ms);
    // Relaxed: see `Client`.
    age_ms > AUTHENTICATION_MS_MAX && !client.is_authenticated.load(Relaxed)
}

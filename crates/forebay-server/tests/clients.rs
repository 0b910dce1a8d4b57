//! What programs do through redis-rs, which does not know that this is not Redis.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

mod support;

use core::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, Client, Commands, Direction, RedisResult, Value, pipe};
use support::Server;

fn client(server: &Server, query: &str) -> Client {
    Client::open(format!("redis://127.0.0.1:{}/{query}", server.port)).unwrap()
}

async fn connection(server: &Server) -> MultiplexedConnection {
    let client = client(server, "?protocol=resp3");
    client.get_multiplexed_async_connection().await.unwrap()
}

#[test]
fn lists_in_both_protocols() {
    let server = Server::start(&[]);
    for query in ["", "?protocol=resp3"] {
        let mut connection = client(&server, query).get_connection().unwrap();
        let length: i64 = connection.lpush("mq", &["a", "b", "c"]).unwrap();
        assert_eq!(length, 3);
        let last: Option<String> = connection.rpop("mq", None).unwrap();
        assert_eq!(last.as_deref(), Some("a"));
        let moved: String = connection
            .lmove("mq", "backup", Direction::Right, Direction::Left)
            .unwrap();
        assert_eq!(moved, "b");
        let all: Vec<String> = connection.lrange("mq", 0, -1).unwrap();
        assert_eq!(all, ["c"]);
        let deleted: i64 = connection.del(&["mq", "backup"]).unwrap();
        assert_eq!(deleted, 2);
        let none: Option<(String, String)> = connection.brpop("mq", 0.02).unwrap();
        assert_eq!(none, None);
    }
}

#[test]
fn a_pipeline_and_a_transaction() {
    let server = Server::start(&[]);
    let mut connection = client(&server, "").get_connection().unwrap();
    let (length, popped, count): (i64, String, i64) = pipe()
        .rpush("q", &["a", "b"])
        .lpop("q", None)
        .incr("count", 5)
        .query(&mut connection)
        .unwrap();
    assert_eq!((length, popped.as_str(), count), (2, "a", 5));

    let mut other = client(&server, "").get_connection().unwrap();
    let mut attempts = 0;
    let (doubled,): (i64,) = redis::transaction(&mut connection, &["count"], |connection, pipe| {
        attempts += 1;
        let count: i64 = connection.get("count")?;
        if attempts == 1 {
            // Somebody is faster: the transaction is tried again.
            let _: i64 = other.incr("count", 1)?;
        }
        pipe.atomic()
            .set("count", count * 2)
            .ignore()
            .incr("count", 0)
            .query(connection)
    })
    .unwrap();
    assert_eq!((attempts, doubled), (2, 12));
}

#[test]
fn errors_are_of_their_kind() {
    let server = Server::start(&[]);
    let mut connection = client(&server, "").get_connection().unwrap();
    let () = connection.set("text", "x").unwrap();
    let wrong: RedisResult<i64> = connection.lpush("text", "y");
    assert_eq!(wrong.unwrap_err().code(), Some("WRONGTYPE"));
    let unknown: RedisResult<Value> = redis::cmd("EVAL")
        .arg("return 1")
        .arg(0)
        .query(&mut connection);
    assert!(unknown.unwrap_err().to_string().contains("no Lua"));
}

#[tokio::test]
async fn consumers_wait_as_tasks() {
    let server = Server::start(&[]);
    let mut consumers = Vec::new();
    for _ in 0..10 {
        let mut connection = connection(&server).await;
        consumers.push(tokio::spawn(async move {
            let job: (String, String) = connection.brpop(&["urgent", "mq"], 20.0).await.unwrap();
            job.1
        }));
    }
    let mut producer = connection(&server).await;
    let blocked = async |producer: &mut MultiplexedConnection| loop {
        let info: String = redis::cmd("INFO")
            .arg("clients")
            .query_async(producer)
            .await
            .unwrap();
        if info.contains("blocked_clients:10\r\n") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    blocked(&mut producer).await;
    let jobs: Vec<String> = (0..10).map(|number| format!("job {number}")).collect();
    let _: i64 = producer.lpush("mq", &jobs).await.unwrap();
    let mut done = Vec::new();
    for consumer in consumers {
        done.push(consumer.await.unwrap());
    }
    done.sort();
    assert_eq!(done, jobs);
}

#[tokio::test]
async fn messages_of_channels_arrive_in_order() {
    let server = Server::start(&[]);
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let config = redis::AsyncConnectionConfig::new().set_push_sender(sender);
    let mut listener = client(&server, "?protocol=resp3")
        .get_multiplexed_async_connection_with_config(&config)
        .await
        .unwrap();
    let () = listener.subscribe("news").await.unwrap();
    let () = listener.psubscribe("new*").await.unwrap();
    let mut speaker = connection(&server).await;
    for number in 0..100 {
        let receivers: i64 = speaker.publish("news", number).await.unwrap();
        assert_eq!(receivers, 2);
    }
    let mut direct = 0;
    let mut by_pattern = 0;
    while direct + by_pattern < 200 {
        let push = receiver.recv().await.unwrap();
        let number = push
            .data
            .last()
            .map(|last| redis::from_redis_value::<i64>(last.clone()));
        match push.kind {
            redis::PushKind::Message => {
                assert_eq!(number.unwrap().unwrap(), direct);
                direct += 1;
            }
            redis::PushKind::PMessage => {
                assert_eq!(number.unwrap().unwrap(), by_pattern);
                by_pattern += 1;
            }
            _ => {}
        }
    }
}

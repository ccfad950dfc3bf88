//! Two gigabytes through a small memory. Run by `scripts/soak`.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use therapy_scribe_stt::prerecorded::{Error, Job, ReaderUpload};
use therapy_scribe_transport::Origin;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{Tickets, client, plain};

const BYTES: u64 = 2_000_000_000;
/// What an upload may need at most, kernel buffers of both ends not counted: pieces of 64 KB, and what HTTP holds back.
const MEMORY: u64 = 32 << 20;

/// Counts what it is sent, keeps nothing, and then refuses, so that the job ends there.
async fn counting(counted: Arc<AtomicU64>) -> Origin {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(count(stream, Arc::clone(&counted)));
        }
    });
    Origin::parse(&format!("http://127.0.0.1:{port}")).unwrap()
}

async fn count(mut stream: TcpStream, counted: Arc<AtomicU64>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    // A body of unknown length never comes to its end here.
    let mut left: u64 = length.map_or(u64::MAX, |length| length.parse().unwrap());
    let mut piece = vec![0; 64 << 10];
    while left > 0 {
        let bytes = stream.read(&mut piece).await.unwrap_or(0);
        if bytes == 0 {
            return;
        }
        let bytes = u64::try_from(bytes).unwrap();
        left -= bytes;
        counted.fetch_add(bytes, Ordering::Relaxed);
    }
    let reply = "HTTP/1.1 401 x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    let _ = stream.write_all(reply.as_bytes()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "two gigabytes; scripts/soak runs it"]
async fn soak_a_reader_without_a_length_is_stopped_at_the_services_limit() {
    let counted = Arc::new(AtomicU64::new(0));
    let (origin, config) = (counting(Arc::clone(&counted)).await, plain());
    let audio = ReaderUpload::new(tokio::io::repeat(b'R'), None);
    let job = Job::upload("soak", &audio, &config);
    let error = client(&origin)
        .transcribe(job, &Tickets::default())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
}

/// The most memory that this process ever had, in bytes.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes << 10)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "two gigabytes; scripts/soak runs it"]
#[expect(clippy::print_stdout, reason = "the figures are what is looked for")]
async fn soak_two_gigabytes_are_uploaded_in_constant_memory() {
    let counted = Arc::new(AtomicU64::new(0));
    let origin = counting(Arc::clone(&counted)).await;
    let config = plain();
    let progress = Arc::new(AtomicU64::new(0));
    let told = Arc::clone(&progress);
    let began = std::time::Instant::now();
    let before = peak();
    let audio = ReaderUpload::new(tokio::io::repeat(b'R').take(BYTES), Some(BYTES));
    let job = Job::upload("soak", &audio, &config)
        .progress(Arc::new(move |sent| told.store(sent, Ordering::Relaxed)));
    let error = client(&origin)
        .transcribe(job, &Tickets::default())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Auth), "{error:?}");
    assert_eq!(counted.load(Ordering::Relaxed), BYTES);
    assert_eq!(progress.load(Ordering::Relaxed), BYTES);
    let (Some(before), Some(after)) = (before, peak()) else {
        println!("this system does not tell the peak of memory");
        return;
    };
    println!(
        "{BYTES} bytes in {:?}; peak of memory {} KB before, {} KB after",
        began.elapsed(),
        before >> 10,
        after >> 10
    );
    assert!(after < 2 * MEMORY, "the peak was {after} bytes");
    assert!(
        after - before < MEMORY,
        "the peak rose by {} bytes",
        after - before
    );
}

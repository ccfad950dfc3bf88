//! A proxy that both kinds of call go through. The service's name is known to the proxy alone.

use therapy_scribe_transport::{
    Connector, Error, HttpClient, HttpRequest, Origin, Proxy, Queues, Tls, WsRequest, connect,
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_tungstenite::accept_async;

use crate::{
    peers::{answer, hear, read_request, serve, told},
    secure::{Authority, NAME},
    talk::{Command, Talk},
};

/// Base64 of `nurse:p@ss`.
const ALLOWED: &str = "Basic bnVyc2U6cEBzcw==";

/// Takes one call: asks for credentials, then is the service itself.
struct Gate {
    listener: TcpListener,
    tls: TlsAcceptor,
    refusal: Option<&'static str>,
}

impl Gate {
    async fn new(authority: &Authority) -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            tls: authority.server(),
            refusal: None,
        }
    }

    fn address(&self, credentials: &str) -> Proxy {
        let port = self.listener.local_addr().unwrap().port();
        Proxy::http(&format!("http://{credentials}127.0.0.1:{port}")).unwrap()
    }

    /// The tunnel, if the call was let through.
    async fn accept(&self) -> Option<TlsStream<TcpStream>> {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let asked = read_request(&mut stream).await.unwrap();
        assert!(
            asked.starts_with(&format!("CONNECT {NAME}:443 HTTP/1.1\r\n")),
            "{asked}"
        );
        let head = asked.to_ascii_lowercase();
        let allowed =
            head.contains(&format!("proxy-authorization: {ALLOWED}").to_ascii_lowercase());
        let status = match self.refusal {
            Some(refusal) => refusal,
            None if allowed => "200 Connection established",
            None => "407 Proxy Authentication Required",
        };
        let head = format!("HTTP/1.1 {status}\r\nx-by: CANARY\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        if status.starts_with("200") {
            self.tls.accept(stream).await.ok()
        } else {
            None
        }
    }
}

fn connector(authority: &Authority, proxy: Proxy) -> Connector {
    let tls = Tls::builder().root_pem(authority.pem().as_bytes());
    Connector::builder()
        .proxy(proxy)
        .tls(tls.build().unwrap())
        .build()
        .unwrap()
}

fn service() -> Origin {
    Origin::parse(&format!("https://{NAME}")).unwrap()
}

/// Both kinds of call, and what the proxy did.
async fn refused(connector: &Connector, gate: Gate) -> [Error; 2] {
    let task: JoinHandle<()> = tokio::spawn(async move {
        for _ in 0..2 {
            assert!(gate.accept().await.is_none());
        }
    });
    let request = WsRequest::new(&service(), "/?token=CANARY");
    let socket = connect(connector, request, Talk::default(), Queues::default()).await;
    let http = HttpClient::new(connector).unwrap();
    let call = http
        .send(&HttpRequest::get(&service(), "/?token=CANARY"))
        .await;
    task.await.unwrap();
    [socket.unwrap_err(), call.unwrap_err()]
}

#[tokio::test]
async fn a_session_passes_through() {
    let authority = Authority::new();
    let gate = Gate::new(&authority).await;
    let connector = connector(&authority, gate.address("nurse:p%40ss@"));
    let service_task = tokio::spawn(async move {
        let stream = gate.accept().await.expect("the credentials are right");
        hear(&mut accept_async(stream).await.unwrap()).await
    });
    let request = WsRequest::new(&service(), "/");
    let (handle, _events) = connect(&connector, request, Talk::default(), Queues::default())
        .await
        .unwrap();
    handle.control(Command::Say("through")).await.unwrap();
    assert_eq!(service_task.await.unwrap(), "through");
}

#[tokio::test]
async fn a_call_passes_through() {
    let authority = Authority::new();
    let gate = Gate::new(&authority).await;
    let connector = connector(&authority, gate.address("nurse:p%40ss@"));
    let server = tokio::spawn(async move {
        let mut stream = gate.accept().await.expect("the credentials are right");
        let request = read_request(&mut stream).await.unwrap();
        let answer = answer("200 OK", "", "through");
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        request
    });
    let http = HttpClient::new(&connector).unwrap();
    let request = HttpRequest::post(&service(), "/v1").json("{}");
    let reply = http.send(&request).await.unwrap();
    assert_eq!(&reply.body()[..], b"through");
    let seen = server.await.unwrap();
    assert!(
        !seen.to_ascii_lowercase().contains("proxy-authorization"),
        "{seen}"
    );
}

#[tokio::test]
async fn wrong_credentials_are_told_as_such_and_not_repeated() {
    let authority = Authority::new();
    let gate = Gate::new(&authority).await;
    let connector = connector(&authority, gate.address("nurse:CANARY@"));
    for error in refused(&connector, gate).await {
        assert_eq!(
            error.to_string(),
            "the proxy refused the connection with status 407: check its user name and password"
        );
        assert!(!error.is_retryable());
        let said = told(&error);
        assert!(
            !said.contains("CANARY") && !said.contains("nurse"),
            "{said}"
        );
    }
    assert!(!format!("{connector:?}").contains("CANARY"));
}

#[tokio::test]
async fn a_host_that_the_proxy_does_not_let_through_is_told_as_refused() {
    let authority = Authority::new();
    let mut gate = Gate::new(&authority).await;
    gate.refusal = Some("403 Forbidden");
    let connector = connector(&authority, gate.address(""));
    let [socket, call] = refused(&connector, gate).await;
    assert!(
        matches!(socket, Error::ProxyRefused { status: 403, .. }),
        "{socket:?}"
    );
    // The HTTP library does not say which.
    assert!(
        matches!(call, Error::ProxyRefused { status: 0, .. }),
        "{call:?}"
    );
    assert!(!told(&socket).contains("CANARY") && !told(&call).contains("CANARY"));
}

#[tokio::test]
async fn this_machine_is_reached_without_the_proxy() {
    let authority = Authority::new();
    let gate = Gate::new(&authority).await;
    let connector = connector(&authority, gate.address(""));
    // Whoever goes to the proxy finds nobody.
    drop(gate);
    let (origin, _server) = serve(vec![answer("200 OK", "", "direct")]).await;
    let http = HttpClient::new(&connector).unwrap();
    let reply = http.send(&HttpRequest::get(&origin, "/")).await.unwrap();
    assert_eq!(&reply.body()[..], b"direct");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let service_task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        hear(&mut accept_async(stream).await.unwrap()).await
    });
    let origin = Origin::parse(&format!("ws://localhost:{port}")).unwrap();
    let request = WsRequest::new(&origin, "/");
    let (handle, _events) = connect(&connector, request, Talk::default(), Queues::default())
        .await
        .unwrap();
    handle.control(Command::Say("direct")).await.unwrap();
    assert_eq!(service_task.await.unwrap(), "direct");
}

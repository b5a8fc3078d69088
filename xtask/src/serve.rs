//! `cargo xtask serve`: the published folder on this computer's own address.

use crate::dist;
use crate::failure::{Failure, Result};
use std::net::TcpListener;
use std::path::{Component, Path, PathBuf};
use tiny_http::{Header, Method, Request, Response, Server};

/// How many ports after the wanted one are tried.
const PORTS_TRIED: u16 = 20;

/// Builds the page if need be, and serves it until it is stopped.
pub fn run(port: u16) -> Result<()> {
    let folder = dist::ensure()?;
    let (server, port) = listen(port)?;
    println!("\nMirrorline is at http://127.0.0.1:{port}/ (Ctrl-C ends it)");
    for request in server.incoming_requests() {
        answer(request, &folder);
    }
    Ok(())
}

/// The wanted port, or the next free one. `serve --dev` shares it.
pub fn free_port(wanted: u16) -> Result<u16> {
    listener(wanted).map(|(_, port)| port)
}

fn listen(wanted: u16) -> Result<(Server, u16)> {
    let (listener, port) = listener(wanted)?;
    let server = Server::from_listener(listener, None)
        .map_err(|error| Failure::new(format!("could not serve on port {port}: {error}")))?;
    Ok((server, port))
}

fn listener(wanted: u16) -> Result<(TcpListener, u16)> {
    let last = wanted.saturating_add(PORTS_TRIED);
    for port in wanted..=last {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return Ok((listener, port));
        }
    }
    Err(Failure::new(format!("no free port from {wanted} to {last}"))
        .remedy("name another one: cargo xtask serve --port N"))
}

fn answer(request: Request, folder: &Path) {
    let file = match request.method() {
        Method::Get | Method::Head => file_for(folder, request.url()),
        _ => None,
    };
    // A browser that has gone away is none of our business.
    let _ = match file.and_then(|path| Some((std::fs::read(&path).ok()?, path))) {
        Some((bytes, path)) => {
            let response = Response::from_data(bytes)
                .with_header(header("Content-Type", mime_type(&path)))
                .with_header(header("Cache-Control", "no-cache"))
                .with_header(header("X-Content-Type-Options", "nosniff"));
            request.respond(response)
        }
        None => request.respond(Response::from_string("There is nothing here.\n").with_status_code(404)),
    };
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("our own header names and values are plain ASCII")
}

/// The file that an address asks for. Only plain names inside the folder are
/// followed: no `..`, no absolute path, no escaped characters.
fn file_for(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.trim_start_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !path.chars().all(plain) {
        return None;
    }
    let relative = Path::new(path);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let file = folder.join(relative);
    Some(if file.is_dir() { file.join("index.html") } else { file })
}

/// Browsers refuse modules and streamed wasm with any other type.
fn mime_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webmanifest") => "application/manifest+json",
        Some("txt" | "md" | "csv" | "toml" | "trace") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_files_of_the_folder() {
        let folder = Path::new("/page");
        assert_eq!(file_for(folder, "/a/b.js?x=1#y"), Some(PathBuf::from("/page/a/b.js")));
    }

    #[test]
    fn nothing_outside_the_folder_is_reached() {
        let folder = Path::new("/page");
        for url in ["/../etc/passwd", "/a/../../b", "/%2e%2e/b", "/a\\b", "/~root"] {
            assert_eq!(file_for(folder, url), None, "{url}");
        }
        // Leading slashes do not make an absolute path.
        assert_eq!(file_for(folder, "//etc/passwd"), Some(PathBuf::from("/page/etc/passwd")));
    }

    #[test]
    fn a_folder_is_its_index() {
        let folder = std::env::temp_dir();
        assert_eq!(file_for(&folder, "/"), Some(folder.join("index.html")));
    }

    #[test]
    fn wasm_and_modules_have_the_types_that_browsers_insist_on() {
        assert_eq!(mime_type(Path::new("a.wasm")), "application/wasm");
        assert!(mime_type(Path::new("a.js")).starts_with("text/javascript"));
    }

    #[test]
    fn a_taken_port_gives_way_to_the_next() {
        let (taken, port) = listener(38_080).expect("some port is free");
        let next = free_port(port).expect("some port is free");
        assert!(next > port);
        drop(taken);
    }
}

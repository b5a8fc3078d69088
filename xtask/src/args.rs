//! The command line, read by hand: six commands do not pay for a parser crate.

/// What `--help` prints.
pub const HELP: &str = "\
cargo xtask: builds, serves and tests Mirrorline

Usage: cargo xtask <COMMAND>

Commands:
  serve [--dev] [--port N]   build the page and serve it on 127.0.0.1 (port 8080, or the
                             next free one); --dev rebuilds at every change of a source
  test [--only STAGE,...]    every check of the project, with a summary at the end;
                             stages: fmt clippy tidy native sweep wasm-node wasm-browser module
                             page e2e doc licences
  dist                       build the static folder dist/, ready for any web server
  module                     build the JavaScript module, for Node and for browsers
  bench                      print every figure that this project quotes
  setup                      fetch or build the tools, and do nothing else
  help, --help               this text

Tools are kept in $XDG_CACHE_HOME/mirrorline, else ~/.cache/mirrorline.

Environment:
  MIRRORLINE_WASM_STD=build  build std for wasm32 even where `rustup target add` works
  MIRRORLINE_BROWSER=PATH    the Chromium or Chrome for browser tests
  CHROMEDRIVER=PATH          the driver that belongs to it

Examples:
  cargo xtask serve --port 9000
  cargo xtask test --only fmt,clippy,native
";

/// The port that `serve` tries first.
const DEFAULT_PORT: u16 = 8080;

/// A parsed command line.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Help,
    Setup,
    Serve { port: u16, dev: bool },
    Test { only: Vec<String> },
    Dist,
    Module,
    Bench,
}

/// Reads the words after `cargo xtask`. The error is one line for the user.
pub fn parse(words: &[String]) -> Result<Command, String> {
    let mut words = words.iter().map(String::as_str);
    let Some(name) = words.next() else {
        return Ok(Command::Help);
    };
    let rest: Vec<&str> = words.collect();
    if rest.iter().any(|word| matches!(*word, "--help" | "-h")) {
        return Ok(Command::Help);
    }
    match name {
        "help" | "--help" | "-h" => Ok(Command::Help),
        "serve" => parse_serve(&rest),
        "test" => parse_test(&rest),
        "setup" => bare(name, &rest, Command::Setup),
        "dist" => bare(name, &rest, Command::Dist),
        "module" => bare(name, &rest, Command::Module),
        "bench" => bare(name, &rest, Command::Bench),
        other => Err(format!("unknown command `{other}`")),
    }
}

fn bare(name: &str, rest: &[&str], command: Command) -> Result<Command, String> {
    match rest.first() {
        None => Ok(command),
        Some(word) => Err(format!("`{name}` takes no argument, but got `{word}`")),
    }
}

fn parse_serve(rest: &[&str]) -> Result<Command, String> {
    let mut port = DEFAULT_PORT;
    let mut dev = false;
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        match *word {
            "--dev" => dev = true,
            "--port" => {
                let text = words.next().ok_or("`--port` needs a number")?;
                port = text
                    .parse()
                    .ok()
                    .filter(|port| *port > 0)
                    .ok_or_else(|| format!("`--port` needs a number from 1 to 65535, not `{text}`"))?;
            }
            other => return Err(format!("unknown argument `{other}` for `serve`")),
        }
    }
    Ok(Command::Serve { port, dev })
}

fn parse_test(rest: &[&str]) -> Result<Command, String> {
    let mut only = Vec::new();
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        match *word {
            "--only" => {
                let list = words.next().ok_or("`--only` needs a list of stages")?;
                for name in list.split(',').filter(|name| !name.is_empty()) {
                    if !crate::test::STAGE_NAMES.contains(&name) {
                        return Err(format!(
                            "unknown stage `{name}`; there are: {}",
                            crate::test::STAGE_NAMES.join(" ")
                        ));
                    }
                    only.push(name.to_string());
                }
                if only.is_empty() {
                    return Err("`--only` needs at least one stage".into());
                }
            }
            other => return Err(format!("unknown argument `{other}` for `test`")),
        }
    }
    Ok(Command::Test { only })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &str) -> Result<Command, String> {
        let words: Vec<String> = line.split_whitespace().map(String::from).collect();
        parse(&words)
    }

    #[test]
    fn serve_has_a_default_port_and_takes_another() {
        assert_eq!(parse_line("serve"), Ok(Command::Serve { port: 8080, dev: false }));
        assert_eq!(parse_line("serve --port 9000 --dev"), Ok(Command::Serve { port: 9000, dev: true }));
    }

    #[test]
    fn what_is_not_known_is_an_error_that_names_it() {
        for (line, named) in [
            ("frobnicate", "frobnicate"),
            ("serve --prot 1", "--prot"),
            ("serve --port x", "`x`"),
            ("serve --port 0", "`0`"),
            ("serve --port", "--port"),
            ("dist now", "now"),
            ("test --only nonsense", "nonsense"),
            ("test --only ,", "--only"),
        ] {
            let error = parse_line(line).expect_err(line);
            assert!(error.contains(named), "{line}: {error}");
        }
    }

    #[test]
    fn help_names_every_stage_and_wins_over_other_words() {
        assert_eq!(parse_line("serve --help"), Ok(Command::Help));
        for stage in crate::test::STAGE_NAMES {
            assert!(HELP.contains(stage), "{stage}");
        }
    }
}

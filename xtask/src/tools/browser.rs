//! The browser of the tests, and the driver that belongs to it.

use super::debian;
use crate::failure::{Failure, Result};
use crate::shell;
use std::path::PathBuf;

/// Names under which Chromium and its kin are installed.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Where it lies on a system that does not put it on PATH.
const BUNDLED: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// A browser and its driver.
pub struct Browser {
    pub program: PathBuf,
    pub driver: PathBuf,
}

impl Browser {
    /// Finds a browser with its driver, or installs both in one go.
    pub fn ensure() -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        debian::install(&["chromium", "chromium-driver"], "run the browser tests", "100 MB, some 20 s")
            .map_err(|failure| {
                failure.remedy(
                    "install Chromium or Chrome with its ChromeDriver (on Debian, as root: \
                 apt-get install chromium chromium-driver), or name them in \
                 MIRRORLINE_BROWSER and CHROMEDRIVER",
                )
            })?;
        Self::find().ok_or_else(|| {
            Failure::new("chromium was installed, but is not on PATH")
                .remedy("name it in MIRRORLINE_BROWSER, and its driver in CHROMEDRIVER")
        })
    }

    fn find() -> Option<Self> {
        Some(Self {
            program: named_in("MIRRORLINE_BROWSER")
                .or_else(|| BROWSERS.iter().find_map(|name| shell::find(name)))
                .or_else(|| Some(PathBuf::from(BUNDLED)).filter(|path| path.is_file()))?,
            driver: named_in("CHROMEDRIVER").or_else(|| shell::find("chromedriver"))?,
        })
    }
}

fn named_in(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

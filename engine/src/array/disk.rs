//! One disk: its media and its queue.

use super::service::Service;
use crate::config::Config;
use crate::digest::Digest;
use crate::paged::Paged;

#[derive(Clone, Debug)]
pub struct Disk {
    /// One cell for the disk's chunk of each stripe.
    pub media: Paged,
    pub service: Service,
}

impl Disk {
    #[must_use]
    pub fn new(config: &Config) -> Disk {
        let chunk_bytes = usize::from(config.raid.chunk_blocks) * config.payload_bytes as usize;
        Disk { media: Paged::new(chunk_bytes), service: Service::new(config) }
    }

    pub fn feed(&self, digest: &mut Digest) {
        for (number, page) in self.media.pages() {
            digest.word(number);
            digest.bytes(page);
        }
    }
}

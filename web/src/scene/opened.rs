//! What a file was found to hold, or why it cannot be played. Part of the view model.

/// What a trace file contains, before it is played.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TracePreview {
    pub name: String,
    pub bytes: u64,
    /// `fio iolog, version 3`.
    pub format: String,
    pub reads: u64,
    pub writes: u64,
    /// Bytes that hosts read and wrote.
    pub bytes_read: u64,
    pub bytes_written: u64,
    /// From the first to the last request; `None` for a trace without times.
    pub duration_ns: Option<u64>,
    /// The first few requests, as they will be played: `write 0:42, 2 blocks, at 1.2 ms`.
    pub first: Vec<String>,
    /// What the reader left out or changed, if anything: `3 sync requests are skipped`.
    pub remarks: Vec<String>,
}

/// Why a file cannot be played.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadFailure {
    /// `Not a trace: the first line is not "fio version 2 iolog"`.
    pub what: String,
    /// `oltp.iolog, line 1`.
    pub place: String,
    /// `Record one with fio --write_iolog=FILE`.
    pub remedy: String,
}

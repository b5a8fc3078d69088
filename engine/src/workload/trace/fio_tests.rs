use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> Result<Vec<TraceOp>, TraceError> {
    let mut parser = FioParser::default();
    let mut ops = Vec::new();
    for line in text.lines() {
        ops.extend(parser.line(line.as_bytes())?);
    }
    parser.end(&[])?;
    Ok(ops)
}

fn error_of(line: &str) -> String {
    parse(&format!("fio version 3 iolog\n{line}\n")).unwrap_err().to_string()
}

/// The first lines of a log that fio 3.33 wrote.
#[test]
fn version_3_as_fio_writes_it() {
    let ops = parse("fio version 3 iolog\n20 vol0 add\n406 vol0 open\n411 vol0 read 39583744 8192\n709 vol0 write 66494464 8192\n5999888 vol0 sync 0 0\n6000390 vol0 close\n").unwrap();
    let op = |at_ns, io, offset| TraceOp { at_ns, file: 0, io, offset, length: 8192 };
    assert_eq!(ops, [op(411_000, IoKind::Read, 39_583_744), op(709_000, IoKind::Write, 66_494_464)]);
}

#[test]
fn version_2_counts_its_time_in_waits_of_100_microseconds_and_more() {
    let text = "fio version 2 iolog\n/v add\n/v open\n/v read 0 512\n/v wait 250 0\n/v write 512 512\n/v wait 99 0\n/v read 0 512\n";
    let times: Vec<u64> = parse(text).unwrap().iter().map(|op| op.at_ns).collect();
    assert_eq!(times, [0, 250_000, 250_000]);
}

#[test]
fn files_are_numbered_by_first_use_and_times_never_fall() {
    // With the byte-order mark that some editors begin a file with, and nobody sees.
    let text = "\u{feff}fio version 3 iolog\r\n\r\n5 b read 0 1\r\n9 a read 0 1\r\n7\tb  read 4 1 \r\n";
    let ops: Vec<_> = parse(text).unwrap().iter().map(|op| (op.file, op.at_ns)).collect();
    assert_eq!(ops, [(0, 5_000), (1, 9_000), (0, 9_000)]);
}

#[test]
fn headers_that_are_not_understood_say_so() {
    let first = |bytes: &[u8]| FioParser::default().line(bytes).unwrap_err().to_string();
    assert!(
        first(b"fio version 4 iolog").starts_with("1:13: iolog version '4' is not known; record it again")
    );
    assert!(first(b"0 vol0 read 0 4096").starts_with("1:1: this is not a fio iolog"));
    assert!(first(b"").starts_with("1:1: this is not a fio iolog"));
    assert!(first(b"\x1f\x8b\x08\x00").contains("packed with gzip; unpack it first"));
    assert!(first(b"\x7fELF\x02").contains("byte 0x7f does not belong in a text file"));
}

#[test]
fn each_defect_has_its_place_and_its_remedy() {
    for (line, want) in [
        ("5 v read 0", "2:5: 4 fields where `timestamp filename action offset length` is expected; mend"),
        ("5 v", "2:1: 2 fields where `timestamp filename action [offset length]` is expected"),
        ("5 my file read 0 512", "2:1: 6 fields where"),
        ("5 v add 0 512", "2:5: 5 fields where `timestamp filename action` is expected"),
        ("5 v rread 0 512", "2:5: no action is called 'rread'; the actions are add,"),
        ("5 v read 0 0", "2:12: a read or write of 0 bytes"),
        ("5 v read -512 512", "2:10: the offset -512 is negative; times, offsets and lengths begin at 0"),
        ("x v read 0 512", "2:1: the timestamp 'x' is not a number"),
        ("5 v read 0 5k", "2:12: the length '5k' is not a number"),
        ("5 v read 0 268435457", "2:12: the length 268435457 is past the largest allowed, 268435456"),
        ("5 v read 18446744073709551616 512", "2:10: the offset 18446744073709551616 is past"),
        ("5 v read 1125899906842623 512", "2:10: the offset 1125899906842623 is past"),
        ("4611686018427388 v read 0 512", "2:1: the timestamp 4611686018427388 is past"),
        ("5 v\u{1} read 0 512", "2:4: byte 0x01 does not belong in a text file"),
    ] {
        let got = error_of(line);
        assert!(got.starts_with(want), "{line}\n  got  {got}\n  want {want}");
    }
}

#[test]
fn an_empty_and_a_cut_trace_are_told_apart() {
    let empty = FioParser::default().end(&[]).unwrap_err();
    assert_eq!((empty.line, empty.problem), (1, TraceProblem::Empty));
    let cut = FioParser::default().end(b"fio ver").unwrap_err();
    assert_eq!(cut.problem, TraceProblem::Truncated);
    let packed = FioParser::default().end(b"\x1f\x8b\x08").unwrap_err();
    assert_eq!(packed.problem, TraceProblem::Compressed { by: "gzip" });
}

#[test]
fn names_and_numbers_of_files_are_bounded() {
    let mut parser = FioParser::default();
    parser.line(b"fio version 3 iolog").unwrap();
    let error = (0..=FILES_MAX).find_map(|i| parser.line(format!("0 f{i} add").as_bytes()).err()).unwrap();
    assert_eq!(error.problem, TraceProblem::TooManyFiles { max: FILES_MAX });
}

/// The shortcut must give what the long way gives: a tab instead of a blank forces the long way.
#[test]
fn the_shortcut_and_the_long_way_agree() {
    let numbers =
        ["0", "7", "000012", "1125899906842112", "999999999999999999", "9999999999999999999", "", "-1"];
    for version in [2, 3] {
        for at in numbers {
            for offset in numbers {
                for length in ["1", "512", "0", "268435456", "268435457", "99999999999999999999"] {
                    let run = |blank: &str| {
                        let mut parser = FioParser::default();
                        parser.line(format!("fio version {version} iolog").as_bytes()).unwrap();
                        let timed = if version == 3 { "5 " } else { "" };
                        parser.line(format!("{timed}v open").as_bytes()).unwrap();
                        let time = if version == 3 { format!("{at} ") } else { String::new() };
                        let result = parser.line(format!("{time}v{blank}write {offset} {length}").as_bytes());
                        (result, parser.counts())
                    };
                    assert_eq!(run(" "), run("\t"), "{version}: {at} {offset} {length}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), headed in any::<bool>()) {
        let mut parser = FioParser::default();
        if headed {
            parser.line(b"fio version 3 iolog").unwrap();
        }
        for line in bytes.split(|&byte| byte == b'\n') {
            let _ = parser.line(line);
        }
        let _ = parser.end(&bytes);
    }

    /// Real lines with a byte or two changed, put in or taken out: a request comes out that obeys the bounds, or an
    /// error with a column inside the line.
    #[test]
    fn mutated_lines_give_a_sound_request_or_an_error(
        version in 2u8..=3,
        line in 0usize..6,
        changes in proptest::collection::vec((any::<u16>(), any::<u8>(), 0u8..3), 1..4),
    ) {
        let lines = ["411 v read 39583744 8192", "v write 0 4096", "20 v add", "v wait 100 0", "9 v trim 0 1", "9 v sync 0 0"];
        let mut bytes = lines[line].as_bytes().to_vec();
        for (at, byte, kind) in changes {
            let at = usize::from(at) % bytes.len().max(1);
            match kind {
                0 if !bytes.is_empty() => bytes[at] = byte,
                1 if !bytes.is_empty() => { bytes.remove(at); }
                _ => bytes.insert(at.min(bytes.len()), byte),
            }
        }
        let mut parser = FioParser::default();
        parser.line(format!("fio version {version} iolog").as_bytes()).unwrap();
        match parser.line(&bytes) {
            Ok(Some(op)) => {
                prop_assert!(op.length >= 1 && u64::from(op.length) <= LENGTH_MAX);
                prop_assert!(op.offset.checked_add(u64::from(op.length)).is_some_and(|end| end <= OFFSET_MAX));
            }
            Ok(None) => {}
            Err(error) => prop_assert!(error.line == 2 && error.column >= 1 && error.column <= bytes.len() as u64 + 1),
        }
    }
}

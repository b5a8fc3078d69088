//! Ranges of seeds, and their pieces.

use std::fmt;
use std::str::FromStr;

/// Seeds `first .. last`, without the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeedRange {
    pub first: u64,
    pub last: u64,
}

/// The `number`-th of `of` pieces, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    pub number: u64,
    pub of: u64,
}

/// What is wrong with a range, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeError(pub String);

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RangeError {}

impl FromStr for SeedRange {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<SeedRange, RangeError> {
        let bad = |why: &str| RangeError(format!("{why}; write FIRST..LAST, as in 0..1000"));
        let (first, last) = text.split_once("..").ok_or_else(|| bad("this is no range of seeds"))?;
        let number = |text: &str| text.parse().map_err(|_| bad(&format!("'{text}' is no seed")));
        let range = SeedRange { first: number(first)?, last: number(last)? };
        if range.first >= range.last {
            return Err(bad("the range is empty"));
        }
        Ok(range)
    }
}

impl fmt::Display for SeedRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.last)
    }
}

impl FromStr for Shard {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Shard, RangeError> {
        let bad =
            || RangeError(format!("'{text}' is no shard; write i/n, as in 3/8: 1/8 to 8/8 make the whole"));
        let (number, of) = text.split_once('/').ok_or_else(bad)?;
        let shard = Shard { number: number.parse().map_err(|_| bad())?, of: of.parse().map_err(|_| bad())? };
        if shard.number == 0 || shard.number > shard.of {
            return Err(bad());
        }
        Ok(shard)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// Its seeds. All pieces together are the whole, and none is longer than another by more than one seed.
    pub fn piece(self, seeds: SeedRange) -> SeedRange {
        let length = u128::from(seeds.last - seeds.first);
        let cut = |number: u64| seeds.first + (length * u128::from(number) / u128::from(self.of)) as u64;
        SeedRange { first: cut(self.number - 1), last: cut(self.number) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_make_the_whole_without_gaps() {
        for (text, of) in [("0..10", 3), ("5..6", 4), ("0..18446744073709551615", 7)] {
            let seeds: SeedRange = text.parse().unwrap();
            let pieces: Vec<SeedRange> = (1..=of).map(|number| Shard { number, of }.piece(seeds)).collect();
            assert_eq!((pieces[0].first, pieces[pieces.len() - 1].last), (seeds.first, seeds.last));
            assert!(pieces.windows(2).all(|two| two[0].last == two[1].first));
            let lengths = pieces.iter().map(|piece| piece.last - piece.first);
            assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1);
        }
    }

    #[test]
    fn bad_ranges_and_shards_say_what_to_write() {
        for bad in ["", "7", "7..", "a..9", "9..9", "9..3", "-1..3"] {
            let error = bad.parse::<SeedRange>().unwrap_err().to_string();
            assert!(error.ends_with("; write FIRST..LAST, as in 0..1000"), "{bad}: {error}");
        }
        for bad in ["", "3", "0/8", "9/8", "1/0", "a/8"] {
            assert!(bad.parse::<Shard>().unwrap_err().to_string().contains("write i/n"), "{bad}");
        }
    }
}

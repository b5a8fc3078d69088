//! Too much is said to draw a line for each: how much it is, for each stretch of time and each two lanes.

use super::acts::{Act, Place, span};
use super::lanes::Plan;
use super::shelf::{Shelf, width};
use super::{Fold, Lens, Phase, unsigned};
use crate::language::{say, speak};
use crate::scene::round::round_up;
use crate::scene::words::count_text;
use mirrorline_engine::mark;
use mirrorline_engine::text::{Arg, Text};

/// Stretches in a window, at most.
const STRETCHES: u64 = 12;

/// What is counted together.
struct Count {
    stretch: u64,
    /// The two lanes, the upper one first.
    lanes: (usize, usize),
    what: &'static str,
    /// … where there is little room.
    short: &'static str,
    event: u64,
    count: u32,
}

/// Where within its stretch a fold stands, in hundredths: what passes over other lanes stands aside.
fn aside(lanes: (usize, usize), plan: &Plan) -> i64 {
    let array = plan.index(Place::Array);
    match lanes {
        (upper, lower) if upper + 1 == lower => 50,
        (_, lower) if lower == array => 22,
        _ => 78,
    }
}

pub fn folds(plan: &Plan, lens: &Lens, shelf: &mut Shelf, acts: &[Act], now_ns: u64) -> Vec<Fold> {
    let step = round_up(lens.span_ns / STRETCHES).max(1);
    let mut counts: Vec<Count> = Vec::new();
    for act in acts {
        let stretch = unsigned(act.at_ns) / step;
        let (from, to) = (plan.index(act.from), plan.index(act.to));
        let lanes = (from.min(to), from.max(to));
        // Acts are in the order of time: what belongs together is near the end.
        let same = counts
            .iter_mut()
            .rev()
            .take_while(|count| count.stretch == stretch)
            .find(|count| count.lanes == lanes);
        if let Some(count) = same {
            count.count += 1;
            continue;
        }
        let (what, short) = match (act.from, act.to) {
            (Place::Controller(_), Place::Controller(_)) => {
                (mark!("{count} messages"), mark!("{count} messages"))
            }
            (_, Place::Array) => (mark!("{count} disk commands"), mark!("{count} disk")),
            _ => (mark!("{count} requests and answers"), mark!("{count} I/O")),
        };
        counts.push(Count { stretch, lanes, what, short, event: act.event, count: 1 });
    }
    counts.iter().map(|count| fold(plan, lens, shelf, count, step, now_ns)).collect()
}

fn fold(plan: &Plan, lens: &Lens, shelf: &mut Shelf, count: &Count, step: u64, now_ns: u64) -> Fold {
    let from_ns = count.stretch * step;
    let x = lens.x(super::signed(from_ns) + super::signed(step) / 100 * aside(count.lanes, plan));
    let (upper, lower) = (&plan.lanes[count.lanes.0], &plan.lanes[count.lanes.1]);
    let number = count_text(count.count.into());
    let counted = |words| speak(Text::new(words, [Arg::from(&number)]));
    let words = if count.count == 1 { number.clone() } else { counted(count.short) };
    let phase = match () {
        () if from_ns > now_ns => Phase::Future,
        () if from_ns + step > now_ns => Phase::Leaving,
        () => Phase::Past,
    };
    let (from, to) = ((x, upper.y), (x, lower.y));
    let label = [words.as_str(), number.as_str()]
        .iter()
        .find_map(|text| shelf.on_line(text, width(text, lens), from, to, false));
    let title = say!(
        "{what} between {upper} and {lower}, {span}",
        what = counted(count.what),
        upper = &upper.name,
        lower = &lower.name,
        span = span(from_ns, from_ns + step)
    );
    Fold {
        event: count.event,
        count: count.count,
        weight: match count.count {
            0..4 => 1,
            4..20 => 2,
            20..100 => 3,
            _ => 4,
        },
        phase,
        x,
        from_y: upper.y,
        to_y: lower.y,
        label,
        title,
    }
}

//! Keyframes: clones of a run, so that nothing need be undone. They thin out with age: where there may be no more of
//! them, new ones come half as often, and each takes the place of an old one, every other of which goes. So never is more
//! than one given up at a time (to free a world takes a while), and a seek steps over few events near the frontier.

/// Memory that keyframes may take, in bytes, about.
const BYTES_MAX: usize = 64 << 20;
/// Keyframes at most, however small the world.
pub(super) const COUNT_MAX: usize = 256;
/// Events between two keyframes at first.
const SPACING_FIRST: u64 = 64;

#[derive(Clone, Debug)]
pub(super) struct Keyframes<T> {
    /// By the number of events that had happened. The first is the start.
    frames: Vec<(u64, Box<T>)>,
    /// Events between two of them at most.
    spacing: u64,
}

impl<T: Clone> Keyframes<T> {
    pub fn new(start: T) -> Keyframes<T> {
        Keyframes { frames: vec![(0, Box::new(start))], spacing: SPACING_FIRST }
    }

    /// Keeps a clone if it is time for one. `bytes` is what a clone takes, about.
    pub fn offer(&mut self, position: u64, bytes: usize, now: &T) {
        if !position.is_multiple_of(self.spacing) || self.frames.last().is_some_and(|(at, _)| *at >= position)
        {
            return;
        }
        self.frames.push((position, Box::new(now.clone())));
        let most = (BYTES_MAX / bytes.max(1)).clamp(4, COUNT_MAX);
        while self.frames.len() > most {
            self.thin();
        }
    }

    /// Gives up the oldest of those that stand closer than they need to; where none does, every other one does.
    fn thin(&mut self) {
        loop {
            let spacing = self.spacing;
            if let Some(index) = self.frames.iter().position(|(at, _)| !at.is_multiple_of(spacing)) {
                self.frames.remove(index);
                return;
            }
            self.spacing *= 2;
        }
    }

    /// The last keyframe at or before a position.
    pub fn before(&self, position: u64) -> (u64, &T) {
        let after = self.frames.partition_point(|(at, _)| *at <= position);
        let (at, frame) = &self.frames[after - 1];
        (*at, frame)
    }

    /// Forgets what lies after a position: another future begins there.
    pub fn cut(&mut self, position: u64) {
        self.frames.retain(|(at, _)| *at <= position);
    }

    pub fn len(&self) -> usize {
        self.frames.len()
    }

    #[cfg(test)]
    pub fn spacing(&self) -> u64 {
        self.spacing
    }
}

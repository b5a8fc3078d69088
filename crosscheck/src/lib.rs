//! Holds the engine's check of strict linearizability against an independent one; all of it is in `tests/`.

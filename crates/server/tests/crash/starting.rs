//! Starts that must fail: one clear line, the right exit code.

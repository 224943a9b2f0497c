//! How diagnostics look: for people, as single lines, and as JSON.

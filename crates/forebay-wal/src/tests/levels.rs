//! Tests of levels.

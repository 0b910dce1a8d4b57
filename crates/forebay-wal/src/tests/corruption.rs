//! Tests of corruption.

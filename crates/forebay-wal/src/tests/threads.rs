//! Tests of threads.

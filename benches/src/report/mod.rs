//! Reporting: rows as JSON, tables for people, the live view, the machine.

mod column;
pub mod figure;
mod live;
pub mod machine;
pub mod progress;
pub mod row;
pub mod summary;
pub mod table;

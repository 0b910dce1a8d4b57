//! Reporting: rows as JSON, a table for people, a progress bar, the machine.

mod column;
pub mod machine;
pub mod progress;
pub mod row;
pub mod table;

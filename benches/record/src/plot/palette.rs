//! Which engine is drawn how: the same everywhere on a page.

use super::group::{is_generator, is_ours};
use crate::{Record, Row};

/// Styles of peers and of our variants; the sheet defines as many.
const PEERS: usize = 8;
const VARIANTS: usize = 4;

/// The engines in the order in which they were measured first.
#[derive(Debug)]
pub(super) struct Palette {
    ours: Vec<String>,
    peers: Vec<String>,
}

impl Palette {
    pub(super) fn of(record: &Record) -> Self {
        let mut palette = Self {
            ours: Vec::new(),
            peers: Vec::new(),
        };
        for row in record.rows.iter().filter(|row| !is_generator(row)) {
            let (labels, label) = if is_ours(row) {
                (&mut palette.ours, row.label())
            } else {
                (&mut palette.peers, row.engine.clone().into_owned())
            };
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        palette
    }

    /// The names of its styles.
    pub(super) fn class(&self, row: &Row) -> String {
        let place = |labels: &[String], label: &str| labels.iter().position(|each| each == label);
        if is_generator(row) {
            "generator".to_owned()
        } else if is_ours(row) {
            let place = place(&self.ours, &row.label()).unwrap_or(0);
            format!("ours v{}", place % VARIANTS)
        } else {
            let place = place(&self.peers, &row.engine).unwrap_or(0);
            format!("peer p{}", place % PEERS)
        }
    }
}

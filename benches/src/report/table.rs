//! The table for people: one section for each group, with the columns that it has figures for.

use core::fmt::{self, Write};

use crate::engine::{is_generator, is_ours};
use crate::measure::Group;
use crate::measure::case::Figure;
use crate::report::column::{COLUMNS, Column, grouped};
use crate::report::row::Row;

/// How a table marks what matters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks {
    /// Before a row of ours.
    pub ours: &'static str,
    /// Before a heading.
    pub heading: &'static str,
    /// Before what went wrong.
    pub fault: &'static str,
    /// After each of them.
    pub end: &'static str,
}

impl Marks {
    /// Nothing: for a file or a pipe.
    pub const PLAIN: Self = Self {
        ours: "",
        heading: "",
        fault: "",
        end: "",
    };
    /// The escape sequences of a terminal.
    pub const COLOURED: Self = Self {
        ours: "\x1b[1m",
        heading: "\x1b[1;36m",
        fault: "\x1b[1;31m",
        end: "\x1b[0m",
    };
}

/// How the row of [`crate::engine::null`] is named, which is not an engine.
pub(super) const GENERATOR: &str = "(generator)";

/// How wide the terminal at stdout is, in columns; none when it is no terminal.
#[must_use]
pub fn width() -> Option<usize> {
    let (_, columns) = console::Term::stdout().size_checked()?;
    Some(columns.into())
}

/// All groups that were measured.
#[derive(Debug, Default)]
pub struct Table {
    sections: Vec<Section>,
}

#[derive(Debug)]
struct Section {
    workload: String,
    payload: usize,
    title: String,
    figure: Figure,
    /// Whether each row is a group of its own, and named after it.
    solitary: bool,
    rows: Vec<(String, Row)>,
}

const LEGEND: &str = "\n\
    * decides, less is better; 'vs best peer' above 1.00x is better than every peer.\n\
    Times are medians of the rounds, +/- their median deviation. B/msg includes the payload.\n\
    Latencies are from when a message was due, offered at so many million messages a second.\n\
    (generator) is what the workload itself costs, without any queue; '!' after its part marks more\n\
    than 30 % of Forebay's figure.\n";

impl Table {
    /// Adds a group that was measured.
    pub fn add(&mut self, _: &Group, rows: &[Row]) {
        self.add_rows(&rows.iter().collect::<Vec<_>>());
    }

    /// Adds the rows of one group. Groups of one engine that follow one another share a section.
    pub fn add_rows(&mut self, rows: &[&Row]) {
        let Some(&first) = rows.first() else { return };
        let (workload, payload) = (first.workload.clone().into_owned(), first.payload_bytes);
        let solitary = rows.len() == 1;
        if solitary {
            let named = rows.iter().map(|&row| (row.title.clone(), row.clone()));
            let last = self.sections.last_mut();
            let fits = |section: &&mut Section| {
                section.solitary && section.workload == workload && section.payload == payload
            };
            if let Some(section) = last.filter(fits) {
                section.rows.extend(named);
            } else {
                let title = format!(
                    "{workload}: {} alone, {payload}-byte messages",
                    first.label()
                );
                let (figure, rows) = (first.figure, named.collect());
                self.sections.push(Section {
                    workload,
                    payload,
                    title,
                    figure,
                    solitary,
                    rows,
                });
            }
            return;
        }
        let rounds = rows.iter().map(|row| row.rounds).max().unwrap_or(0);
        let messages = rows.iter().map(|row| row.messages).max().unwrap_or(0);
        let plural = if rounds == 1 { "" } else { "s" };
        let title = format!(
            "{workload}: {}; {} messages of {payload} bytes, {rounds} round{plural}",
            first.title,
            grouped(messages),
        );
        let figure = first.figure;
        let name = |row: &Row| {
            if is_generator(&row.engine) {
                GENERATOR.to_owned()
            } else {
                row.label()
            }
        };
        let mut rows: Vec<_> = rows.iter().map(|&row| (name(row), row.clone())).collect();
        let key = |row: &Row| match row.figure(figure) {
            Some(figure) if !is_generator(&row.engine) => figure,
            _ => f64::INFINITY,
        };
        rows.sort_by(|(_, a), (_, b)| key(a).total_cmp(&key(b)));
        self.sections.push(Section {
            workload,
            payload,
            title,
            figure,
            solitary,
            rows,
        });
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// The whole table as text.
    #[must_use]
    pub fn render(&self, marks: Marks) -> String {
        let mut text = String::new();
        for section in &self.sections {
            // Writing to a string cannot fail.
            let _ = section.render(marks, &mut text);
        }
        if !self.is_empty() {
            text.push_str(LEGEND);
        }
        text
    }
}

impl Section {
    fn render(&self, marks: Marks, out: &mut String) -> fmt::Result {
        writeln!(out, "\n{}{}{}", marks.heading, self.title, marks.end)?;
        let rows = || self.rows.iter().map(|(_, row)| row);
        let has_figures = |column: &&Column| rows().any(|row| (column.cell)(row).is_some());
        let columns: Vec<&Column> = COLUMNS.iter().filter(has_figures).collect();
        let name_width = self.rows.iter().map(|(name, _)| name.len()).max();
        let name_width = name_width.unwrap_or(0);
        let cells = |column: &&Column| self.cells(column);
        let cells: Vec<Vec<String>> = columns.iter().map(cells).collect();
        let headings = cells.iter().filter_map(|column| column.first());
        let widths = cells
            .iter()
            .map(|column| column.iter().map(String::len).max().unwrap_or(0));
        let widths: Vec<usize> = widths.collect();
        write!(out, "  {:name_width$}", "")?;
        for (heading, width) in headings.zip(&widths) {
            write!(out, "  {heading:>width$}")?;
        }
        out.push('\n');
        for (line, (name, row)) in (1..).zip(&self.rows) {
            let mark = match &row.fault {
                Some(_) => marks.fault,
                None if is_ours(&row.engine) => marks.ours,
                None => "",
            };
            let mut text = format!("  {name:name_width$}");
            if let Some(fault) = &row.fault {
                write!(text, "  {fault}")?;
            } else {
                for (column, width) in cells.iter().zip(&widths) {
                    write!(text, "  {:>width$}", column[line])?;
                }
            }
            let end = if mark.is_empty() { "" } else { marks.end };
            writeln!(out, "{mark}{}{end}", text.trim_end())?;
        }
        Ok(())
    }

    /// A column from its heading downwards.
    fn cells(&self, column: &Column) -> Vec<String> {
        let decides = if column.decides == Some(self.figure) {
            "*"
        } else {
            ""
        };
        let heading = format!("{}{decides}", column.heading);
        let figures = self
            .rows
            .iter()
            .map(|(_, row)| (column.cell)(row).unwrap_or_default());
        core::iter::once(heading).chain(figures).collect()
    }
}

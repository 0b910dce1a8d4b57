//! A record as people look at it: a page that needs nothing else, plots and tables for a README.
//!
//! Everything is drawn here, as SVG and as tables whose cells are bars, and not by a library in the
//! reader's browser: a page is then complete without its script, prints, follows the reader's
//! colours and text size, can be read aloud, and the same record gives the same bytes, which
//! `cargo xtask tidy` relies on. The script adds what needs a hand: values under the pointer or the
//! arrow keys, sorting, filtering, and the switch between light and dark. A page refuses to load
//! anything from anywhere.

mod bars;
mod chart;
mod folder;
mod group;
mod latency;
mod length;
mod markdown;
mod number;
mod over_time;
mod page;
mod palette;
mod rows;
mod scale;
mod scaling;
mod summary;
mod svg;
mod verdict;
mod version;

pub use self::folder::{PLOTS, files};
pub use self::markdown::{readme, table};
pub use self::page::page;
pub use self::svg::{Theme, bars as svg_bars, ratios as svg_ratios};

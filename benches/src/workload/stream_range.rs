//! `stream-range`: pages of a stream forwards and backwards, and single entries by id.

use forebay::StreamId;

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::stream::{Reader, case, work_of};
use crate::engine::null;
use crate::engine::stream::forebay::Copying;
use crate::engine::stream::{Session, Stream, StreamVisitor, visit_streams};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape};
use crate::measure::{Case, Group, Pulse, Sample, Span, Work, crew};
use crate::message::Header;

const PAGE: usize = 100;
/// The route through single entries steps over so many of them at a time, or more.
const STRIDE: u64 = 7_919;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// XRANGE, page by page.
    Forwards,
    /// XREVRANGE, page by page.
    Backwards,
    /// XRANGE of one id, then of another one far away.
    Single,
}

impl Route {
    const ALL: [Self; 3] = [Self::Forwards, Self::Backwards, Self::Single];

    const fn title(self) -> &'static str {
        match self {
            Self::Forwards => "XRANGE COUNT 100, page by page",
            Self::Backwards => "XREVRANGE COUNT 100, page by page",
            Self::Single => "XRANGE of single ids here and there",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Forwards => "forwards",
            Self::Backwards => "backwards",
            Self::Single => "single",
        }
    }

    const fn count(self) -> usize {
        match self {
            Self::Forwards | Self::Backwards => PAGE,
            Self::Single => 1,
        }
    }

    const fn messages(self) -> u64 {
        match self {
            Self::Forwards | Self::Backwards => 1_000_000,
            Self::Single => 500_000,
        }
    }

    /// A served engine gets one in so many messages.
    const fn part(self) -> u64 {
        match self {
            Self::Forwards | Self::Backwards => 5,
            Self::Single => 50,
        }
    }
}

/// One group for each route.
#[must_use]
pub fn groups() -> Vec<Group> {
    Route::ALL.into_iter().map(group).collect()
}

fn group(route: Route) -> Group {
    let mut cases = Cases {
        route,
        cases: Vec::new(),
    };
    visit_streams(&mut cases);
    cases.visit::<Copying>();
    let generator = move |work: &_| run::<null::Stream, Tally>(route, work);
    cases.cases.push(null::case(1, 1, generator));
    let shape = Shape {
        workload: "stream-range",
        title: route.title().to_owned(),
        producers: 1,
        consumers: 1,
        threads: 1,
        keys: 1,
        extra: vec![
            ("route", route.name().into()),
            ("count", route.count().into()),
        ],
    };
    Group::new(shape, route.messages(), Figure::NsPerOp, cases.cases).with_backlog()
}

struct Cases {
    route: Route,
    cases: Vec<Case>,
}

impl StreamVisitor for Cases {
    fn visit<S: Stream>(&mut self) {
        let route = self.route;
        let case = case::<S>(move |work| run::<S, Tally>(route, work))
            .checked(move |work| run::<S, Ledger>(route, work));
        self.cases.push(case);
    }
}

fn run<S: Stream, A: Audit>(route: Route, work: &Work) -> Result<Sample, Fault> {
    let work = &work_of::<S>(work, route.part());
    let stream = S::new(0);
    let results = crew::run(1, &work.pulse, |_, gate| {
        let mut session = stream.session();
        add::<A>(&mut session, route, work);
        let ids = if route == Route::Single {
            ids(&mut session, &work.pulse)
        } else {
            Vec::new()
        };
        gate.wait();
        Span::of(|| match route {
            Route::Forwards => forwards(&mut session, &work.pulse),
            Route::Backwards => backwards(&mut session, &work.pulse),
            Route::Single => single(&mut session, &ids, &work.pulse),
        })
    })?;
    work.check_stopped()?;
    let (spans, read): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    let audits: Vec<A> = read.into_iter().collect::<Result<_, _>>()?;
    if route == Route::Single {
        // They are asked for in another order than they were added in.
        let apart = |header: Header| usize::try_from(header.sequence()).unwrap_or(usize::MAX);
        A::verdict_by_queue(audits, &[work.messages], &apart)?;
    } else {
        A::verdict(audits, &[work.messages])?;
    }
    Ok(Sample::new(work.messages, Span::hull(spans)))
}

/// Numbers the messages in the order in which they will be read.
fn add<A: Audit>(session: &mut impl Session, route: Route, work: &Work) {
    let mut message = vec![0; work.payload];
    for number in 0..work.messages {
        let sequence = if route == Route::Backwards {
            work.messages - 1 - number
        } else {
            number
        };
        A::write(&mut message, Header::new(0, sequence));
        session.add(&message);
        if !work.pulse.after(number) {
            break;
        }
    }
    session.settle();
}

fn ids(session: &mut impl Session, pulse: &Pulse) -> Vec<StreamId> {
    let mut ids = Vec::new();
    let mut last = StreamId::MIN;
    loop {
        session.read(last, PAGE, |id, _| ids.push(id));
        match ids.last() {
            Some(&id) if id > last && pulse.beat() => last = id,
            _ => return ids,
        }
    }
}

fn forwards<A: Audit>(session: &mut impl Session, pulse: &Pulse) -> Result<A, Fault> {
    let mut reader = Reader::default();
    let mut pages = 0;
    while let Some(from) = reader.last().next() {
        let before = reader.count();
        session.range(from, StreamId::MAX, PAGE, |id, message| {
            reader.take(id, message);
        });
        pages += 1;
        if reader.count() == before || !pulse.after(pages) {
            break;
        }
    }
    reader.into_audit()
}

fn backwards<A: Audit>(session: &mut impl Session, pulse: &Pulse) -> Result<A, Fault> {
    let mut audit = A::default();
    let (mut to, mut pages) = (Some(StreamId::MAX), 0);
    let mut disordered = None;
    while let Some(last) = to {
        let mut seen: Option<StreamId> = None;
        session.range_back(StreamId::MIN, last, PAGE, |id, message| {
            match seen {
                Some(later) if id >= later => disordered = Some((later, id)),
                None if id > last => disordered = Some((last, id)),
                _ => {}
            }
            seen = Some(id);
            audit.read(message);
        });
        to = seen.and_then(StreamId::previous);
        pages += 1;
        if !pulse.after(pages) {
            break;
        }
    }
    match disordered {
        None => Ok(audit),
        Some((earlier, later)) => Err(Fault::Disordered { earlier, later }),
    }
}

fn single<A: Audit>(
    session: &mut impl Session,
    ids: &[StreamId],
    pulse: &Pulse,
) -> Result<A, Fault> {
    let mut audit = A::default();
    let mut strange = None;
    for place in route(ids.len() as u64) {
        let asked = usize::try_from(place).ok().and_then(|place| ids.get(place));
        let Some(&asked) = asked else { break };
        session.range(asked, asked, 1, |id, message| {
            if id != asked {
                strange = Some((asked, id));
            }
            audit.read(message);
        });
        if !pulse.after(place) {
            break;
        }
    }
    match strange {
        None => Ok(audit),
        Some((earlier, later)) => Err(Fault::Disordered { earlier, later }),
    }
}

/// Every number below `length` once, far from the one before.
fn route(length: u64) -> impl Iterator<Item = u64> {
    // Steps that have no divisor in common with the length come everywhere.
    let common = |mut a: u64, mut b: u64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let mut stride = STRIDE;
    while length > 0 && common(stride, length) > 1 {
        stride += 1;
    }
    (0..length).map(move |number| number * stride % length)
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn route_comes_everywhere_once() {
        for length in [0, 1, 2, 7_919, 7_920, 10_000, 2 * 7_919] {
            let mut places: Vec<u64> = route(length).collect();
            places.sort_unstable();
            assert!(places.into_iter().eq(0..length), "{length}");
        }
    }
}

//! What a stream writes down of what happens to it, and doing that again.
//!
//! Most operations are written as they were asked for, with the time at which they were: done again
//! on the same stream they come to the same. What depends on more than that is written as it came
//! out: the id of a new entry, the entries that a trim removed. What was asked for and changed
//! nothing is not written, nor that a consumer has been seen.

use forebay_sync::stream_log::{Field, Place};
use smallvec::SmallVec;

use super::budget::Budget;
use super::claim::Claimer;
use super::deliver::{GroupRead, clamped};
use super::frozen::FrozenStream;
use super::idempotence::Name;
use super::ids::{id_of, log_id};
use crate::journal::{
    Code, Malformed, Parsed, Parser, put_bytes, put_flag, put_id, put_number, put_optional,
    put_signed,
};
use crate::stream::{
    ClaimTime, GroupReadFrom, GroupStart, Idempotence, NackMode, NewId, References, StreamId,
    XaddOptions, XautoclaimOptions, XcfgsetOptions, XclaimOptions, XnackOptions, XreadgroupOptions,
    XsetidOptions,
};

impl FrozenStream<'_> {
    pub(super) fn write_added(
        &self,
        id: StreamId,
        options: &XaddOptions,
        fields: &[Field<'_>],
        now_ms: u64,
    ) {
        self.write(Code::Add, |to| {
            put_id(to, id);
            put_added(to, options, fields, now_ms);
        });
    }

    /// An entry had been added before.
    pub(super) fn write_added_again(
        &self,
        options: &XaddOptions,
        fields: &[Field<'_>],
        now_ms: u64,
    ) {
        self.write(Code::AddAgain, |to| put_added(to, options, fields, now_ms));
    }

    pub(super) fn write_trimmed(&self, references: References, prefix: u64, others: &[Place]) {
        self.write(Code::Trim, |to| {
            put_references(to, references);
            put_number(to, prefix);
            let snapshot = self.snapshot();
            let ids = others.iter().filter_map(|&place| snapshot.id_at(place));
            let ids: Vec<_> = ids.map(id_of).collect();
            put_ids(to, &ids);
        });
    }

    pub(super) fn write_acked(&self, group: &[u8], ids: &[StreamId]) {
        self.write(Code::Ack, |to| {
            put_bytes(to, group);
            put_ids(to, ids);
        });
    }

    pub(super) fn write_nacked(
        &self,
        group: &[u8],
        mode: NackMode,
        ids: &[StreamId],
        options: &XnackOptions,
    ) {
        self.write(Code::Nack, |to| {
            put_bytes(to, group);
            to.push(match mode {
                NackMode::Silent => 0,
                NackMode::Fail => 1,
                NackMode::Fatal => 2,
            });
            put_optional(to, options.retrycount);
            put_flag(to, options.force);
            put_ids(to, ids);
        });
    }

    pub(super) fn write_group(
        &self,
        code: Code,
        name: &[u8],
        start: StreamId,
        entries_read: Option<u64>,
    ) {
        self.write(code, |to| {
            put_bytes(to, name);
            put_id(to, start);
            put_optional(to, entries_read);
        });
    }

    pub(super) fn write_delivered(&self, group: &[u8], read: &GroupRead<'_>, budget: &Budget) {
        self.write(Code::Deliver, |to| {
            put_bytes(to, group);
            put_bytes(to, read.consumer);
            match read.from {
                GroupReadFrom::New => put_flag(to, false),
                GroupReadFrom::PendingAfter(id) => {
                    put_flag(to, true);
                    put_id(to, id);
                }
            }
            put_flag(to, read.options.noack);
            put_optional(to, read.options.claim);
            put_signed(to, read.now_ms);
            put_limit(to, budget.count);
            put_limit(to, budget.entries);
            put_optional(to, budget.bytes);
            put_flag(to, budget.has_given);
        });
    }

    pub(super) fn write_claim(
        &self,
        claimer: &Claimer<'_>,
        ids: &[StreamId],
        options: &XclaimOptions,
    ) {
        self.write(Code::Claim, |to| {
            put_claimer(to, claimer);
            match options.delivered {
                ClaimTime::Now => to.push(0),
                ClaimTime::Idle(ms) => {
                    to.push(1);
                    put_number(to, ms);
                }
                ClaimTime::At(ms) => {
                    to.push(2);
                    put_signed(to, ms);
                }
            }
            put_optional(to, options.retrycount);
            put_flag(to, options.force);
            put_optional_id(to, options.lastid);
            put_ids(to, ids);
        });
    }

    pub(super) fn write_autoclaim(
        &self,
        claimer: &Claimer<'_>,
        start: StreamId,
        options: XautoclaimOptions,
    ) {
        self.write(Code::Autoclaim, |to| {
            put_claimer(to, claimer);
            put_id(to, start);
            put_number(to, options.count);
        });
    }

    pub(super) fn write_id(&self, id: StreamId, options: &XsetidOptions) {
        self.write(Code::SetId, |to| {
            put_id(to, id);
            put_optional(to, options.entries_added);
            put_optional_id(to, options.max_deleted_id);
        });
    }

    /// Does an operation again that was written down.
    pub(crate) fn redo(&mut self, code: Code, from: &mut Parser<'_>) -> Parsed<()> {
        match code {
            Code::Add => {
                let id = from.id()?;
                let added = Added::parse(from)?;
                let options = XaddOptions {
                    id: NewId::Exactly(id),
                    idempotence: added.idempotence,
                    ..XaddOptions::default()
                };
                let redone = self.add(&options, &added.fields, added.now_ms);
                (redone == Ok(id)).then_some(()).ok_or(Malformed)
            }
            Code::AddAgain => {
                let added = Added::parse(from)?;
                let idempotence = added.idempotence.ok_or(Malformed)?;
                let name = Name::of(&idempotence, &added.fields);
                if let Some(sent) = self.log.extra_mut() {
                    sent.find(added.now_ms, idempotence.producer(), &name);
                }
                Ok(())
            }
            Code::Trim => self.redo_trim(from),
            Code::DeleteEntry => {
                let id = from.id()?;
                self.delete(id).then_some(()).ok_or(Malformed)
            }
            Code::AckEverywhere => {
                let id = from.id()?;
                let snapshot = self.snapshot();
                self.body.groups.for_each(|_, group| {
                    group.ack(id, &snapshot);
                });
                Ok(())
            }
            Code::SetId => {
                let id = from.id()?;
                let options = XsetidOptions {
                    entries_added: from.optional()?,
                    max_deleted_id: optional_id(from)?,
                };
                self.set_id(id, &options).map_err(|_| Malformed)
            }
            Code::Configure => {
                self.configure(&XcfgsetOptions {
                    idmp_duration_s: from.optional()?,
                    idmp_maxsize: from.optional()?,
                });
                Ok(())
            }
            _ => self.redo_in_group(code, from),
        }
    }

    fn redo_in_group(&mut self, code: Code, from: &mut Parser<'_>) -> Parsed<()> {
        let group = from.bytes()?;
        let done = match code {
            Code::Ack => self.ack(group, &ids(from)?).map(drop),
            Code::Nack => {
                let mode = match from.byte()? {
                    0 => NackMode::Silent,
                    1 => NackMode::Fail,
                    2 => NackMode::Fatal,
                    _ => return Err(Malformed),
                };
                let options = XnackOptions {
                    retrycount: from.optional()?,
                    force: from.flag()?,
                };
                self.nack(group, mode, &ids(from)?, &options).map(drop)
            }
            Code::CreateGroup => {
                let (start, read) = (GroupStart::After(from.id()?), from.optional()?);
                self.create_group(group, start, read).ok()
            }
            Code::SetGroupId => {
                let (start, read) = (GroupStart::After(from.id()?), from.optional()?);
                self.set_group_id(group, start, read)
            }
            Code::DestroyGroup => self.destroy_group(group).map(drop),
            Code::CreateConsumer => {
                let consumer = from.bytes()?;
                let now_ms = from.signed()?;
                self.create_consumer(group, consumer, now_ms).map(drop)
            }
            Code::DeleteConsumer => self.delete_consumer(group, from.bytes()?).map(drop),
            Code::Deliver => self.redo_deliver(group, from)?,
            Code::Claim => self.redo_claim(group, from)?,
            Code::Autoclaim => {
                let claimer = claimer(group, from)?;
                let start = from.id()?;
                let count = from.number()?;
                let options = XautoclaimOptions { count };
                self.autoclaim_ids(&claimer, start, options).map(drop)
            }
            Code::DropDeleted => {
                let (min_idle_ms, now_ms) = (from.number()?, from.signed()?);
                self.with_group(group, |log, group| {
                    group.has_idle(clamped(min_idle_ms), now_ms, log);
                })
            }
            _ => return Err(Malformed),
        };
        done.ok_or(Malformed)
    }

    fn redo_trim(&mut self, from: &mut Parser<'_>) -> Parsed<()> {
        let references = references(from)?;
        let prefix = from.number()?;
        let ids = ids(from)?;
        let places = ids.iter().map(|&id| self.log.get(log_id(id)));
        let places = places.map(|entry| entry.map(|entry| entry.place()));
        let others: Vec<_> = places.collect::<Option<_>>().ok_or(Malformed)?;
        let expected = prefix.saturating_add(others.len() as u64);
        let removed = self.carry_out(references, prefix, &others);
        (removed == expected).then_some(()).ok_or(Malformed)
    }

    fn redo_deliver(&mut self, group: &[u8], from: &mut Parser<'_>) -> Parsed<Option<()>> {
        let consumer = from.bytes()?;
        let read_from = if from.flag()? {
            GroupReadFrom::PendingAfter(from.id()?)
        } else {
            GroupReadFrom::New
        };
        let options = XreadgroupOptions {
            noack: from.flag()?,
            claim: from.optional()?,
            ..XreadgroupOptions::default()
        };
        let read = GroupRead {
            consumer,
            from: read_from,
            options: &options,
            now_ms: from.signed()?,
        };
        let mut budget = Budget {
            count: limit(from)?,
            entries: limit(from)?,
            bytes: from.optional()?,
            has_given: from.flag()?,
        };
        Ok(self.deliver(group, &read, &mut budget).map(drop))
    }

    fn redo_claim<'p>(&mut self, group: &'p [u8], from: &mut Parser<'p>) -> Parsed<Option<()>> {
        let claimer = claimer(group, from)?;
        let delivered = match from.byte()? {
            0 => ClaimTime::Now,
            1 => ClaimTime::Idle(from.number()?),
            2 => ClaimTime::At(from.signed()?),
            _ => return Err(Malformed),
        };
        let options = XclaimOptions {
            delivered,
            retrycount: from.optional()?,
            force: from.flag()?,
            lastid: optional_id(from)?,
        };
        let ids = ids(from)?;
        Ok(self.claim_ids(&claimer, &ids, &options).map(drop))
    }
}

/// What XADD was given.
struct Added<'a> {
    now_ms: u64,
    idempotence: Option<Idempotence>,
    fields: SmallVec<[Field<'a>; 4]>,
}

fn put_added(to: &mut Vec<u8>, options: &XaddOptions, fields: &[Field<'_>], now_ms: u64) {
    put_number(to, now_ms);
    match &options.idempotence {
        None => to.push(0),
        Some(Idempotence::Idmp { producer, id }) => {
            to.push(1);
            put_bytes(to, producer);
            put_bytes(to, id);
        }
        Some(Idempotence::IdmpAuto { producer }) => {
            to.push(2);
            put_bytes(to, producer);
        }
    }
    put_number(to, fields.len() as u64);
    for (name, value) in fields {
        put_bytes(to, name);
        put_bytes(to, value);
    }
}

impl<'a> Added<'a> {
    fn parse(from: &mut Parser<'a>) -> Parsed<Self> {
        let now_ms = from.number()?;
        let idempotence = match from.byte()? {
            0 => None,
            1 => {
                let producer = from.bytes()?.to_vec();
                Some(Idempotence::id(producer, from.bytes()?.to_vec()))
            }
            2 => Some(Idempotence::auto(from.bytes()?.to_vec())),
            _ => return Err(Malformed),
        };
        let fields = from.several(|from| Ok((from.bytes()?, from.bytes()?)))?;
        Ok(Self {
            now_ms,
            idempotence,
            fields: SmallVec::from_vec(fields),
        })
    }
}

/// The group stands in front, with which every operation in a group begins.
fn put_claimer(to: &mut Vec<u8>, claimer: &Claimer<'_>) {
    put_bytes(to, claimer.group);
    put_bytes(to, claimer.consumer);
    put_number(to, claimer.min_idle_ms);
    put_flag(to, claimer.just_id);
    put_signed(to, claimer.now_ms);
}

fn claimer<'a>(group: &'a [u8], from: &mut Parser<'a>) -> Parsed<Claimer<'a>> {
    Ok(Claimer {
        group,
        consumer: from.bytes()?,
        min_idle_ms: from.number()?,
        just_id: from.flag()?,
        now_ms: from.signed()?,
    })
}

fn put_references(to: &mut Vec<u8>, references: References) {
    to.push(match references {
        References::Keep => 0,
        References::Delete => 1,
        References::Acked => 2,
    });
}

fn references(from: &mut Parser<'_>) -> Parsed<References> {
    match from.byte()? {
        0 => Ok(References::Keep),
        1 => Ok(References::Delete),
        2 => Ok(References::Acked),
        _ => Err(Malformed),
    }
}

fn put_ids(to: &mut Vec<u8>, ids: &[StreamId]) {
    put_number(to, ids.len() as u64);
    for &id in ids {
        put_id(to, id);
    }
}

fn ids(from: &mut Parser<'_>) -> Parsed<Vec<StreamId>> {
    from.several(Parser::id)
}

fn put_optional_id(to: &mut Vec<u8>, id: Option<StreamId>) {
    put_flag(to, id.is_some());
    if let Some(id) = id {
        put_id(to, id);
    }
}

fn optional_id(from: &mut Parser<'_>) -> Parsed<Option<StreamId>> {
    from.flag()?.then(|| from.id()).transpose()
}

/// No limit is short.
fn put_limit(to: &mut Vec<u8>, limit: u64) {
    put_optional(to, (limit != u64::MAX).then_some(limit));
}

fn limit(from: &mut Parser<'_>) -> Parsed<u64> {
    Ok(from.optional()?.unwrap_or(u64::MAX))
}

//! One blocked call: who waits, who serves it, and the one word that decides between them.
//!
//! # What it is
//! A [`Waiter`] belongs to one blocked call, a parked thread or a task. Its [`WaiterHandle`]s stand
//! in the [`WaitQueue`](crate::WaitQueue) of every key that the call names. Whoever has something
//! for it takes a [`Claim`] from a handle, which exactly one can have, and delivers a value, or
//! gives the claim back. The owner waits, takes the value, or cancels.
//!
//! A third party that wants to end the call, a timer or a shutdown, does it as any other server
//! does: it claims and delivers a value that says so. Only the owner cancels.
//!
//! # When to use, when not
//! For one delivery to one receiver that several compete to make. It is not a channel: a waiter
//! settles once. A claim is meant to last for a few instructions, because an owner who wants to
//! leave has to wait for its end.
//!
//! # State
//! One `AtomicU32`; every change is one read-modify-write.
//!
//! | Bits | Name | Meaning | Set by | Cleared by |
//! |---|---|---|---|---|
//! | 0 | `CLAIMED` | somebody has the claim; with `SETTLED`: delivered | claimer, from waiting | release |
//! | 1 | `SETTLED` | the phase is final | deliverer; owner's cancel; release when `LEAVING` | never |
//! | 2 | `SEATED` | the seat holds a sleeper for whoever settles | owner | owner |
//! | 3 | `LEAVING` | the owner cancels and waits for the claim to end | owner, while claimed | never |
//! | 4 | `REFUSED` | another claimer came while it was claimed | refused claimer | release |
//!
//! ```text
//!               claim                 deliver
//!   WAITING ------------> CLAIMED ----------------> DELIVERED
//!    |   ^                 |   |
//!    |   +-----------------+   | release, when LEAVING
//!    |         release         v
//!    +--------------------> CANCELLED
//!           cancel
//! ```
//!
//! # Layout
//! ```text
//!   Waiter (owner) ----+
//!   WaiterHandle ------+--> Arc: state | value: Option<T> | seat: Option<Sleeper>
//!   Claim -------------+
//!   Wake: the sleeper itself, moved out of the seat
//! ```
//!
//! # Protocol
//! 1. *Claim*: compare-exchange waiting to claimed. On a claimed waiter: set `REFUSED`, report
//!    nothing. On a settled one: report nothing.
//! 2. *Deliver*: write the value; set `SETTLED`; if `SEATED` was set, move the sleeper out into a
//!    [`Wake`].
//! 3. *Release*: compare-exchange claimed to waiting; or to cancelled when `LEAVING`, and then wake
//!    the sleeper if there is one. The result says whether `REFUSED` was set.
//! 4. *Wait, poll*: look; put the sleeper into the seat; set `SEATED`. If the word was settled by
//!    then, take the sleeper back: whoever settled it did not look into the seat. Otherwise sleep.
//! 5. *Poll again*: clear `SEATED`. If the word was settled by then, leave the seat alone: the
//!    sleeper in there is being taken. Otherwise change it if it is another one, and go on as in 4.
//!    So the newest waker is the one that is woken.
//! 6. *Cancel*: compare-exchange waiting to cancelled. On a claimed waiter: set `LEAVING`, wait
//!    until it is settled (spin, yield, then park as in 4), and return the value if it was delivered
//!    after all.
//!
//! # Invariants
//! * **I1** There is one owner per waiter (`Waiter` is not `Clone`, its operations take `&mut`),
//!   and from the compare-exchange of a claim until its delivery or release one holder of the claim
//!   (`Claim` is not `Clone`).
//! * **I2** The value is written only by the holder of the claim, before it sets `SETTLED`; it is
//!   touched afterwards only by the owner, who saw delivered.
//! * **I3** While the word is not settled, `SEATED` is changed only by the owner, and the seat is
//!   touched only by the owner, while `SEATED` is clear.
//! * **I4** The change that settles the word decides who has the seat from then on: whoever made
//!   it, if `SEATED` was set; the owner, if it was clear, or if the owner itself made the change.
//! * **I5** A settled word never changes its phase. So a value is delivered at most once, and never
//!   to a cancelled waiter.
//! * **I6** No lost wake-up. `SEATED` and `SETTLED` are bits of one word: either the settling
//!   change comes second and sees the sleeper, or seating comes second and sees the settled word.
//! * **I7** `LEAVING` is set only on a claimed word, and no claim begins after it.
//!
//! # Memory ordering
//! | Pair | Release | Acquire | What becomes visible |
//! |---|---|---|---|
//! | *publish value* | deliver, setting `SETTLED` | the owner's look at the phase | the value, and all that the deliverer did |
//! | *seat* | the owner, setting `SEATED` | deliver, or release when `LEAVING` | the sleeper in the seat |
//! | *give back* | release | claim; the owner's look, with which cancel ends | what the claimer did while it had the claim |
//! | *refusal* | the refused claimer, setting `REFUSED` | release | what the refused claimer did before it came |
//!
//! All are read-modify-writes of one word, so every later one continues the release sequences of
//! the earlier ones. There is no store-load pair and no fence.
//!
//! # Progress
//! Deliver and seating are wait-free: one read-modify-write each. Claim, release and cancelling a
//! waiter that nobody claimed are lock-free: a failed compare-exchange means that another one
//! changed the word. Cancelling a *claimed* waiter is blocking: the holder of the claim delays the
//! owner until it delivers or releases, and nobody else. Nobody delays a claimer.
//!
//! # Linearization points
//! Claim, deliver, release: their read-modify-write. Cancel: its compare-exchange; on a claimed
//! waiter the deliverer's or releaser's read-modify-write. Take: the owner's look.
//!
//! # Refused claims
//! A claimer that was refused because another one held the claim keeps its message and may drop its
//! handle. If the other claim is delivered, that was right. If it is given back, the waiter waits
//! again while the message lies there, and nobody would tell. So `REFUSED` remembers it, and
//! [`Claim::release`] returns [`Released::Refused`]: the releaser must offer the waiter to its
//! other keys again. A claimer that takes the claim last, with everything in hand that it needs,
//! never gives one back and never meets this.
//!
//! # Reclamation
//! One reference-counted allocation per blocked call. The sleeper is moved out by whoever settles
//! the word, so a forgotten handle in a queue keeps no task alive.
//!
//! # Tested by
//! `loom-tests/tests/waiter.rs` (every pair and every step of the protocol has a mutant that a
//! model kills), `tests/waiter_*.rs` of this crate.

mod claim;
mod handle;
mod owner;
mod shared;
mod sleeper;
mod spin;
mod state;

pub use claim::{Claim, Released};
pub use handle::WaiterHandle;
pub use owner::{Cancel, Waiter};
pub use sleeper::Wake;

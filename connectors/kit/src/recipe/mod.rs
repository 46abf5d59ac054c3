//! Recipes: how what we send is signed and sealed, and how what comes in is verified and opened, as one declarative form.
//! Named steps make a text out of a message, a digest or a signature of it, and put that where the partner wants it. No
//! partner's scheme is special in code: each is a recipe, written down.
//!
//! Going out, this is the order: what is put `inside`; what is sealed before signing; then everything that is put, as soon
//! as the steps that it reads are taken; last, what is sealed after signing. Coming in it is walked backward: what was
//! sealed after signing is opened, then the message is verified over the very bytes that came, then the rest is opened.

mod border;
mod check;
mod dress;
mod keys;
mod list;
mod members;
mod message;
mod moment;
mod options;
mod plan;
mod put;
mod run;
mod seal;
mod step;
mod text;
mod trace;
mod verify;

use std::time::Duration;

use bytes::Bytes;
use huiliu_contract::{Fault, Once, Push, Refusal, Site};
use jiff::Timestamp;
use reqwest::Request;

pub use options::{
    Case, Cipher, Constant, Digest, Empty, Encode, Encoding, Form, FrameOptions, Inner, Iv, IvAs, KeyAs, KeyOptions,
    Layout, Mac, Nested, NonceOf, NonceOptions, Order, PartOptions, PublicKey, PutOptions, RecipeOptions, SealOptions,
    SealWhat, Signature, Sort, Source, StampOptions, StepOptions, Wrap,
};
pub use trace::{Specimen, Traced};

use crate::client::Answer;
use crate::mistakes::Mistakes;
use plan::{Ground, Kind, Plan};

/// Which way messages go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Requests of ours.
    Out,
    /// Pushes to us.
    In,
}

/// A recipe with its secrets read and its keys parsed. Debug shows none of them.
pub struct Recipe {
    way: Way,
    own: Plan,
    answer: Option<Plan>,
    echo: Option<Plan>,
}

/// A push that is believed.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified {
    /// What must not come twice with another body.
    pub once: Option<Once>,
    /// The opened body, if anything of it was sealed.
    pub body: Option<Bytes>,
    /// Query parameters that were sealed, opened.
    pub query: Vec<(String, String)>,
}

impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verified").field("once", &self.once.is_some()).field("opened", &self.body.is_some()).finish()
    }
}

impl Recipe {
    /// Compiles a recipe; none if anything was wrong, and all of it is told. `key` is where the table stands, for example
    /// `connect.recipe`.
    pub fn build(options: &RecipeOptions, way: Way, key: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Self> {
        let before = wrong.count();
        let kind = if way == Way::Out { Kind::Outgoing } else { Kind::Incoming };
        let own = Plan::build(&options.own, Ground { key, kind, site, outer: None }, wrong);
        for (name, there, belongs, zh) in [
            ("answer", options.answer.is_some(), Way::Out, "answer 只用于我方发出的请求"),
            ("echo", options.echo.is_some(), Way::In, "echo 只用于接收推送"),
        ] {
            if there && way != belongs {
                let to = if belongs == Way::Out { "requests that we send" } else { "pushes that we receive" };
                wrong.tell(&format!("{key}.{name}"), &format!("`{name}` belongs to {to}"), zh);
            }
        }
        let outer = Some((&options.own, key));
        let mut part = |options: Option<&PartOptions>, name: &str, kind| {
            let key = format!("{key}.{name}");
            options.and_then(|options| Plan::build(options, Ground { key: &key, kind, site, outer }, wrong))
        };
        let answer = part(options.answer.as_ref().filter(|_| way == Way::Out), "answer", Kind::Answer);
        let echo = part(options.echo.as_ref().filter(|_| way == Way::In), "echo", Kind::Incoming);
        (wrong.count() == before).then_some(Self { way, own: own?, answer, echo })
    }

    /// How far stamps may lie from the clock; none where there are none.
    pub fn window(&self) -> Option<Duration> {
        self.own.stamp.as_ref().map(|stamp| stamp.window)
    }

    /// Whether it reads the body: a request whose files are streamed cannot be signed by such a one.
    pub fn reads_body(&self) -> bool {
        self.own.reads_body()
    }

    /// Whether a signature is over anything of the body. Some schemes sign their own headers only: then nothing vouches for
    /// what is said, but the line that it came by.
    pub fn signs_body(&self) -> bool {
        self.own.signs(&text::Atom::Body)
    }

    /// Whether answers are verified or opened.
    pub fn reads_answers(&self) -> bool {
        self.answer.is_some()
    }

    /// Whether a GET that tests our address is verified by a part of its own.
    pub fn has_echo(&self) -> bool {
        self.echo.is_some()
    }

    /// Seals what is to be sealed, then signs, with a new stamp and a new nonce each time. Called once an attempt, on the
    /// written request, after credentials and tokens.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] where the request lacks what the recipe reads, [`Fault::Denied`] where no key is valid now;
    /// nothing was sent.
    pub fn apply(&self, request: &mut Request, now: Timestamp) -> Result<(), Fault> {
        dress::apply(&self.own, request, now)
    }

    /// Verifies and opens an answer where the recipe declares `answer`; else gives it back as it is. So is one whose status
    /// is no success: gateways in between answer for a far side that is away, and sign nothing.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] where it is not what was agreed; why is told in our own words.
    pub fn open(&self, answer: Answer, now: Timestamp) -> Result<Answer, Fault> {
        match &self.answer {
            Some(plan) if answer.status.is_success() => verify::answer(plan, answer, now),
            _ => Ok(answer),
        }
    }

    /// Verifies a push over the bytes that came, and opens what is sealed in it. A GET or HEAD is verified by `echo` where
    /// there is one.
    ///
    /// # Errors
    ///
    /// What is not proven is refused: a wrong or missing signature, a stamp outside the window, an id of no key here. What
    /// cannot be opened is refused as a wrong signature is.
    pub fn verify(&self, push: &Push) -> Result<Verified, Refusal> {
        let tests = matches!(push.method, http::Method::GET | http::Method::HEAD);
        verify::push(self.echo.as_ref().filter(|_| tests).unwrap_or(&self.own), push)
    }

    /// Every step with its value, secrets as dots: to be compared with a partner's document. Nothing is sent, and a message
    /// that is refused is walked to its end all the same.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] where the message lacks what the recipe reads.
    pub fn trace(&self, what: &Specimen<'_>) -> Result<Vec<Traced>, Fault> {
        let tests = self.way == Way::In && what.method.eq_ignore_ascii_case("get");
        trace::trace(self.echo.as_ref().filter(|_| tests).unwrap_or(&self.own), what)
    }
}

impl std::fmt::Debug for Recipe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.own.steps.iter().map(|step| step.name.as_str()).collect();
        f.debug_struct("Recipe").field("way", &self.way).field("steps", &names).finish_non_exhaustive()
    }
}

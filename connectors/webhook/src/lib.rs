//! The connector kind that receives pushes (接口接收): a far side posts submissions to
//! `/channels/{name}`, and this kind decides whether to believe them, reads them, and words the
//! acknowledgement. Outcomes go back to an address of the far side's own. It opens no port, keeps nothing and never answers before the gateway has committed.

mod answer;
mod back;
mod build;
mod explain;
mod form;
mod gate;
mod handshake;
mod options;
mod read;
mod receive;
mod receive_options;
mod saved;
mod verify;

pub use back::BackOptions;
pub use build::Webhook;
pub use options::{
    AnswerOptions, BasicOptions, Connect, Encoding, EnvelopeOptions, HmacOptions, NonceOptions, Options, StampUnit,
    TimestampOptions, TokenOptions, Verify,
};
pub use receive_options::{EchoProof, Format, HandshakeOptions, ReceiveOptions};

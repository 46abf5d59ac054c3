//! Frozen reports (定稿), as the console keeps them and reads them again.

use super::view::TextView;
use super::{Code, House, Problem};
use crate::report::{Line, Printed};
use crate::store::{Actor, Freezing, FrozenKey, FrozenRow, Place};
use crate::ticket::mask_text;

/// How many references of a frozen report are kept together.
const PIECE: usize = 2_000;

/// What is said of a report that is told as it was frozen.
pub(super) fn said_frozen(house: &House, row: &FrozenRow, why: Option<&str>) -> TextView {
    let at = row.at.to_zoned(house.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let (who, edition) = (&row.who, row.edition);
    let reason = why.map(|why| format!(",{}", mask_text(why))).unwrap_or_default();
    TextView {
        zh: format!("已定稿:第{edition}版,{who} {at}{reason};按定稿原样印出。要按现在的数据重算,加 --fresh"),
        en: format!("frozen: edition {edition}, by {who} at {at}; printed as it was frozen. Add --fresh to count anew"),
    }
}

/// What was printed.
pub(super) fn read(row: &FrozenRow) -> Result<Printed, Problem> {
    serde_json::from_slice(&row.body).map_err(|why| {
        Problem::new(Code::Failed, format!("定稿读不出来:{why}"), format!("the frozen report cannot be read: {why}"))
    })
}

/// The references that a frozen report was counted from.
pub(super) async fn kept(house: &House, id: i64) -> Result<Vec<Line>, Problem> {
    let (mut lines, mut after) = (Vec::new(), 0);
    while let Some((piece, body)) = house.store.frozen_input(id, after).await? {
        let read: Vec<Line> = serde_json::from_slice(&body).map_err(|why| {
            Problem::new(Code::Failed, format!("定稿的明细读不出来:{why}"), format!("its references: {why}"))
        })?;
        lines.extend(read);
        after = piece;
    }
    Ok(lines)
}

/// Lines on their way to be frozen.
#[derive(Default)]
pub(super) struct Pieces {
    open: Vec<Line>,
    full: Vec<serde_json::Result<Vec<u8>>>,
}

impl Pieces {
    pub(super) fn take(&mut self, line: Line) {
        self.open.push(line);
        if self.open.len() == PIECE {
            self.close();
        }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.full.push(serde_json::to_vec(&std::mem::take(&mut self.open)));
        }
    }
}

/// Freezes what was printed, with the lines that it was counted from; tells its edition.
pub(super) async fn freeze(
    house: &House,
    key: FrozenKey,
    printed: &Printed,
    mut pieces: Pieces,
    actor: &Actor,
) -> Result<u32, Problem> {
    pieces.close();
    let (store, keys) = (&house.store, house.store.keys());
    let seal = |plain: &[u8]| {
        let id = store.reserve();
        keys.seal(Place::Frozen, id, plain).map(|body| (id, body)).map_err(crate::store::StoreError::from)
    };
    let unwritten = |why: serde_json::Error| {
        Problem::new(Code::Failed, format!("没有定稿:{why}"), format!("it is not frozen: {why}"))
    };
    let mut inputs = Vec::with_capacity(pieces.full.len());
    for piece in pieces.full {
        inputs.push(seal(&piece.map_err(unwritten)?)?);
    }
    let (id, body) = seal(&serde_json::to_vec(printed).map_err(unwritten)?)?;
    Ok(store.freeze(Freezing { key, id, body, inputs }, actor).await?)
}

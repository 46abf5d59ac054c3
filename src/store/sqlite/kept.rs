//! An outcome as it is kept: as it was told, and what its word of satisfaction stands for.

use huiliu_contract::Outcome;
use serde_json::Value;

use super::super::StoreError;

/// The member in which a kept outcome says what its word of satisfaction stands for.
const LEVEL: &str = "satisfaction_level";

/// A kept outcome as it was told, and what its word of satisfaction stands for.
pub(super) fn told(json: &[u8]) -> Option<(Outcome, Option<Value>)> {
    let mut kept: Value = serde_json::from_slice(json).ok()?;
    let level = kept.as_object_mut()?.remove(LEVEL);
    Some((serde_json::from_value(kept).ok()?, level))
}

/// An outcome as it is kept.
pub(super) fn written(outcome: &Outcome, level: Option<Value>) -> Result<Vec<u8>, StoreError> {
    let wrong = |error: serde_json::Error| StoreError::Refused(error.to_string());
    let mut kept = serde_json::to_value(outcome).map_err(wrong)?;
    if let Some((level, kept)) = level.zip(kept.as_object_mut()) {
        kept.insert(LEVEL.into(), level);
    }
    serde_json::to_vec(&kept).map_err(wrong)
}

//! The connector kind that receives pushes.

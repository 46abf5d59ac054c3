//! Every road that the demo replays a quarter over.

use std::io;
use std::sync::Arc;

use super::zhengfuwang::Zhengfuwang;
use super::zhengxieyun::Zhengxieyun;
use super::{Road, guojia, sheng, shengzhang, shizhang, xiangyiban, xianzhang, zhihui};

/// Opens the far sides of the channels that the county's report names.
///
/// # Errors
///
/// If no port is free.
pub async fn all() -> io::Result<Vec<Arc<dyn Road>>> {
    Ok(vec![
        Arc::new(shengzhang::start().await?),
        Arc::new(zhihui::open().await?),
        Arc::new(shizhang::start().await?),
        Arc::new(xianzhang::open().await?),
        Arc::new(Zhengfuwang::new()),
        Arc::new(sheng::open().await?),
        Arc::new(xiangyiban::open().await?),
        Arc::new(Zhengxieyun::new()),
        Arc::new(guojia::open().await?),
    ])
}

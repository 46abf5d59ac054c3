//! What can be said of a far side that only pushes: from where it may, and how exact its clock must be. It comes to us, so
//! nobody can walk to it.

use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{FarSide, Step, Went};

use huiliu_kit::recipe::Recipe;

use crate::options::{Connect, Verify};

/// Who may push.
pub(crate) struct Gate {
    allow: Vec<String>,
    open: bool,
    window: Option<Duration>,
}

impl Gate {
    /// As it is written.
    pub(crate) fn new(connect: &Connect, recipe: Option<&Recipe>) -> Self {
        let window = match &connect.verify {
            Verify::HmacSha256(hmac) => hmac.timestamp.as_ref().map(|stamp| stamp.window.0),
            _ => recipe.and_then(Recipe::window),
        };
        Self { allow: connect.allow.clone(), open: matches!(connect.verify, Verify::None), window }
    }

    /// How near the far side's clock must be to ours for its pushes to be believed.
    pub(crate) fn window(&self) -> Option<Duration> {
        self.window
    }

    fn allowed(&self) -> Step {
        let networks = self.allow.join(", ");
        match (self.allow.is_empty(), self.open) {
            (true, true) => Step::new(
                "allow",
                Went::Mind,
                "whoever reaches the listener may push: nothing is verified, and no network is named",
                "连得上的都能推:不验证身份,也没限定网段",
            ),
            (true, false) => {
                Step::new("allow", Went::Right, "from any network, once verified", "不限网段,验证通过就收")
            }
            (false, _) => Step::new(
                "allow",
                Went::Right,
                format!("from {networks} only; behind a reverse proxy that is the proxy's own address"),
                format!("只许 {networks};前面有反向代理的,看到的是代理的地址"),
            ),
        }
    }
}

#[async_trait]
impl FarSide for Gate {
    fn address(&self) -> String {
        "push 推送".into()
    }

    fn way(&self) -> String {
        format!("push {:?} {} {:?}", self.allow, self.open, self.window)
    }

    async fn walk(&self, _: Duration) -> Vec<Step> {
        let mut steps = vec![self.allowed()];
        if let Some(window) = self.window {
            let seconds = window.as_secs();
            steps.push(Step::new(
                "clock",
                Went::Skipped,
                format!(
                    "its signatures hold while its clock is within {seconds} s of ours; a push tells, we cannot ask"
                ),
                format!("对方的钟和本机相差 {seconds} 秒以内,签名才有效;推来时才知道,这里问不到"),
            ));
        }
        steps
    }
}

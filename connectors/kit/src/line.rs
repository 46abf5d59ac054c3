//! How requests leave for a far side: its address, the hosts that may be asked, one client and one identity.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{FarSide, Fault, Misconfigured, Period, Reached, Site};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::auth::Credentials;
use crate::client::{Answer, Client, ClientOptions, Request, RequestBuilder};
use crate::mistakes::Mistakes;
use crate::multipart::upload;
use crate::recipe::{Recipe, RecipeOptions, Way as RecipeWay};
use crate::route::{Ends, Route, RouteOptions};
use crate::session::{Caller, Identity, Session};
use crate::success::nobody_knows;
use crate::template::Template;
use crate::walk::{LineSide, Way};

/// Where a far side is and who we are to it: `[connect]` of a kind that asks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// The address that all paths below are added to; http or https.
    #[schemars(extend("x-zh" = "接口地址,后面的路径都接在它后面"))]
    pub url: String,
    /// Who we are; without it, nobody.
    #[serde(default)]
    #[schemars(extend("x-zh" = "身份验证办法"))]
    pub auth: Option<Identity>,
    /// How every request is signed, and sealed where that is agreed; the request of a login too, but not that of
    /// `auth.oauth2`. Without it, not at all.
    #[serde(default)]
    #[schemars(extend("x-zh" = "签名和加密的办法,登录请求也按它签名;先看有没有现成的预设"))]
    pub recipe: Option<Box<RecipeOptions>>,
    /// Headers of every request; no secrets here, those belong to `auth`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每次请求都带的请求头(不放密钥)"))]
    pub headers: BTreeMap<String, String>,
    /// By which way requests leave.
    #[serde(flatten)]
    pub route: RouteOptions,
    /// The longest time for one request; 30s by default, 1s to 10m.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一次请求最多等多久,默认30s"))]
    pub timeout: Option<Period>,
    /// Other hosts that requests may go to, by an absolute path below or a redirect.
    #[serde(default)]
    #[schemars(extend("x-zh" = "除接口地址外还允许访问的主机"))]
    pub allow_hosts: Vec<String>,
}

/// The address that paths are added to, and the hosts that may be asked.
#[derive(Clone, Debug)]
pub struct Base {
    url: Option<Url>,
    /// Without the slash at its end, braces doubled: it is the front of templates.
    front: String,
    hosts: Vec<String>,
    tls: bool,
    section: String,
}

impl Base {
    /// Reads the address. `section` is the table in which it stands, for example `connect`.
    ///
    /// # Errors
    ///
    /// If `url` is no http or https address, or holds a user, a password or parameters.
    pub fn read(connect: &Connect, section: &str) -> Result<Self, Misconfigured> {
        let bad = |problem: &str, zh: &str| Misconfigured::new(format!("{section}.url"), problem, zh);
        let url =
            Url::parse(&connect.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or_else(|| bad("this is no http or https address", "这不是 http 或 https 地址"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad(
                &format!("user and password are not written into the address; use `{section}.auth`"),
                &format!("用户名、密码不能写在地址里;请用 {section}.auth"),
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad(
                "the address ends before `?` and `#`; parameters belong to each request",
                "地址里不要带 ? 和 #;参数写到各个请求里",
            ));
        }
        let hosts: Vec<_> =
            url.host_str().map(str::to_owned).into_iter().chain(connect.allow_hosts.iter().cloned()).collect();
        let front = url.as_str().trim_end_matches('/').replace('{', "{{").replace('}', "}}");
        Ok(Self { front, hosts, tls: url.scheme() == "https", section: section.into(), url: Some(url) })
    }

    /// Stands in for a wrong address, so that the rest can still be checked. Nothing is ever sent there.
    pub fn nowhere(section: &str) -> Self {
        Self { url: None, front: "http://127.0.0.1".into(), hosts: Vec::new(), tls: false, section: section.into() }
    }

    /// The table in which the address stands.
    pub fn section(&self) -> &str {
        &self.section
    }

    /// Whether requests may go to this address.
    pub fn allows(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| self.hosts.iter().any(|known| known == host))
    }

    /// Compiles a path behind the address, or an absolute address of an allowed host.
    ///
    /// # Errors
    ///
    /// If the address is of another host, or is no template over these names.
    pub fn join(&self, path: &str, key: &str, names: &[&str]) -> Result<Template, Misconfigured> {
        let whole = if path.starts_with("http://") || path.starts_with("https://") {
            if !Url::parse(path).is_ok_and(|url| self.allows(&url)) {
                let section = &self.section;
                return Err(Misconfigured::new(
                    key,
                    format!(
                        "this address leads to a host that is neither that of `{section}.url` nor in \
                         `{section}.allow_hosts`"
                    ),
                    format!("这个地址的主机既不是 {section}.url 的,也不在 {section}.allow_hosts 里"),
                ));
            }
            path.to_owned()
        } else if path.is_empty() || path.starts_with('/') || path.starts_with('?') {
            format!("{}{path}", self.front)
        } else {
            format!("{}/{path}", self.front)
        };
        Template::url(&whole, names).map_err(|bad| bad.at_key(key))
    }
}

/// How requests leave: one client and one identity, shared by all that speak with one far side.
#[derive(Debug)]
pub struct Line {
    /// The client.
    pub client: Client,
    /// Who we are; put on each request afresh.
    pub credentials: Credentials,
    /// The login that every request needs; none where there is nothing to fetch first.
    pub session: Option<Session>,
    /// How requests with files go, which may take longer; none where no request has any.
    pub uploads: Option<Uploads>,
    /// How every request is signed and every answer opened; none where neither is.
    recipe: Option<Arc<Recipe>>,
    options: ClientOptions,
    /// How it is walked to; none where the address is wrong.
    way: Option<Way>,
}

/// How requests with files go.
#[derive(Clone, Debug)]
pub struct Uploads {
    /// The client.
    pub client: Client,
    /// How long a request without files may take.
    pub usual: Duration,
}

impl Line {
    /// Builds it; none if anything was wrong. `paths` are those of all requests: one that is absolute may need TLS
    /// where the address does not.
    pub fn build<'p>(
        connect: &Connect,
        base: &Base,
        mut paths: impl Iterator<Item = &'p String>,
        site: &dyn Site,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        let section = &base.section;
        let timeout = connect.timeout.map_or(Duration::from_secs(30), |timeout| timeout.0);
        if !(Duration::from_secs(1)..=Duration::from_secs(600)).contains(&timeout) {
            wrong.tell(&format!("{section}.timeout"), "a time from 1s to 10m is needed", "要在 1s 到 10m 之间");
        }
        let key = format!("{section}.auth");
        let (credentials, session) = match &connect.auth {
            Some(Identity::Oauth2(oauth2)) => {
                let session = Session::oauth2(oauth2, &format!("{key}.oauth2"), base, site, wrong)?;
                (Some(Credentials::nobody()), Some(session))
            }
            Some(auth) => (auth.at_hand().and_then(|auth| wrong.take_all(auth.resolve(&key, site))), None),
            None => (Some(Credentials::nobody()), None),
        };
        let recipe = match &connect.recipe {
            Some(options) => Some(Recipe::build(options, RecipeWay::Out, &format!("{section}.recipe"), site, wrong)?),
            None => None,
        };
        let fetched = match &connect.auth {
            Some(Identity::Oauth2(oauth2)) => oauth2.token.starts_with("https://"),
            _ => false,
        };
        let absolute = fetched || paths.any(|path| path.starts_with("https://"));
        let tls = base.tls || !connect.allow_hosts.is_empty() || absolute;
        let ends = Ends { section, url: base.url.as_ref(), hosts: &connect.allow_hosts };
        let route = Route::read(&connect.route, ends, site, wrong);
        let window = recipe.as_ref().and_then(Recipe::window);
        let way = base.url.clone().map(|url| Way { url, route: route.clone(), hosts: base.hosts.clone(), window });
        let options =
            ClientOptions { timeout, route, tls, allow_hosts: connect.allow_hosts.clone(), ..ClientOptions::default() };
        let client = Client::build(options.clone(), &format!("{section}.ca_file"));
        let (client, credentials, recipe) = (wrong.take(client)?, credentials?, recipe.map(Arc::new));
        Some(Self { client, credentials, session, uploads: None, recipe, options, way })
    }

    /// The far side of this line, for who wants to walk there. `polled` says that the first item comes by it.
    pub fn far(self: &Arc<Self>, polled: bool) -> Vec<Box<dyn FarSide>> {
        let side = self.way.clone().map(|way| LineSide { line: Arc::clone(self), way, polled });
        side.map(|side| Box::new(side) as Box<dyn FarSide>).into_iter().collect()
    }

    /// The same line to a far side whose signatures hold only while its clock is so near to ours, unless the recipe says
    /// how near.
    pub fn signing_within(mut self, window: Option<Duration>) -> Self {
        self.way = self.way.map(|way| Way { window: way.window.or(window), ..way });
        self
    }

    /// The same line behind a login, whose own requests are signed as all others are.
    pub fn behind(mut self, session: Session) -> Self {
        self.session = Some(session.signed_by(self.recipe.clone()));
        self
    }

    /// How every request is signed; none where none is.
    pub fn recipe(&self) -> Option<&Recipe> {
        self.recipe.as_deref()
    }

    /// Signs a written request as of this moment, sends it, and opens its answer. What cannot be signed has not left.
    async fn exchange(
        &self,
        mut request: Request,
        client: &Client,
        after_it_left: fn(Fault) -> Fault,
    ) -> Result<Answer, Fault> {
        if let Some(recipe) = &self.recipe {
            recipe.apply(&mut request, Timestamp::now())?;
        }
        client.execute_opened(request, self.recipe.as_deref()).await.map_err(after_it_left)
    }

    /// Asks: sends a question that changes nothing over there, signed. A login that turns out to be over is made anew, at
    /// most once in this call, and the same is asked again.
    ///
    /// # Errors
    ///
    /// As [`Client::send`], and as [`Session::pass`].
    pub async fn ask(&self, request: RequestBuilder, caller: Caller) -> Result<Answer, Fault> {
        match &self.session {
            None => {
                let request = Client::written(self.credentials.sign(request))?;
                self.exchange(request, &self.client, |fault| fault).await
            }
            Some(session) => self.logged_in(session, &self.client, request, caller, |fault| fault).await,
        }
    }

    /// Tells: sends what changes something over there, by this client. What a far side did not take because it does not
    /// know us (any more) is told once more after a login.
    ///
    /// # Errors
    ///
    /// Whatever fails after it left is [`Fault::Unavailable`] with [`Reached::Maybe`]; every other fault is certain: it was
    /// not taken.
    pub async fn tell(&self, request: RequestBuilder, client: &Client) -> Result<Answer, Fault> {
        match &self.session {
            None => {
                let request = Client::written(self.credentials.sign(request))?;
                self.exchange(request, client, nobody_knows).await
            }
            Some(session) => self.logged_in(session, client, request, Caller::Outlet, nobody_knows).await,
        }
    }

    async fn logged_in(
        &self,
        session: &Session,
        client: &Client,
        request: RequestBuilder,
        caller: Caller,
        after_it_left: fn(Fault) -> Fault,
    ) -> Result<Answer, Fault> {
        let mut request = Client::written(self.credentials.sign(request))?;
        // None where files are streamed.
        let again = request.try_clone();
        let mut pass = session.pass(&self.client, caller).await?;
        session.put(&pass, &mut request)?;
        let answer = self.exchange(request, client, after_it_left).await?;
        if !session.is_lost(&answer) {
            return Ok(answer);
        }
        pass = session.renew(&pass, &self.client, caller).await?;
        let Some(mut request) = again else {
            return Err(Fault::unavailable(
                "the login was over and was made anew; the same is told again",
                Reached::No,
            ));
        };
        session.put(&pass, &mut request)?;
        let answer = self.exchange(request, client, after_it_left).await?;
        if session.is_lost(&answer) {
            return Err(session.give_up(caller).await.quoting(answer.quote()));
        }
        Ok(answer)
    }

    /// The same line, on which requests with files can go if any do; none if anything was wrong.
    pub fn for_files(mut self, any: bool, section: &str, wrong: &mut Mistakes) -> Option<Self> {
        if any && self.recipe().is_some_and(Recipe::reads_body) {
            wrong.tell(
                &format!("{section}.recipe"),
                "it signs or seals the body, and a request with files is streamed, so there is none to sign; send files by \
                 no way (delete `files` below `return`), or let the recipe read no body",
                "签名或加密要用到请求内容,带附件的请求是边读边发的,签不了;删掉 [return] 里的 files,或把签名办法改成不用请求内容",
            );
        }
        if any {
            let (usual, options) = (self.options.timeout, self.options.clone());
            let options = ClientOptions { timeout: upload::LONGEST, ..options };
            let client = wrong.take(Client::build(options, &format!("{section}.ca_file")))?;
            self.uploads = Some(Uploads { client, usual });
        }
        Some(self)
    }
}

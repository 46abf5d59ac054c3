//! Configuration as operators meet it: files with mistakes and what is said about them, layers, channels, secrets.

#[cfg(test)]
mod back;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod explained;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod holidays;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod presets;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod reshape;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod signing;
#[cfg(test)]
mod spelling;

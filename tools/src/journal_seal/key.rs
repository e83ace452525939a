//! The pair of keys: the private one signs and stays with whoever seals, the public one goes to whoever checks.
//!
//! Both are PEM, PKCS #8 and SubjectPublicKeyInfo, so that other tools read them. The private one is never shown.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, KeypairBytes,
};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::seal::{digits, from_digits};

/// Longest key file that is read, in bytes.
const KEY_BYTES_MAX: u64 = 4_096;

/// Signs.
pub struct Key(SigningKey);

/// Checks signatures. Shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// Makes a pair: the private key in the file `out`, which only this user may read, the public one beside it, with `.pub` at
/// the end of its name. Answers where that is, and what it is.
///
/// # Errors
/// Where one of the files exists (nothing is ever replaced), or cannot be written.
pub fn generate(out: &Path) -> Result<(PathBuf, PublicKey)> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).context("the operating system has no random bytes")?;
    let key = Key(SigningKey::from_bytes(&seed));
    // Without the public key inside: the older form, which every tool reads.
    let pair = KeypairBytes { secret_key: *seed, public_key: None };
    let private = pair.to_pkcs8_pem(LineEnding::LF).context("cannot write down the private key")?;
    let public = key.public().0.to_public_key_pem(LineEnding::LF).context("cannot write down the public key")?;
    let beside = PathBuf::from(format!("{}.pub", out.display()));
    if beside.exists() {
        bail!("{} exists; a key is never replaced, choose another name", beside.display());
    }
    write_new(out, 0o600, private.as_bytes())?;
    write_new(&beside, 0o644, public.as_bytes())?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).context("cannot sync the folder of the keys")?;
    Ok((beside, key.public()))
}

fn write_new(path: &Path, mode: u32, bytes: &[u8]) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = file.with_context(|| format!("cannot make {}; a key is never replaced", path.display()))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.with_context(|| format!("cannot write {}", path.display()))
}

impl Key {
    /// Reads a private key.
    ///
    /// # Errors
    /// Where there is none, or somebody else than its owner may read it.
    pub fn load(path: &Path) -> Result<Key> {
        let (text, mode) = read(path)?;
        if mode & 0o077 != 0 {
            bail!(
                "{} may be read by others (mode {:o}); a private key must have mode 600",
                path.display(),
                mode & 0o777
            );
        }
        match SigningKey::from_pkcs8_pem(&text) {
            Ok(key) => Ok(Key(key)),
            Err(_) if VerifyingKey::from_public_key_pem(&text).is_ok() => {
                bail!("{} is a public key; sealing needs the private one", path.display())
            }
            Err(_) => bail!("{} is no ed25519 private key (PKCS #8, PEM)", path.display()),
        }
    }

    /// The other half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(secret)")
    }
}

impl PublicKey {
    /// Reads a public key.
    ///
    /// # Errors
    /// Where there is none.
    pub fn load(path: &Path) -> Result<PublicKey> {
        let (text, _) = read(path)?;
        match VerifyingKey::from_public_key_pem(&text) {
            Ok(key) => Ok(PublicKey(key)),
            Err(_) => bail!("{} is no ed25519 public key (PEM)", path.display()),
        }
    }

    /// From what a seal says; `None` where that is no key.
    pub(super) fn from_digits(text: &str) -> Option<PublicKey> {
        VerifyingKey::from_bytes(&from_digits(text)?).ok().map(PublicKey)
    }

    /// By the strict rules: one message and key have no second signature.
    pub(super) fn has_signed(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&digits(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

fn read(path: &Path) -> Result<(Zeroizing<String>, u32)> {
    let cannot = || format!("cannot read the key {}", path.display());
    let file = File::open(path).with_context(cannot)?;
    let mode = file.metadata().with_context(cannot)?.mode();
    // Room for all of it from the start: a text that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(KEY_BYTES_MAX as usize + 1));
    file.take(KEY_BYTES_MAX + 1).read_to_string(&mut text).with_context(cannot)?;
    if text.len() as u64 > KEY_BYTES_MAX {
        bail!("{} is longer than a key", path.display());
    }
    Ok((text, mode))
}

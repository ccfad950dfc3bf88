//! Keys: whose signature it is, and whom to believe.

use std::{collections::HashSet, fmt, str::FromStr};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::Clinician;
use crate::{Error, Result};

/// Signs in a clinician's name: a key in memory, a smart card, a service of the host's.
pub trait Signer: Send + Sync + fmt::Debug {
    /// Who signs.
    fn clinician(&self) -> &Clinician;

    /// The key that verifies.
    fn public_key(&self) -> PublicKey;

    /// The Ed25519 signature of a message, 64 bytes.
    ///
    /// # Errors
    /// [`Error::Key`] when the key can't be used.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64]>;
}

/// A signer whose key is in memory. It is wiped when dropped, and `Debug` shows nothing of it.
pub struct KeySigner {
    clinician: Clinician,
    key: SigningKey,
}

impl KeySigner {
    /// From a key of 32 secret bytes.
    #[must_use]
    pub fn from_seed(clinician: Clinician, seed: &[u8; 32]) -> Self {
        Self {
            clinician,
            key: SigningKey::from_bytes(seed),
        }
    }

    /// With a new key from the system's randomness. Keep [`seed`](Self::seed) where keys belong: without it no later
    /// note can be signed as the same clinician's.
    ///
    /// # Errors
    /// [`Error::Key`] when the system has no randomness.
    pub fn generate(clinician: Clinician) -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(|_| Error::Key("the system has no randomness"))?;
        Ok(Self::from_seed(clinician, &seed))
    }

    /// The 32 secret bytes.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }
}

impl Signer for KeySigner {
    fn clinician(&self) -> &Clinician {
        &self.clinician
    }

    fn public_key(&self) -> PublicKey {
        PublicKey(self.key.verifying_key().to_bytes())
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64]> {
        Ok(self.key.sign(message).to_bytes())
    }
}

impl fmt::Debug for KeySigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySigner({:?})", self.clinician)
    }
}

/// An Ed25519 public key. Shown in standard base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// From its 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Whether a signature of a message is this key's. Strict: a signature has one form.
    pub(crate) fn verifies(self, message: &[u8], signature: &[u8; 64]) -> bool {
        let key = VerifyingKey::from_bytes(&self.0);
        key.is_ok_and(|key| {
            key.verify_strict(message, &Signature::from_bytes(signature))
                .is_ok()
        })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl FromStr for PublicKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bytes = BASE64_STANDARD
            .decode(text)
            .ok()
            .and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(Self)
            .ok_or(Error::Key("a public key is 32 bytes in base64"))
    }
}

/// The keys whose signatures are believed.
#[derive(Debug, Clone, Default)]
pub struct Verifier {
    trusted: HashSet<PublicKey>,
}

impl Verifier {
    /// Believes these keys.
    pub fn trusting(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self {
            trusted: keys.into_iter().collect(),
        }
    }

    pub(crate) fn trusts(&self, key: PublicKey) -> bool {
        self.trusted.contains(&key)
    }
}

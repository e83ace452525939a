//! Whom a certificate names: the CommonName of its subject and its alternative names.
//!
//! rustls has verified the certificate before this is read; what is read here is only compared with a CompID. Anything that
//! is not well-formed names nobody.

/// OBJECT IDENTIFIER 2.5.4.3, commonName.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// OBJECT IDENTIFIER 2.5.29.17, subjectAltName.
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0]` of TBSCertificate.
const VERSION: u8 = 0xa0;
/// `[3]` of TBSCertificate.
const EXTENSIONS: u8 = 0xa3;
/// rfc822Name, dNSName and uniformResourceIdentifier of GeneralName.
const TEXT_NAMES: [u8; 3] = [0x81, 0x82, 0x86];

/// Most names that are taken of one certificate.
const NAMES_MAX: usize = 32;

/// The names of a peer's certificate.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PeerNames(Vec<Box<[u8]>>);

impl PeerNames {
    /// Is this one of the names, byte for byte?
    pub fn has(&self, name: &[u8]) -> bool {
        self.0.iter().any(|one| &**one == name)
    }

    /// The names of a certificate in DER.
    pub(super) fn of(certificate: impl AsRef<[u8]>) -> PeerNames {
        let mut names = PeerNames::default();
        // What was read before something malformed stays; what comes behind it names nobody.
        let _ = names.read_certificate(certificate.as_ref());
        names
    }

    fn read_certificate(&mut self, der: &[u8]) -> Option<()> {
        let mut certificate = Der(Der(der).expect(SEQUENCE)?);
        let mut fields = Der(certificate.expect(SEQUENCE)?);
        fields.optional(VERSION);
        fields.expect(INTEGER)?;
        // Signature algorithm, issuer, validity.
        for _ in 0..3 {
            fields.expect(SEQUENCE)?;
        }
        self.read_subject(fields.expect(SEQUENCE)?)?;
        while let Some((kind, content)) = fields.next() {
            if kind == EXTENSIONS {
                self.read_extensions(Der(content).expect(SEQUENCE)?)?;
            }
        }
        Some(())
    }

    fn read_subject(&mut self, subject: &[u8]) -> Option<()> {
        let mut parts = Der(subject);
        while let Some(part) = parts.optional(SET) {
            let mut attributes = Der(part);
            while let Some(attribute) = attributes.optional(SEQUENCE) {
                let mut attribute = Der(attribute);
                if attribute.expect(OBJECT_IDENTIFIER)? == COMMON_NAME {
                    let (_, value) = attribute.next()?;
                    self.add(value);
                }
            }
        }
        Some(())
    }

    fn read_extensions(&mut self, extensions: &[u8]) -> Option<()> {
        let mut extensions = Der(extensions);
        while let Some(extension) = extensions.optional(SEQUENCE) {
            let mut extension = Der(extension);
            let is_alt_name = extension.expect(OBJECT_IDENTIFIER)? == SUBJECT_ALT_NAME;
            extension.optional(BOOLEAN);
            let value = extension.expect(OCTET_STRING)?;
            if is_alt_name {
                let mut names = Der(Der(value).expect(SEQUENCE)?);
                while let Some((kind, name)) = names.next() {
                    if TEXT_NAMES.contains(&kind) {
                        self.add(name);
                    }
                }
            }
        }
        Some(())
    }

    fn add(&mut self, name: &[u8]) {
        if self.0.len() < NAMES_MAX {
            self.0.push(name.into());
        }
    }
}

/// DER that is not read yet.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next element: its tag and its content.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let [kind, first, rest @ ..] = self.0 else { return None };
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
                (digits.iter().fold(0usize, |length, digit| length << 8 | usize::from(*digit)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*kind, content))
    }

    /// The content of the next element, which must be of this kind.
    fn expect(&mut self, kind: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == kind).map(|(_, content)| content)
    }

    /// The content of the next element if it is of this kind; else it stays.
    fn optional(&mut self, kind: u8) -> Option<&'a [u8]> {
        match self.0.first() == Some(&kind) {
            true => self.next().map(|(_, content)| content),
            false => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rcgen::{CertificateParams, DnType, KeyPair};

    fn certificate() -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["CLIENT2".to_owned(), "fix.example".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::OrganizationName, "ORG");
        params.distinguished_name.push(DnType::CommonName, "CLIENT1");
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn common_name_and_alternative_names_are_the_peer() {
        let names = PeerNames::of(certificate());
        for name in ["CLIENT1", "CLIENT2", "fix.example"] {
            assert!(names.has(name.as_bytes()), "{name} in {names:?}");
        }
        for name in ["ORG", "CLIENT", "client1", ""] {
            assert!(!names.has(name.as_bytes()), "{name} in {names:?}");
        }
    }

    #[test]
    fn cut_certificate_does_no_harm() {
        let der = certificate();
        for end in 0..der.len() {
            let _ = PeerNames::of(&der[..end]);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..64), at in 0usize..300) {
            let mut der = certificate();
            for (offset, byte) in bytes.iter().enumerate() {
                if let Some(place) = der.get_mut(at + offset) {
                    *place = *byte;
                }
            }
            let _ = PeerNames::of(&der);
            let _ = PeerNames::of(&bytes);
        }
    }
}

//! The keys of one session and what is done with them: AES in counter mode (RFC 3711 section 4.1.1),
//! HMAC-SHA1 (section 4.2.1), and their derivation from the master key (section 4.3).

use super::{Key, SALT_LEN};
use aes::cipher::{
    BlockCipherEncrypt, InnerIvInit, KeyInit, StreamCipher, StreamCipherCoreWrapper,
};
use aes::{Aes128Enc, Aes256Enc};
use ctr::CtrCore;
use ctr::flavors::Ctr128BE;
use hmac::{Hmac, Mac};
use sha1::Sha1;

const AUTH_KEY_LEN: usize = 20;
/// Of HMAC-SHA1, before it is cut.
pub(super) const TAG_LEN: usize = 20;

/// What the keys of a session are derived for: the first of its three labels.
#[derive(Clone, Copy)]
pub(super) struct Label(u8);

impl Label {
    pub(super) const RTP: Label = Label(0);
    pub(super) const RTCP: Label = Label(3);
}

/// Keys for RTP or for RTCP, in one direction.
pub(super) struct Session {
    aes: Aes,
    salt: [u8; SALT_LEN],
    /// With its key taken in.
    hmac: Hmac<Sha1>,
}

impl Session {
    pub(super) fn derive(master: &Key, label: Label) -> Session {
        let prf = Aes::new(master.cipher_key());
        let derive = |number: u8, key: &mut [u8]| {
            // The label stands before the 48 bits of the packet index, which a rate of zero makes zero.
            let mut iv = padded(master.salt());
            iv[7] ^= label.0 + number;
            prf.apply(iv, key);
        };
        let mut cipher_key = [0; 32];
        let (cipher_key, _) = cipher_key.split_at_mut(master.cipher_key().len());
        let mut auth_key = [0; AUTH_KEY_LEN];
        let mut salt = [0; SALT_LEN];
        derive(0, cipher_key);
        derive(1, &mut auth_key);
        derive(2, &mut salt);
        Session {
            aes: Aes::new(cipher_key),
            salt,
            hmac: keyed(&auth_key),
        }
    }

    /// Encrypts, or decrypts, what belongs to this packet.
    pub(super) fn apply(&self, ssrc: u32, index: u64, data: &mut [u8]) {
        let mut iv = padded(self.salt);
        let number = u128::from(ssrc) << 64 | u128::from(index) << 16;
        for (byte, number) in iv.iter_mut().zip(number.to_be_bytes()) {
            *byte ^= number;
        }
        self.aes.apply(iv, data);
    }

    pub(super) fn tag(&self, packet: &[u8], rest: &[u8]) -> [u8; TAG_LEN] {
        self.mac(packet, rest).finalize().into_bytes().into()
    }

    /// In a time that does not tell how much of the tag is right.
    pub(super) fn is_authentic(&self, packet: &[u8], rest: &[u8], tag: &[u8]) -> bool {
        self.mac(packet, rest).verify_truncated_left(tag).is_ok()
    }

    fn mac(&self, packet: &[u8], rest: &[u8]) -> Hmac<Sha1> {
        let mut mac = self.hmac.clone();
        mac.update(packet);
        mac.update(rest);
        mac
    }
}

/// HMAC-SHA1 hashes a longer key than its block and pads a shorter one: none is refused.
fn keyed(key: &[u8; AUTH_KEY_LEN]) -> Hmac<Sha1> {
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    Hmac::new(&block.into())
}

fn padded(salt: [u8; SALT_LEN]) -> [u8; 16] {
    let mut iv = [0; 16];
    iv.iter_mut().zip(salt).for_each(|(to, from)| *to = from);
    iv
}

enum Aes {
    With128(Aes128Enc),
    With256(Aes256Enc),
}

impl Aes {
    /// A key of 16 or 32 octets.
    fn new(key: &[u8]) -> Aes {
        match key.first_chunk::<32>() {
            Some(key) => Aes::With256(Aes256Enc::new(key.into())),
            None => {
                let mut short = [0; 16];
                short.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
                Aes::With128(Aes128Enc::new(&short.into()))
            }
        }
    }

    fn apply(&self, iv: [u8; 16], data: &mut [u8]) {
        match self {
            Aes::With128(aes) => counter_mode(aes, iv, data),
            Aes::With256(aes) => counter_mode(aes, iv, data),
        }
    }
}

fn counter_mode<C>(aes: C, iv: [u8; 16], data: &mut [u8])
where
    C: BlockCipherEncrypt + aes::cipher::BlockSizeUser<BlockSize = aes::cipher::consts::U16>,
{
    let core: CtrCore<C, Ctr128BE> = CtrCore::inner_iv_init(aes, &iv.into());
    let mut stream = StreamCipherCoreWrapper::from_core(core);
    // Fails only after 2^128 blocks.
    let _ = stream.try_apply_keystream(data);
}

#[cfg(test)]
impl Session {
    /// The derived keys, as the vectors of the RFCs have them: a keystream tells the cipher key.
    pub(super) fn salt(&self) -> [u8; SALT_LEN] {
        self.salt
    }
}

#[cfg(test)]
pub(super) fn keystream(key: &[u8], iv: [u8; 16], length: usize) -> Vec<u8> {
    let mut data = vec![0; length];
    Aes::new(key).apply(iv, &mut data);
    data
}

#[cfg(test)]
pub(super) fn is_keyed_with(session: &Session, cipher_key: &[u8], auth_key: &[u8]) -> bool {
    let mut ours = [0; 32];
    session.aes.apply([7; 16], &mut ours);
    let mut key = [0; AUTH_KEY_LEN];
    key.copy_from_slice(auth_key);
    let tag: [u8; TAG_LEN] = keyed(&key)
        .chain_update(b"abc")
        .finalize()
        .into_bytes()
        .into();
    keystream(cipher_key, [7; 16], 32) == ours && session.tag(b"abc", &[]) == tag
}

//! Pictures as models take them: of a kind that they know, inside the request.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

/// A picture of a kind that models take.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    bytes: Bytes,
    mime: &'static str,
}

impl Picture {
    /// Looks at the first bytes, since names and headers tell what they like.
    pub fn of(bytes: Bytes) -> Option<Self> {
        let mime = match bytes.as_ref() {
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [b'G', b'I', b'F', b'8', ..] => "image/gif",
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
            _ => return None,
        };
        Some(Self { bytes, mime })
    }

    /// The picture as an address that holds it whole.
    pub(super) fn data_url(&self) -> String {
        format!("data:{};base64,{}", self.mime, STANDARD.encode(&self.bytes))
    }
}

/// Without what it shows.
impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.mime, self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_are_pictures() {
        let kind = |bytes: &'static [u8]| Picture::of(Bytes::from_static(bytes)).map(|it| it.mime);
        assert_eq!(kind(&[0xff, 0xd8, 0xff, 0xe0]), Some("image/jpeg"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(kind(b"RIFF\0\0\0\0WAVE"), None);
        assert_eq!(kind(b"<svg onload=alert(1)>"), None);
        assert_eq!(kind(b""), None);
        let png = Picture::of(Bytes::from_static(b"\x89PNG")).unwrap();
        assert_eq!(png.data_url(), "data:image/png;base64,iVBORw==");
    }
}

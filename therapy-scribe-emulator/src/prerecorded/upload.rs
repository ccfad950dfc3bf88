//! Uploads (section 3).

use std::sync::Arc;

use serde_json::json;

use super::{
    Gone, Prerecorded, Sound, TranscriptCall, Uploaded, check::error, mishap::faulty,
    route::unauthorized, submit::CDN,
};
use crate::gateway::Answer;

const LARGEST: u64 = 2_200_000_000;

pub(crate) const fn is_too_large(bytes: u64) -> bool {
    bytes > LARGEST
}

/// An upload's head.
pub(crate) struct Upload<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) content_type: &'a str,
    pub(crate) length: Option<u64>,
}

/// What is wrong with an upload before its bytes are read.
pub(crate) fn refuse_upload(upload: &Upload<'_>) -> Option<Answer> {
    if upload.account.is_none() {
        return Some(unauthorized());
    }
    let is_too_large = upload.length.is_some_and(is_too_large);
    is_too_large.then(|| error(413, "The file is larger than 2.2 GB"))
}

/// The answer to an upload whose bytes have come.
pub(crate) fn uploads(
    service: &Prerecorded,
    upload: &Upload<'_>,
    sound: Sound,
) -> Result<Answer, Gone> {
    let fault = service.fault(TranscriptCall::Upload);
    faulty(fault.as_ref(), || {
        if is_too_large(sound.bytes()) {
            return error(413, "The file is larger than 2.2 GB");
        }
        let mut store = service.store();
        store.log.uploads += 1;
        store.log.bytes += sound.bytes();
        let number = store.log.uploads;
        let url =
            format!("{CDN}0123456789abcdef0123456789abcdef/9c2d6f0e-1111-4222-8333-{number:012x}");
        let uploaded = Uploaded {
            account: upload.account.unwrap_or_default().to_owned(),
            content_type: upload.content_type.to_owned(),
            sound: Arc::new(sound),
        };
        store.uploads.insert(url.clone(), uploaded);
        Answer::json(200, json!({"upload_url": url}))
    })
}

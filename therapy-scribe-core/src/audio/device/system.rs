//! The devices of the system, through cpal. The only place that knows it.

use std::time::Duration;

use cpal::{
    BufferSize, Device, DeviceId, Error, ErrorKind, FromSample, Host, SampleFormat, SizedSample,
    Stream, StreamConfig, SupportedBufferSize, SupportedStreamConfig,
    traits::{DeviceTrait, HostTrait, StreamTrait},
};

use super::{
    AudioDevice, AudioError, DeviceKind, DeviceProblem,
    keeper::{Backend, Trouble},
    play::{self, PlayFeed, PlayPull},
};
use crate::{
    AudioFormat, SampleRate,
    audio::{AudioPusher, ChannelSource},
};

/// How long a host may not read before recorded audio becomes silence.
const RECORDED: Duration = Duration::from_secs(5);
/// How much is queued for a loudspeaker.
const QUEUED: Duration = Duration::from_millis(500);
/// How long opening a device may take, where the system can say.
const OPENING: Duration = Duration::from_secs(5);

pub(super) fn devices(kind: DeviceKind) -> Result<Vec<AudioDevice>, AudioError> {
    let host = cpal::default_host();
    let failed = |error: Error| AudioError::Device {
        kind,
        problem: problem(&error),
    };
    let default = default_device(&host, kind).and_then(|device| device.id().ok());
    let found: Vec<_> = match kind {
        DeviceKind::Microphone => host.input_devices().map_err(failed)?.collect(),
        DeviceKind::Loudspeaker => host.output_devices().map_err(failed)?.collect(),
    };
    let listed = |device: &Device| {
        // One that goes away while it is listed is not listed.
        let id = device.id().ok()?;
        Some(AudioDevice {
            is_default: default.as_ref() == Some(&id),
            id: id.to_string(),
            name: device.description().ok()?.name().to_owned(),
        })
    };
    Ok(found.iter().filter_map(listed).collect())
}

fn default_device(host: &Host, kind: DeviceKind) -> Option<Device> {
    match kind {
        DeviceKind::Microphone => host.default_input_device(),
        DeviceKind::Loudspeaker => host.default_output_device(),
    }
}

/// Found anew at each opening: what the system takes by default may be another by then.
fn find(id: Option<&str>, kind: DeviceKind) -> Result<Device, DeviceProblem> {
    let host = cpal::default_host();
    let device = match id {
        None => default_device(&host, kind),
        Some(id) => {
            let id: DeviceId = id.parse().map_err(|_| DeviceProblem::Missing)?;
            host.device_by_id(&id)
        }
    };
    device.ok_or(DeviceProblem::Missing)
}

/// A microphone; none named is the system's default.
#[derive(Debug, Default)]
pub(super) struct Input(Option<String>);

impl Input {
    pub(super) fn named(id: &str) -> Self {
        Self(Some(id.to_owned()))
    }
}

impl Backend for Input {
    type Stream = Stream;
    type End = ChannelSource;

    fn open(&mut self, trouble: Trouble) -> Result<(Stream, ChannelSource), DeviceProblem> {
        let device = find(self.0.as_deref(), DeviceKind::Microphone)?;
        let config = device.default_input_config().map_err(|e| problem(&e))?;
        let (pusher, source) = ChannelSource::new(format(&config)?, RECORDED);
        let open = match config.sample_format() {
            SampleFormat::I8 => record::<i8>,
            SampleFormat::I16 => record::<i16>,
            SampleFormat::I32 => record::<i32>,
            SampleFormat::U8 => record::<u8>,
            SampleFormat::U16 => record::<u16>,
            SampleFormat::U32 => record::<u32>,
            SampleFormat::F32 => record::<f32>,
            SampleFormat::F64 => record::<f64>,
            _ => return Err(DeviceProblem::Format),
        };
        let stream = open(&device, &config, pusher, trouble).map_err(|e| problem(&e))?;
        stream.play().map_err(|e| problem(&e))?;
        Ok((stream, source))
    }
}

fn record<T>(
    device: &Device,
    config: &SupportedStreamConfig,
    mut pusher: AudioPusher,
    trouble: Trouble,
) -> Result<Stream, Error>
where
    T: SizedSample,
    i16: FromSample<T>,
{
    let mut converted = Vec::new();
    let overrun = trouble.clone();
    let recorded = move |samples: &[T], _: &_| {
        // Grows to the size of the system's buffer, once.
        converted.clear();
        converted.extend(samples.iter().map(|sample| i16::from_sample_(*sample)));
        if let Err(crate::audio::PushError::Full { .. }) = pusher.push(&converted) {
            overrun.overrun();
        }
    };
    device.build_input_stream(
        stream_config(config),
        recorded,
        listen(trouble),
        Some(OPENING),
    )
}

/// A loudspeaker; none named is the system's default.
#[derive(Debug, Default)]
pub(super) struct Output(Option<String>);

impl Output {
    pub(super) fn named(id: &str) -> Self {
        Self(Some(id.to_owned()))
    }
}

impl Backend for Output {
    type Stream = Stream;
    type End = PlayFeed;

    fn open(&mut self, trouble: Trouble) -> Result<(Stream, PlayFeed), DeviceProblem> {
        let device = find(self.0.as_deref(), DeviceKind::Loudspeaker)?;
        let config = device.default_output_config().map_err(|e| problem(&e))?;
        let (feed, pull) = play::queue(format(&config)?, QUEUED);
        let open = match config.sample_format() {
            SampleFormat::I8 => sound::<i8>,
            SampleFormat::I16 => sound::<i16>,
            SampleFormat::I32 => sound::<i32>,
            SampleFormat::U8 => sound::<u8>,
            SampleFormat::U16 => sound::<u16>,
            SampleFormat::U32 => sound::<u32>,
            SampleFormat::F32 => sound::<f32>,
            SampleFormat::F64 => sound::<f64>,
            _ => return Err(DeviceProblem::Format),
        };
        let stream = open(&device, &config, pull, trouble).map_err(|e| problem(&e))?;
        stream.play().map_err(|e| problem(&e))?;
        Ok((stream, feed))
    }
}

fn sound<T>(
    device: &Device,
    config: &SupportedStreamConfig,
    mut pull: PlayPull,
    trouble: Trouble,
) -> Result<Stream, Error>
where
    T: SizedSample + FromSample<i16>,
{
    let wanted = move |samples: &mut [T], _: &_| pull.fill(samples, T::from_sample_);
    device.build_output_stream(
        stream_config(config),
        wanted,
        listen(trouble),
        Some(OPENING),
    )
}

/// What the system says of an open device.
fn listen(trouble: Trouble) -> impl FnMut(Error) + Send + 'static {
    move |error| match error.kind() {
        ErrorKind::DeviceChanged => trouble.moved(),
        ErrorKind::Xrun => trouble.overrun(),
        // It plays and records all the same.
        ErrorKind::RealtimeDenied => {}
        // Whatever else it is: closed and opened again, it is either well or gone.
        _ => trouble.lost(),
    }
}

/// Asks for 20 ms at once, where a device lets itself be asked: the default of some is a single sample.
fn stream_config(config: &SupportedStreamConfig) -> StreamConfig {
    let period = config.sample_rate() / 50;
    let mut wanted = config.config();
    if let SupportedBufferSize::Range { min, max } = config.buffer_size() {
        let frames = (*min..=*max).contains(&period).then_some(period);
        wanted.buffer_size = frames.map_or(BufferSize::Default, BufferSize::Fixed);
    }
    wanted
}

fn format(config: &SupportedStreamConfig) -> Result<AudioFormat, DeviceProblem> {
    let rate = SampleRate::new(config.sample_rate()).map_err(|_| DeviceProblem::Format)?;
    AudioFormat::new(rate, config.channels()).map_err(|_| DeviceProblem::Format)
}

/// The system's own words may name a device, and devices are named after people.
fn problem(error: &Error) -> DeviceProblem {
    match error.kind() {
        ErrorKind::DeviceNotAvailable => DeviceProblem::Missing,
        ErrorKind::DeviceBusy => DeviceProblem::Busy,
        ErrorKind::PermissionDenied => DeviceProblem::Forbidden,
        ErrorKind::HostUnavailable => DeviceProblem::NoService,
        ErrorKind::UnsupportedConfig | ErrorKind::UnsupportedOperation => DeviceProblem::Format,
        _ => DeviceProblem::Failed,
    }
}

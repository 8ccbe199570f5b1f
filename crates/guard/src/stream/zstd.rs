use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{BufRead, Error, ErrorKind, Read};

/// Window of a frame, bytes: decoders have to support 8 MiB (RFC 8878 section 3.1.1.1.2).
const WINDOW: u64 = 32 << 20;
/// A last, raw, empty block (RFC 8878 section 3.1.1.2) and a checksum: it makes the decoder give up its window, so that
/// a frame that breaks off keeps its head.
const CLOSE: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

/// The frames that follow one another in a stream.
pub(super) struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    open: bool,
    broken: Option<Error>,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(source: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Self { source, decoder, open: false, broken: None }
    }

    /// Begins the next frame; false at the end of the stream.
    fn begin(&mut self) -> std::io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    std::io::copy(&mut self.source.by_ref().take(u64::from(length)), &mut std::io::sink())?;
                }
                Err(FrameDecoderError::WindowSizeTooBig { .. } | FrameDecoderError::DictNotProvided { .. }) => {
                    return Err(ErrorKind::Unsupported.into());
                }
                Err(_) => return Err(ErrorKind::InvalidData.into()),
            }
        }
        Ok(false)
    }

    /// Decodes one block; where that fails the window is given up and the reason kept for later.
    fn step(&mut self) {
        if self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1)).is_err() {
            let ended = self.source.fill_buf().is_ok_and(<[u8]>::is_empty);
            let kind = if ended { ErrorKind::UnexpectedEof } else { ErrorKind::InvalidData };
            self.broken = Some(kind.into());
            _ = self.decoder.decode_blocks(CLOSE, BlockDecodingStrategy::UptoBlocks(1));
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            if self.open {
                if self.decoder.can_collect() > 0 {
                    return self.decoder.read(buffer);
                }
                if let Some(broken) = self.broken.take() {
                    self.open = false;
                    return Err(broken);
                }
                if self.decoder.is_finished() {
                    self.open = false;
                } else {
                    self.step();
                }
            } else if self.begin()? {
                self.open = true;
            } else {
                return Ok(0);
            }
        }
    }
}

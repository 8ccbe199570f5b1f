//! Damage by the thousand, with a fixed seed: no panic, no hang, and bounded output.

use crate::support::{USER, all, look, sample, tree};
use ddefend_registry::write::{LogFormat, dirty_hive};
use ddefend_registry::{Data, Interest};
use std::time::{Duration, Instant};

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as usize % limit.max(1)
    }

    /// Damages numbers where hives keep them, or anything anywhere.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        const NASTY: [u32; 8] = [0, 1, 0x20, 0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0x1000];
        for _ in 0..=self.below(5) {
            let at = self.below(bytes.len());
            match self.below(8) {
                0 => bytes.truncate(at),
                1 => bytes[at] = self.below(256) as u8,
                2 | 3 => {
                    let from = self.below(bytes.len()) & !3;
                    let number: Vec<u8> = bytes[from..(from + 4).min(bytes.len())].to_vec();
                    put(bytes, at & !3, &number);
                }
                _ => put(bytes, at & !3, &NASTY[self.below(NASTY.len())].to_le_bytes()),
            }
            if bytes.is_empty() {
                bytes.push(b'r');
            }
        }
    }
}

fn put(bytes: &mut [u8], at: usize, data: &[u8]) {
    let end = (at + data.len()).min(bytes.len());
    let length = end.saturating_sub(at);
    bytes[at..end].copy_from_slice(&data[..length]);
}

/// What a mutant may take, unoptimised on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);

#[test]
fn four_thousand_damaged_hives() {
    let sound = sample();
    // The head is a small part of a hive, so a short one gets hit more often.
    let short = crate::support::user(&[(r"Software\a\b", &[("v", Data::Sz("abcdef".into()))])]);
    let mut random = Random(11);
    for round in 0..4_000 {
        let mut bytes = if round % 3 == 0 { sound.clone() } else { short.clone() };
        random.damage(&mut bytes);
        let started = Instant::now();
        let found = all(&bytes);
        assert!(started.elapsed() < PATIENCE, "round {round} took {:?}", started.elapsed());
        assert!(found.entries.len() < 5_000 && found.diagnostics.len() < 500, "round {round}");
    }
}

#[test]
fn two_thousand_damaged_logs() {
    let states: Vec<_> = (0..5).map(|n| tree(&[(r"Software\a", &[("v", Data::Dword(n))])])).collect();
    let mut random = Random(12);
    for format in [LogFormat::New, LogFormat::Old] {
        let hive = dirty_hive(&states, &USER, format).unwrap();
        for round in 0..1_000 {
            let mut logs = hive.logs.clone();
            logs[1].push(0);
            random.damage(&mut logs[round % 2]);
            let mut primary = hive.primary.clone();
            if round % 5 == 0 {
                random.damage(&mut primary);
            }
            let started = Instant::now();
            let found = look("NTUSER.DAT", &primary, &[&logs[0], &logs[1]], &Interest::everything());
            assert!(started.elapsed() < PATIENCE, "round {round} took {:?}", started.elapsed());
            assert!(found.entries.len() < 1_000);
        }
    }
}

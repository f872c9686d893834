//! Numbers out of bytes that a stranger wrote: never past their end.

use crate::problem::Problem;

/// Bytes that are read from the front.
#[derive(Clone, Copy)]
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    /// The next `length` bytes. `Damaged` when there are fewer, as everywhere below.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Problem> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Problem::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Problem::Damaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// Big-endian 16 bits.
    pub fn be16(&mut self) -> Result<u16, Problem> {
        self.array().map(u16::from_be_bytes)
    }

    /// Big-endian 32 bits.
    pub fn be32(&mut self) -> Result<u32, Problem> {
        self.array().map(u32::from_be_bytes)
    }

    /// Big-endian 64 bits.
    pub fn be64(&mut self) -> Result<u64, Problem> {
        self.array().map(u64::from_be_bytes)
    }

    /// Little-endian 16 bits.
    pub fn le16(&mut self) -> Result<u16, Problem> {
        self.array().map(u16::from_le_bytes)
    }

    /// Little-endian 32 bits.
    pub fn le32(&mut self) -> Result<u32, Problem> {
        self.array().map(u32::from_le_bytes)
    }

    /// Little-endian 64 bits.
    pub fn le64(&mut self) -> Result<u64, Problem> {
        self.array().map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_order_and_end_with_the_bytes() {
        let mut fields = Fields(&[1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(fields.be16().unwrap(), 0x0102);
        assert_eq!(fields.le32().unwrap(), 0x0605_0403);
        assert!(matches!(fields.be16(), Err(Problem::Damaged)));
        assert_eq!(fields.take(1).unwrap(), [7]);
    }
}

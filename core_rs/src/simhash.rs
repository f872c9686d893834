//! A mark of 64 bits that stays close when a text is edited a little.

use crate::chance::mix;

/// Offset and prime of FNV-1a, 64 bit.
const OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01B3;

/// Simhash over the distinct pairs of neighbouring words, in lower case, whatever stands between them.
///
/// A character of a script without spaces is a word. Texts that share most of their pairs differ in few
/// bits, strangers in about 32; a text without words has 0. The same on every machine. O(n) time.
pub fn simhash(text: &str) -> i64 {
    let words = words(text);
    let mut pairs: Vec<u64> = match words.as_slice() {
        [] => return 0,
        [one] => vec![mix(*one)],
        many => many.windows(2).map(|pair| mix(pair[0].rotate_left(23) ^ pair[1])).collect(),
    };
    pairs.sort_unstable();
    pairs.dedup();
    let mut votes = [0_i64; 64];
    for pair in pairs {
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += ((pair >> bit & 1) as i64) * 2 - 1;
        }
    }
    let mark = votes.iter().enumerate().fold(0, |mark, (bit, vote)| mark | u64::from(*vote > 0) << bit);
    mark as i64
}

/// The words of a text as numbers.
fn words(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    let mut word = None;
    for c in text.chars() {
        let alone = is_without_spaces(c);
        if alone || !c.is_alphanumeric() {
            words.extend(word.take());
        }
        if alone || c.is_alphanumeric() {
            let begun = word.unwrap_or(OFFSET);
            word = Some(c.to_lowercase().fold(begun, |sum, c| (sum ^ u64::from(c)).wrapping_mul(PRIME)));
        }
        if alone {
            words.extend(word.take());
        }
    }
    words.extend(word);
    words
}

fn is_without_spaces(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_case_do_not_count() {
        assert_eq!(simhash("The quick, brown fox!"), simhash("the  quick\nbrown FOX"));
        assert_ne!(simhash("the quick brown fox"), simhash("brown the fox quick"));
    }

    #[test]
    fn a_text_without_words_has_none() {
        assert_eq!(simhash(" ... \n"), 0);
        assert_ne!(simhash("one"), 0);
    }

    #[test]
    fn a_sentence_without_spaces_has_more_than_one_word() {
        assert_eq!(words("日本語 text").len(), 4);
    }
}

//! How many columns a text takes.

use unicode_segmentation::UnicodeSegmentation;

/// The characters that a reader sees, a line end among them, as Unicode 15.0 counts them.
pub(super) fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len() - text.matches("\r\n").count();
    }
    text.graphemes(true).map(|cluster| 1 + conjuncts(cluster)).sum()
}

/// Later versions of Unicode take consonants that an Indic script draws as one letter for one character.
fn conjuncts(cluster: &str) -> usize {
    let letters = cluster.char_indices().skip(1).filter(|(_, letter)| letter.is_alphabetic());
    let stands_alone = |(at, letter): &(usize, char)| {
        let before = cluster[..*at].char_indices().next_back().map_or(0, |(before, _)| before);
        cluster[before..at + letter.len_utf8()].graphemes(true).count() > 1
    };
    letters.filter(stands_alone).count()
}

//! Mutations of text.

/// A deterministic source of inputs.
pub struct Mutator {
    state: u64,
    tokens: Vec<String>,
}

impl Mutator {
    /// A mutator with the tokens of dictionaries in libFuzzer's format.
    pub fn new(seed: u64, dictionaries: &[&str]) -> Self {
        let lines = dictionaries.iter().flat_map(|d| d.lines());
        let quoted = lines.filter_map(|l| l.strip_prefix('"')?.strip_suffix('"'));
        let tokens = quoted.map(|t| t.replace("\\\"", "\"").replace("\\\\", "\\")).collect();
        Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66_D1CE_5EED, tokens }
    }

    /// A number below `n`, by splitmix64.
    fn below(&mut self, n: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    /// A new input from those there are; the first list is drawn from more often.
    pub fn mutate(&mut self, [good, bad]: &[Vec<Vec<u8>>; 2]) -> Vec<u8> {
        let corpus = if bad.is_empty() || self.below(5) > 0 { good } else { bad };
        let mut input = corpus[self.below(corpus.len())].clone();
        for _ in 0..1 + self.below(3) {
            self.step(&mut input, corpus);
        }
        input
    }

    fn step(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        match self.below(10) {
            0 => self.flip(input),
            1 | 2 => self.insert_token(input),
            3 => self.splice(input, corpus),
            4 => self.cut(input),
            5 => self.copy_line(input),
            6 => self.number(input),
            7 | 8 => self.exchange_word(input, corpus),
            _ => self.replace_operator(input),
        }
    }

    fn flip(&mut self, input: &mut [u8]) {
        if !input.is_empty() {
            let at = self.below(input.len());
            let bit = self.below(7);
            input[at] ^= 1 << bit;
        }
    }

    fn insert_token(&mut self, input: &mut Vec<u8>) {
        let token = self.below(self.tokens.len());
        let token = self.tokens[token].clone();
        let words = words(input);
        if words.is_empty() {
            input.extend(token.into_bytes());
            return;
        }
        let (start, end) = words[self.below(words.len())];
        let replaced = if self.below(2) == 0 { start..end } else { start..start };
        input.splice(replaced, token.into_bytes());
    }

    /// The beginning of one input and the end of another, at ends of lines.
    fn splice(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let other = &corpus[self.below(corpus.len())];
        let cut = self.line_end(input);
        let from = self.line_end(other);
        input.truncate(cut);
        input.extend(&other[from..]);
    }

    fn line_end(&mut self, input: &[u8]) -> usize {
        let ends: Vec<usize> = input.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect();
        if ends.is_empty() { input.len() } else { ends[self.below(ends.len())] }
    }

    fn cut(&mut self, input: &mut Vec<u8>) {
        let words = words(input);
        if let Some(&(start, _)) = words.get(self.below(words.len())) {
            let last = words.iter().filter(|w| w.0 >= start).nth(self.below(6)).unwrap_or(&words[words.len() - 1]);
            input.drain(start..last.1.max(start));
        }
    }

    fn copy_line(&mut self, input: &mut Vec<u8>) {
        let (a, b) = (self.line_end(input), self.line_end(input));
        let length = input[a..].iter().position(|b| *b == b'\n').map_or(input.len() - a, |n| n + 1);
        let line = input[a..a + length].to_vec();
        input.splice(b..b, line);
    }

    fn number(&mut self, input: &mut Vec<u8>) {
        const NUMBERS: [&str; 14] =
            ["0", "1", "2", "3", "4", "7", "16", "-1", "0.0", "0.5", "1e-9", "255", "1e30", "-2.5"];
        let words = words(input);
        let numbers: Vec<_> = words.into_iter().filter(|w| input[w.0].is_ascii_digit()).collect();
        if let Some(&(start, end)) = numbers.get(self.below(numbers.len())) {
            // A suffix such as `u` stays.
            let end = end - usize::from(end - start > 1 && input[end - 1].is_ascii_alphabetic());
            let number = NUMBERS[self.below(NUMBERS.len())];
            input.splice(start..end, number.bytes());
        }
    }

    /// A word by a word of this or another input.
    fn exchange_word(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let other = if self.below(3) > 0 { input.clone() } else { corpus[self.below(corpus.len())].clone() };
        let (here, there) = (words(input), words(&other));
        if here.is_empty() || there.is_empty() {
            return;
        }
        let ((start, end), (from, to)) = (here[self.below(here.len())], there[self.below(there.len())]);
        input.splice(start..end, other[from..to].iter().copied());
    }

    fn replace_operator(&mut self, input: &mut [u8]) {
        const OPERATORS: &[u8] = b"+-*/%<>=&|!,;.()[]{}";
        let places: Vec<usize> = (0..input.len()).filter(|&k| OPERATORS.contains(&input[k])).collect();
        if let Some(&at) = places.get(self.below(places.len())) {
            // Brackets and the like seldom: mostly they break the syntax.
            let kinds = if self.below(4) > 0 { 11 } else { OPERATORS.len() };
            input[at] = OPERATORS[self.below(kinds)];
        }
    }
}

/// The words of a text: runs of letters, digits and underscores, and single other characters.
fn words(input: &[u8]) -> Vec<(usize, usize)> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let mut words = Vec::new();
    let mut at = 0;
    while at < input.len() {
        let start = at;
        while at < input.len() && is_word(input[at]) {
            at += 1;
        }
        at = at.max(start + 1);
        if !input[start].is_ascii_whitespace() {
            words.push((start, at));
        }
    }
    words
}

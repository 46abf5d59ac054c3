//! What a letter means: what sort of mail it is, which of its words are new, whom it quotes, what it answers.

//! Rules to the languages of others, and the proof that the result fires on the same events.

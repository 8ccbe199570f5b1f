//! What is wrong with a rule although it can be read: outputs that nothing defines, tests that can never hold, fields that
//! the events do not have, the wrong schema, ids that moved.

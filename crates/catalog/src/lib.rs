//! Statistics over rule corpora: coverage, authoring guide, reach, neighbours.

//! Windows event log files (EVTX) and chunks of them.

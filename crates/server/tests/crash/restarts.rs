//! Restarts by SIGTERM under load: no error for the vendor, and no outcome left unknown.

//! To come: the model.

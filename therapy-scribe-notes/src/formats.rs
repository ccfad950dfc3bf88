//! The built-in formats beside [`Dap`]: a struct and a few constants each.

/// What each of them has beside its struct: id, version, title, what its writer should know, and rules.
macro_rules! built_in {
    ($format:ident, $id:literal, $version:literal, $title:literal, $guidance:literal $(, $rule:expr)*) => {
        impl $format {
            /// The format's id.
            pub const ID: &'static str = $id;

            /// The format.
            ///
            /// # Errors
            /// None in practice: a test makes it.
            pub fn format() -> $crate::Result<$crate::TypedFormat<Self>> {
                let format = $crate::TypedFormat::new(Self::ID, $version, $title, $guidance)?;
                Ok(format$(.rule($rule))*)
            }
        }

        no_content!($format);
    };
}

/// `Debug` that shows a type's name and nothing of what was said.
macro_rules! no_content {
    ($($part:ident),*) => {
        $(impl std::fmt::Debug for $part {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($part)).finish_non_exhaustive()
            }
        })*
    };
}

mod birp;
mod couple;
mod emdr;
mod family;
mod girp;
mod group;
mod intake;
mod names;
mod pirp;
mod soap;
mod treatment_plan;

use std::sync::Arc;

pub use birp::Birp;
pub use couple::{Couple, Partner};
pub use emdr::{Emdr, EmdrPhase};
pub use family::{Family, Relative};
pub use girp::Girp;
pub use group::{Group, Member};
pub use intake::Intake;
pub use pirp::Pirp;
pub use soap::Soap;
pub use treatment_plan::{Goal, Objective, TreatmentPlan};

use crate::{Dap, NoteFormat, Result};

/// All of them, `dap` included.
pub(crate) fn all() -> impl Iterator<Item = Arc<dyn NoteFormat>> {
    let formats = [
        shared(Birp::format()),
        shared(Couple::format()),
        shared(Dap::format()),
        shared(Emdr::format()),
        shared(Family::format()),
        shared(Girp::format()),
        shared(Group::format()),
        shared(Intake::format()),
        shared(Pirp::format()),
        shared(Soap::format()),
        shared(TreatmentPlan::format()),
    ];
    formats.into_iter().flatten()
}

fn shared<F: NoteFormat + 'static>(format: Result<F>) -> Option<Arc<dyn NoteFormat>> {
    Some(Arc::new(format.ok()?))
}

//! Where a dialog is.

/// All that a step depends on beside its circumstances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    pub place: Place,
    /// In a row.
    pub failures: u8,
    /// A person was called in vain.
    pub nobody_there: bool,
}

/// What the caller was last asked. Intents and slots by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Nothing in particular.
    Open,
    /// For a value.
    Asking { intent: usize, slot: usize },
    /// Whether a value was heard right.
    Checking { intent: usize, slot: usize },
    /// Whether it shall be done.
    Confirming { intent: usize },
    /// What is wrong, when it shall not be done.
    Changing { intent: usize },
    /// Which of two things they meant.
    Choosing { first: usize, second: usize },
    /// Nothing: a company's system is.
    LookingUp { intent: usize },
    /// Nothing in particular: nobody is there, and they know what there is instead.
    Offering,
    /// Nothing: they are put through.
    Human,
    /// Nothing more.
    Over,
}

impl State {
    /// After the greeting.
    pub const OPEN: State = State {
        place: Place::Open,
        failures: 0,
        nobody_there: false,
    };
}

impl Place {
    /// The intent that is being dealt with.
    pub fn matter(self) -> Option<usize> {
        match self {
            Place::Asking { intent, .. }
            | Place::Checking { intent, .. }
            | Place::Confirming { intent }
            | Place::Changing { intent }
            | Place::LookingUp { intent } => Some(intent),
            Place::Open | Place::Choosing { .. } | Place::Offering | Place::Human | Place::Over => {
                None
            }
        }
    }
}

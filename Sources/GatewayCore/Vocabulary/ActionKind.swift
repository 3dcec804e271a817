// SPDX-License-Identifier: GPL-3.0-or-later

/// What an action is about. It says which parts its texts must have.
package enum ActionKind: String, Vocabulary {
    case missingChild = "missing-child"
    case missingPerson = "missing-person"
    case burglary
    case robbery
    case hitAndRun = "hit-and-run"
    /// Fire, smoke, a dangerous substance: what people are to do themselves.
    case hazard
    /// Tells how another action ended.
    case closing
    case test
}

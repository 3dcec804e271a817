// SPDX-License-Identifier: GPL-3.0-or-later

/// The national language identifiers (3GPP TS 23.038 section 6.2.1.2.4), as the information elements 0x24 and 0x25
/// of a user data header carry them (3GPP TS 23.040 sections 9.2.3.24.15 and 9.2.3.24.16).
package enum NationalLanguage: UInt8, Hashable, Sendable, CaseIterable {
    case turkish = 1
    /// Has a single shift table only.
    case spanish, portuguese, bengali, gujarati, hindi, kannada, malayalam, oriya, punjabi, tamil, telugu, urdu

    /// In English.
    package var name: String {
        switch self {
        case .turkish: "Turkish"
        case .spanish: "Spanish"
        case .portuguese: "Portuguese"
        case .bengali: "Bengali"
        case .gujarati: "Gujarati"
        case .hindi: "Hindi"
        case .kannada: "Kannada"
        case .malayalam: "Malayalam"
        case .oriya: "Oriya"
        case .punjabi: "Punjabi"
        case .tamil: "Tamil"
        case .telugu: "Telugu"
        case .urdu: "Urdu"
        }
    }

    /// Whether there is a locking shift table of its own; else the default alphabet stands in for it.
    package var hasLockingTable: Bool { self != .spanish }
}

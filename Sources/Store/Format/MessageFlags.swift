// SPDX-License-Identifier: GPL-3.0-or-later
import Actions

/// The flags of a row of `message`.
struct MessageFlags: OptionSet {
    let rawValue: Int64

    static let wasDoubtful = MessageFlags(rawValue: 1)
    static let redial = MessageFlags(rawValue: 2)
    static let isBackground = MessageFlags(rawValue: 4)
    static let recovered = MessageFlags(rawValue: 8)
    /// Alone: the message was taken back, and its batch, which still stands, must not bring it back.
    static let dropped = MessageFlags(rawValue: 16)

    static let recalled = MessageFlags(rawValue: 32)
    /// ``MessageRecord/Replacement``, in two bits.
    private static let replacementShift: Int64 = 6

    init(rawValue: Int64) { self.rawValue = rawValue }

    var replacement: MessageRecord.Replacement {
        MessageRecord.Replacement(rawValue: rawValue >> Self.replacementShift & 3) ?? .none
    }

    init(_ message: MessageRecord) {
        self.init(rawValue: message.replacement.rawValue << Self.replacementShift)
        if message.wasDoubtful { insert(.wasDoubtful) }
        if message.redial { insert(.redial) }
        if message.isBackground { insert(.isBackground) }
        if message.recovered { insert(.recovered) }
        if message.isRecalled { insert(.recalled) }
    }
}

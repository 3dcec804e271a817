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

    init(rawValue: Int64) { self.rawValue = rawValue }

    init(_ message: MessageRecord) {
        self = []
        if message.wasDoubtful { insert(.wasDoubtful) }
        if message.redial { insert(.redial) }
        if message.isBackground { insert(.isBackground) }
        if message.recovered { insert(.recovered) }
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

// The daemon itself.
extension Verbs {
    package struct Status: Verb {
        package init() {}

        package static let declaration = VerbDeclaration<Self>(
            "status", "show how the daemon itself is doing", replies: [Replies.status], make: Self.init)
    }
}

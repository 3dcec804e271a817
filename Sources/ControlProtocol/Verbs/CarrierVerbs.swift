// SPDX-License-Identifier: GPL-3.0-or-later

// Trunks and SMSCs: how they are, and whether they are used.
extension Verbs {
    package struct Trunks: Verb {
        package init() {}

        package static let declaration = VerbDeclaration<Self>(
            "trunks", "show the state of every trunk and its targets",
            replies: [Replies.trunk, Replies.prefix, Replies.count], make: Self.init)
    }

    package struct TrunkUp: Verb {
        package var trunk: String

        package init(trunk: String) { self.trunk = trunk }

        package static let declaration = VerbDeclaration<Self>(
            "trunk-up", "use a trunk again", keys: Key("trunk", \.trunk, .string),
            replies: [Replies.trunk, Replies.count], make: Self.init)
    }

    package struct TrunkDown: Verb {
        package var trunk: String

        package init(trunk: String) { self.trunk = trunk }

        package static let declaration = VerbDeclaration<Self>(
            "trunk-down", "start no new calls over a trunk; those under way go on",
            keys: Key("trunk", \.trunk, .string), replies: [Replies.trunk, Replies.count], make: Self.init)
    }

    package struct TrunkForget: Verb {
        package var trunk: String

        package init(trunk: String) { self.trunk = trunk }

        package static let declaration = VerbDeclaration<Self>(
            "trunk-forget", "drop what was learned of a trunk: it is used by its contract again",
            keys: Key("trunk", \.trunk, .string), replies: [Replies.trunk, Replies.count], make: Self.init)
    }

    package struct SMSCs: Verb {
        package init() {}

        package static let declaration = VerbDeclaration<Self>(
            "smsc", "show the state of every SMSC and its binds", replies: [Replies.smsc, Replies.count],
            make: Self.init)
    }

    package struct SMSCUp: Verb {
        package var smsc: String

        package init(smsc: String) { self.smsc = smsc }

        package static let declaration = VerbDeclaration<Self>(
            "smsc-up", "use an SMSC again", keys: Key("smsc", \.smsc, .string),
            replies: [Replies.smsc, Replies.count], make: Self.init)
    }

    package struct SMSCDown: Verb {
        package var smsc: String

        package init(smsc: String) { self.smsc = smsc }

        package static let declaration = VerbDeclaration<Self>(
            "smsc-down", "submit nothing more over an SMSC; its binds stay up and receipts are taken",
            keys: Key("smsc", \.smsc, .string), replies: [Replies.smsc, Replies.count], make: Self.init)
    }
}

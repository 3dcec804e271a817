// SPDX-License-Identifier: GPL-3.0-or-later

// The configuration of the running daemon.
extension Verbs {
    package struct Reload: Verb {
        package init() {}

        package static let declaration = VerbDeclaration<Self>(
            "reload", "read the configuration again; when something is wrong with it, the former one stays",
            replies: [Replies.complaint, Replies.reloaded], make: Self.init)
    }

    package struct ShowConfiguration: Verb {
        package init() {}

        package static let declaration = VerbDeclaration<Self>(
            "config-show", "show the configuration that holds, and where each value comes from",
            replies: [Replies.setting, Replies.count], make: Self.init)
    }

    package struct CompareConfiguration: Verb {
        package init() {}

        package static let declaration = VerbDeclaration<Self>(
            "config-diff", "say what a reload would change",
            replies: [Replies.complaint, Replies.reloaded], make: Self.init)
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension Verbs {
    /// A prompt as it will sound.
    package struct RenderPrompt: Verb {
        package var prompt: [PromptPiece]
        package var language: Language

        package init(prompt: [PromptPiece], language: Language) {
            self.prompt = prompt
            self.language = language
        }

        private static let pieces = ValueForm<[PromptPiece]>(
            read: { object, _ throws(ProtocolError) in try ActionDocument.prompt(in: object, code: .invalidValue) },
            write: { ActionDocument.json($0) })

        package static let declaration = VerbDeclaration<Self>(
            "prompt-render", "write a message as it will sound to a WAV file",
            keys: Key("message", \.prompt, pieces), Key("language", \.language, .word(default: .dutch)),
            replies: [Replies.audio, Replies.rendered], make: Self.init)
    }
}

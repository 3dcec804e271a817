// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Foundation
import GatewayCore

extension ActionDefinition {
    /// What those are told whom this action reached: by the channels that it had, in its language, from its number.
    func followed(by tie: ActionTie, text: String, sms: String?) -> ActionDefinition {
        var next = ActionDefinition(
            priority: tie == .correction ? priority : .closing, language: language,
            prompt: usesVoice ? [.text(text)] : [], callerNumber: callerNumber, callerName: callerName,
            account: account, title: title, channels: channels)
        if let known = self.text {
            next.text = TextMessage(
                text: sms ?? text, sender: known.sender, wantsReceipts: known.wantsReceipts,
                mayTransliterate: known.mayTransliterate)
        }
        // Whoever was called past their wishes is told past them that it was wrong.
        if tie == .correction { next.override = override }
        // By the channel that reached them, and no other.
        next.cascade = Cascade(outcomes: [])
        return next
    }

    /// Whom it goes to follows from the action that it follows, so the same again is the same whatever came in between.
    func followUpHash(_ tie: ActionTie, of id: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var hasher = SHA256()
        hasher.update("\(tie.word) \(id)\n")
        // It holds strings, numbers and dates only, which cannot fail to encode.
        hasher.update((try? encoder.encode(self)) ?? Data())
        return hexadecimal(hasher.finalize())
    }
}

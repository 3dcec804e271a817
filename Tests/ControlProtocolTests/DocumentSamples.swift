// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

/// Actions that the tests share.
enum DocumentSamples {
    static func smsAlone() throws -> ActionDocument {
        ActionDocument(id: try ActionID("a"), prompt: [], sms: TextDocument(text: "Brand in de Kerkstraat."))
    }

    /// Every key of `sms` and `cascade` that is not at its default.
    static func everything() throws -> ActionDocument {
        let text = TextDocument(
            text: "Één \u{20ac}5\n\u{1F6A8}", sender: "Burgernet", isFlash: true, wantsReceipts: false,
            mayTransliterate: true, priorityFlag: 3, validitySeconds: 3600,
            deliverAt: Timestamp(milliseconds: 1_795_523_400_000), replacesEarlier: true, doubt: .hold)
        return ActionDocument(
            id: try ActionID("a"), prompt: [.text("Hallo")], channels: [.sms, .voice], sms: text,
            cascade: CascadeDocument(outcomes: [.undelivered, .failed], afterSeconds: 120))
    }
}

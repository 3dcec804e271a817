// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What an alert says, ready to be called out or sent.
package struct AlertMessage: Equatable, Sendable {
    package var action: ActionID
    package var title: String
    package var priority: ActionPriority
    /// Of the first block that is spoken.
    package var language: Language
    /// Empty: nothing of it can be spoken.
    package var prompt: [PromptPiece]
    /// As an SMS.
    package var text: String
    package var starts: Timestamp?
    package var expires: Timestamp?

    /// Characters that the title of an action may have.
    private static let longestTitle = 200
    /// Between two blocks, in milliseconds.
    private static let pause = 1000

    /// `infos`: at least one. `longestPiece`: characters that one piece of a message may have.
    init(
        _ alert: CAPAlert, longestPiece: Int, _ remarks: inout [AlertProblem]
    ) throws(AlertRefusal) {
        let blocks = Self.ordered(alert.infos)
        guard let first = blocks.first, let action = try? alert.name.action else {
            throw AlertRefusal(nil, "there is no <info>: nothing to say")
        }
        self.action = action
        title = (first.headline ?? first.event).readable(Self.longestTitle)
        priority = blocks.map { ActionPriority($0) }.min() ?? .normal
        let spoken = blocks.filter { Language($0) != nil }
        language = spoken.first.flatMap { Language($0) } ?? .dutch
        prompt = []
        for block in spoken {
            let text = Self.spoken(block)
            guard text.unicodeScalars.count <= longestPiece else {
                throw AlertRefusal(
                    block.position,
                    "this <info> has \(text.unicodeScalars.count) characters of text; at most \(longestPiece) can be spoken"
                )
            }
            if !prompt.isEmpty { prompt.append(.pause(Self.pause)) }
            let own = Language(block)
            prompt.append(.text(text, language: own == language ? nil : own))
        }
        for block in blocks where Language(block) == nil {
            remarks.append(
                AlertProblem(
                    block.position,
                    "there is no voice for \"\(block.language.readable(40))\": its text is in the SMS alone"))
        }
        text = blocks.map(Self.written).joined(separator: "\n\n")
        (starts, expires) = try Self.times(alert, blocks, &remarks)
    }

    /// Dutch first, English next, then the others; within a language as the author has them.
    private static func ordered(_ infos: [CAPInfo]) -> [CAPInfo] {
        func rank(_ info: CAPInfo) -> Int {
            switch Language(info) {
            case .dutch: 0
            case .english: 1
            case nil: 2
            }
        }
        return (0...2).flatMap { wanted in infos.filter { rank($0) == wanted } }
    }

    // MARK: - Texts

    private static func spoken(_ block: CAPInfo) -> String {
        var sentences: [String] = []
        let isDutch = Language(block) == .dutch
        if let sender = block.senderName {
            sentences.append(
                "\(isDutch ? "Dit is een bericht van" : "This is a message from") \(CAPText.flowing(sender))")
        }
        sentences += body(block)
        // An address of the web or of mail is not understood when it is heard.
        if let contact = block.contact, !contact.contains("@"), !contact.contains("://") {
            sentences.append("\(isDutch ? "Informatie" : "Information"): \(CAPText.flowing(contact))")
        }
        return sentences.map(CAPText.sentence).joined(separator: "\n")
    }

    private static func written(_ block: CAPInfo) -> String {
        let sender = block.senderName.map { "\(CAPText.flowing($0)): " } ?? ""
        let rest = [block.contact, block.web].compactMap { $0.map(CAPText.flowing) }
        return sender + (body(block).map(CAPText.sentence) + rest).joined(separator: " ")
    }

    private static func body(_ block: CAPInfo) -> [String] {
        [block.headline ?? block.event, block.description, block.instruction].compactMap { $0.map(CAPText.flowing) }
    }

    // MARK: - Times

    /// Not before what it says holds, and not after the first block is over. By the alert alone, not by the hour of the
    /// day: the same alert is the same action whenever it is submitted.
    private static func times(
        _ alert: CAPAlert, _ blocks: [CAPInfo], _ remarks: inout [AlertProblem]
    ) throws(AlertRefusal) -> (starts: Timestamp?, expires: Timestamp?) {
        let effective = blocks.map { $0.effective ?? alert.name.sent }.max()
        let starts = effective.flatMap { $0 > alert.name.sent ? $0 : nil }
        let ends = blocks.compactMap(\.expires)
        if Set(ends).count > 1 { remarks.append(AlertProblem(nil, "<expires> differs: the earliest counts")) }
        if let starts, let end = ends.min(), end <= starts, let place = blocks.first?.position {
            throw AlertRefusal(place, "a part of the alert expires before another is effective")
        }
        if ends.isEmpty {
            remarks.append(
                AlertProblem(nil, "there is no <expires>: the action ends after the configuration's longest time"))
        }
        return (starts, ends.min())
    }
}

extension Language {
    /// nil: there is no voice for it.
    fileprivate init?(_ info: CAPInfo) { self.init(word: info.primaryLanguage) }
}

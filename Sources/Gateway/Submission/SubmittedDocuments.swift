// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import ControlProtocol
import GatewayCore

extension ActionDefinition {
    /// A document that decoded is valid but for what only this gateway knows: numbers and languages.
    ///
    /// - Parameter populations: Those that are configured, by their keys.
    init(
        _ document: ActionDocument, plan: NumberingPlan, languages: Set<String>, populations: Set<String> = [""]
    ) throws(ProtocolError) {
        var caller: String?
        if let number = document.callerNumber {
            do {
                caller = try plan.parse(number).e164
            } catch {
                throw ProtocolError(
                    .invalidAction, "\"action.caller-number\": \(error.description)", field: "action.caller-number")
            }
        }
        guard languages.contains(document.language.word) else {
            throw ProtocolError(
                .invalidAction, "\"action.language\": no [Language \(document.language.word)] is configured",
                field: "action.language")
        }
        var people: [String] = []
        for name in document.populations {
            let key = PopulationName.key(name)
            guard populations.contains(key) else {
                throw ProtocolError(
                    .invalidAction,
                    "\"action.populations\": there is no [Population \(name)]"
                        + Suggestion.hint(for: name, among: populations.map(PopulationName.name)),
                    field: "action.populations")
            }
            if !people.contains(key) { people.append(key) }
        }
        self.init(
            priority: document.priority,
            language: document.language.word, prompt: document.prompt, callerNumber: caller,
            callerName: document.callerName, starts: document.starts, expires: document.expires, plays: document.plays,
            keys: document.keys, account: document.account, title: document.title,
            channels: document.channels.isEmpty
                ? (document.prompt.isEmpty ? [] : [.voice]) + (document.sms == nil ? [] : [.sms])
                : document.channels,
            text: document.sms.map { TextMessage($0) }, cascade: document.cascade.map { Cascade($0) } ?? Cascade(),
            weight: document.weight,
            override: document.override.map { ActionOverride(officer: $0.officer, reason: $0.reason) },
            enough: document.stopWhen?.confirmed,
            // For citizens alone it has the bytes, and so the hash, that it had before.
            populations: people.isEmpty || people == [""] ? nil : people)
    }
}

extension TextMessage {
    init(_ document: TextDocument) {
        self.init(
            text: document.text, sender: document.sender, isFlash: document.isFlash,
            wantsReceipts: document.wantsReceipts, mayTransliterate: document.mayTransliterate,
            priorityFlag: document.priorityFlag.map { UInt8(clamping: $0) },
            validity: document.validitySeconds.map { .seconds(Double($0)) }, deliverAt: document.deliverAt,
            replacesEarlier: document.replacesEarlier,
            doubt: document.doubt)
    }
}

extension Cascade {
    init(_ document: CascadeDocument) {
        self.init(
            outcomes: document.outcomes ?? Cascade.notReached,
            after: document.afterSeconds.map { .seconds(Double($0)) })
    }
}

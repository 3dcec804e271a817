// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Numbers that are purged: what the engine still needs to know of them.
extension Engine {
    /// A citizen who wrote STOP and was forgotten is known by a pseudonym.
    func hasOptedOut(_ number: String) -> Bool {
        if optOuts.contains(number) { return true }
        return hasForgottenOptOuts && optOuts.contains(pseudonyms.pseudonym(of: number))
    }

    /// An open action that alerts this number, which can therefore not be forgotten yet.
    package func openAction(alerting number: PhoneNumber) -> String? {
        actions.values.filter { !$0.record.phase.isFinal || $0.counters.open > 0 }.sorted {
            $0.record.key < $1.record.key
        }
        .first { $0.recipients.contains { $0.number == number } }?.record.id.text
    }

    /// The number is purged from the journal.
    package func numberForgotten(_ number: PhoneNumber) {
        if optOuts.remove(number.e164) != nil {
            optOuts.insert(pseudonyms.pseudonym(of: number.e164))
            hasForgottenOptOuts = true
        }
        for action in actions.values where action.record.phase.isFinal && action.counters.open == 0 {
            if action.recipients.contains(where: { $0.number == number }) { action.forgetRecipients() }
        }
    }

    /// The numbers of an action are purged from the journal, which has its recipients from now on.
    package func numbersPurged(ofAction key: Int64) {
        guard let action = actions[key], action.record.phase.isFinal, action.counters.open == 0 else { return }
        action.forgetRecipients()
    }
}

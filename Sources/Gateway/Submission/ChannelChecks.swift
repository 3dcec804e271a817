// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Configuration
import ControlProtocol
import GatewayCore
import Texting

/// Whether this gateway can do what an action asks of it.
extension ActionDefinition {
    /// The text must go over every SMSC: any of them may have to take it.
    func checkText(_ configuration: GatewayConfiguration) throws(ProtocolError) {
        guard text != nil else { return }
        guard !configuration.smscs.isEmpty else {
            throw ProtocolError(
                .invalidAction, "\"action.sms\": no [SMSC name] is configured, no SMS can be sent", field: "action.sms")
        }
        for population in people.compactMap(configuration.population) {
            guard configuration.smscs(of: population).isEmpty else { continue }
            throw ProtocolError(
                .invalidAction,
                "\"action.populations\": [Population \(population.name)] has no SMSC, no SMS can be sent to it",
                field: "action.populations")
        }
        let populations = people.compactMap(configuration.population)
        for smsc in configuration.smscs
        where populations.contains(where: { configuration.smscs(of: $0).contains { $0.name == smsc.name } }) {
            do throws(MessageTemplateError) {
                _ = try MessageTemplate(self, smsc.settings)
            } catch {
                throw ProtocolError(
                    .invalidAction, "\"action.sms\": over SMSC \(smsc.name): \(error)", field: "action.sms")
            }
        }
    }

    func checkVoice(_ configuration: GatewayConfiguration) throws(ProtocolError) {
        guard channels.contains(.voice) else { return }
        guard !configuration.trunks.isEmpty else {
            throw ProtocolError(
                .invalidAction, "\"action.channels\": no [Trunk name] is configured, nobody can be called",
                field: "action.channels")
        }
        for population in people.compactMap(configuration.population) {
            guard configuration.trunks(of: population).isEmpty else { continue }
            throw ProtocolError(
                .invalidAction,
                "\"action.populations\": [Population \(population.name)] has no trunk, nobody of it can be called",
                field: "action.populations")
        }
    }

    /// Nobody can be reached after its end.
    func checkTime(now: Timestamp) throws(ProtocolError) {
        guard let expires, expires <= now else { return }
        throw ProtocolError(
            .invalidAction, "\"action.expires\": \(expires) is over, nobody would be called or sent an SMS",
            field: "action.expires")
    }

    /// Who pays for recipients that name nobody. `accounts`: nil, whatever is written is meant.
    func checkAccount(_ accounts: AccountCodes?) throws(ProtocolError) {
        guard let known = accounts?.known(insteadOf: account) else { return }
        let mistake = MistakenAccount(code: account, known: known)
        throw ProtocolError(.invalidAction, "\"action.account\": \(mistake)", field: "action.account")
    }
}

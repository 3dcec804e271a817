// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import ControlProtocol
import GatewayCore

extension Verbs.Trunks: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        replies.end(lookingAt: context.dispatcher) { dispatcher, now in
            let trunks = context.trunks(dispatcher, now)
            return trunks.map { .part(Replies.trunk, $0) }
                + PrefixStatus.all(of: dispatcher.engine).map { .part(Replies.prefix, $0) }
                + [.final(Replies.count, trunks.count)]
        }
    }
}

extension Verbs.TrunkUp: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.changeTrunk(trunk, replies) { engine throws(EngineError) in try engine.setTrunk(trunk, enabled: true) }
    }
}

extension Verbs.TrunkDown: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.changeTrunk(trunk, replies) { engine throws(EngineError) in try engine.setTrunk(trunk, enabled: false) }
    }
}

extension Verbs.TrunkForget: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.changeTrunk(trunk, replies) { engine throws(EngineError) in try engine.forgetTrunk(trunk) }
    }
}

extension Verbs.SMSCs: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        replies.end(actingInTurnOf: context.dispatcher) { dispatcher, now in
            let smscs = context.smscs(dispatcher, now)
            return smscs.map { .part(Replies.smsc, $0) } + [.final(Replies.count, smscs.count)]
        }
    }
}

extension Verbs.SMSCUp: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.setSMSC(smsc, enabled: true, replies)
    }
}

extension Verbs.SMSCDown: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.setSMSC(smsc, enabled: false, replies)
    }
}

extension ControlContext {
    fileprivate func changeTrunk(
        _ name: String, _ replies: ReplyChannel, _ change: @escaping @Sendable (Engine) throws(EngineError) -> Void
    ) {
        replies.end(actingInTurnOf: dispatcher) { [self] dispatcher, now in
            do throws(EngineError) {
                try change(dispatcher.engine)
            } catch {
                return [.refusal(error)]
            }
            let status = trunks(dispatcher, now).first { $0.name == name }
            return [status.map { .final(Replies.trunk, $0) } ?? .final(Replies.count, 0)]
        }
    }

    fileprivate func setSMSC(_ name: String, enabled: Bool, _ replies: ReplyChannel) {
        replies.end(actingInTurnOf: dispatcher) { [self] dispatcher, now in
            do throws(EngineError) {
                try dispatcher.engine.setSMSC(name, enabled: enabled, now: now)
            } catch {
                return [.refusal(error)]
            }
            let status = smscs(dispatcher, now).first { $0.name == name }
            return [status.map { .final(Replies.smsc, $0) } ?? .final(Replies.count, 0)]
        }
    }
}

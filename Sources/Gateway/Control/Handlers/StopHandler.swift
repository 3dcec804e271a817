// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import ControlProtocol
import GatewayCore
import Platform

/// To stop never waits for a disk, nor for a text to be spoken: it is done first.
extension Verbs.Stop: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let (id, caller) = (action.text, context.callerNumber)
        guard let requester = context.requester(of: self, replies) else { return }
        guard let say else {
            return replies.end(actingInTurnOf: context.dispatcher) { dispatcher, now in
                do throws(EngineError) {
                    try dispatcher.engine.stop(id, by: requester, now: now)
                } catch {
                    return [.refusal(error)]
                }
                return dispatcher.summary(of: id, callerNumber: caller, now: now)
            }
        }
        context.dispatcher.post { dispatcher, now in
            do throws(EngineError) {
                try dispatcher.engine.stop(id, by: requester, now: now)
            } catch {
                return replies.end(.refusal(error))
            }
            guard let definition = dispatcher.engine.action(named: id)?.record.definition else { return replies.end() }
            speak(say, definition, context, replies, caller)
        }
    }

    @TurnActor private func speak(
        _ text: String, _ definition: ActionDefinition, _ context: ControlContext, _ replies: ReplyChannel,
        _ caller: String
    ) {
        let id = action.text
        let gate = TextGate(action, of: definition, spoken: text, sms: nil, context.configuration.snapshot)
        do throws(ProtocolError) {
            try checkSpokenText(text, field: "say")
            try gate.check(now: context.dispatcher.civilNow(), field: "say")
        } catch {
            return replies.refuse(
                ProtocolError(
                    error.code, "action \"\(id)\" is stopped; nothing is said: \(error.message)", field: "say"))
        }
        context.renderer.render([.text(text)], language: definition.language) { [isSwitch, prompts = context.prompts] in
            switch $0 {
            case .failure(let error):
                replies.refuse(
                    ProtocolError(
                        .speechFailed, "action \"\(id)\" is stopped; what was to be said cannot be spoken: \(error)",
                        field: "say"))
            case .success(let sound):
                replies.end(actingInTurnOf: context.dispatcher) { dispatcher, now in
                    // In the same turn, so that no tidying comes between the sound and who needs it.
                    prompts.add(sound)
                    _ = dispatcher.engine.say(sound.hash, to: id, isSwitch: isSwitch, now: now)
                    return dispatcher.summary(of: id, callerNumber: caller, now: now)
                }
            }
        }
    }
}

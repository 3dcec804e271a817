// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Dispatch
import GatewayCore

extension ControlContext {
    private static let retrySeconds = 30

    /// Makes the sound of an action again (from the cache, as a rule) and lets its calls start. The
    /// action waits while it cannot be made.
    func loadPrompt(of record: ActionRecord) {
        let (prompt, language) = (record.definition.prompt, record.definition.language)
        renderer.render(prompt, language: language, accepted: record.promptHash) { [self] result in
            switch result {
            case .failure(let error):
                log.error(
                    "the message cannot be spoken; its calls wait",
                    ["action": record.id.text, "error": error.description])
                dispatcher.queue.asyncAfter(deadline: .now() + .seconds(Self.retrySeconds)) { [self] in
                    dispatcher.post { [self] dispatcher, _ in
                        let phase = dispatcher.engine.action(named: record.id.text)?.record.phase
                        if phase.map({ !$0.isFinal }) ?? false { loadPrompt(of: record) }
                    }
                }
            case .success(let sound):
                // Where the sound is kept no more, a changed voice, lexicon or recording makes another one; citizens hear
                // it under the hash that was accepted, so that the CDRs of one action agree.
                var kept = sound
                if sound.hash != record.promptHash {
                    log.warning("the message sounds different from when it was accepted", ["action": record.id.text])
                    kept.hash = record.promptHash
                }
                let loaded = kept
                dispatcher.post { [prompts] dispatcher, _ in
                    prompts.add(loaded)
                    dispatcher.engine.promptReady(hash: record.promptHash)
                }
            }
        }
    }
}

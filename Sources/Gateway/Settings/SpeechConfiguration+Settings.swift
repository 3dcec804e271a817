// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Speech

/// What the speech module goes by, as the configuration says it.
extension SpeechConfiguration {
    init(_ configuration: GatewayConfiguration) {
        let (general, speech) = (configuration.general, configuration.speech)
        self.init(
            commands: speech.commands, forms: speech.forms, timeLimit: speech.timeLimit,
            concurrency: speech.concurrency,
            maximumMessage: speech.maximumMessage, soundsDirectory: general.soundsDirectory,
            recordingsDirectory: general.recordingsDirectory, cacheDirectory: general.stateDirectory + "/prompts",
            cacheSize: speech.cacheSize)
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import GatewayCore
import Platform
import Speech

/// The speech module as the gateway uses it; a reload replaces its configuration.
final class SpeechRenderer: PromptSource {
    private let renderer: Locked<PromptRenderer>

    init(configuration: GatewayConfiguration) {
        renderer = Locked(PromptRenderer(configuration: SpeechConfiguration(configuration)))
    }

    func configure(_ configuration: GatewayConfiguration) {
        let speech = SpeechConfiguration(configuration)
        renderer.withLock { if $0.configuration != speech { $0 = PromptRenderer(configuration: speech) } }
    }

    func render(
        _ prompt: [PromptPiece], language: String,
        completion: @escaping @Sendable (Result<RenderedSound, RenderingError>) -> Void
    ) {
        renderer.snapshot.render(prompt, language: language) { completion(Self.sound($0)) }
    }

    func render(
        _ prompt: [PromptPiece], language: String, accepted hash: String,
        completion: @escaping @Sendable (Result<RenderedSound, RenderingError>) -> Void
    ) {
        renderer.snapshot.render(prompt, language: language, accepted: hash) { completion(Self.sound($0)) }
    }

    private static func sound(_ result: Result<Prompt, SpeechError>) -> Result<RenderedSound, RenderingError> {
        result.map { prompt in
            RenderedSound(
                hash: prompt.hash, milliseconds: prompt.milliseconds, pcma: prompt.pcma, pcmu: prompt.pcmu,
                wav: prompt.waveFile, level: Loudness.activeLevel(prompt.samples) ?? -100)
        }.mapError { RenderingError(description: $0.description) }
    }
}

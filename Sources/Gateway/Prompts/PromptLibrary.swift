// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Platform
import Voice

/// A prompt as citizens hear it.
struct RenderedSound: Sendable {
    /// Identity of the sound: SHA-256 of everything that changes it.
    var hash: String
    var milliseconds: Int
    var pcma: [UInt8]
    var pcmu: [UInt8]
    /// WAV file of what is heard.
    var wav: [UInt8]
    /// Active speech level, dBFS.
    var level: Double
}

/// Why a prompt cannot be spoken; for the operator.
struct RenderingError: Error, CustomStringConvertible {
    var description: String
}

/// Makes sound of prompts. Any thread; the completion comes on any thread.
protocol PromptSource: Sendable {
    func render(
        _ prompt: [PromptPiece], language: String,
        completion: @escaping @Sendable (Result<RenderedSound, RenderingError>) -> Void)
    /// The sound of that hash if it is kept, which was made when its action was accepted; else it is made anew, and may
    /// have another hash.
    func render(
        _ prompt: [PromptPiece], language: String, accepted hash: String,
        completion: @escaping @Sendable (Result<RenderedSound, RenderingError>) -> Void)
}

/// The prompts that the voice module knows, by the hash of their sound. Each is there once, however
/// many actions and calls use it. Any thread.
final class PromptLibrary: Sendable {
    private struct State {
        var numbers: [String: UInt32] = [:]
        var lastNumber: UInt32 = 0
        var endpoint: VoiceEndpoint?
    }

    private let state = Locked(State())

    func attach(_ endpoint: VoiceEndpoint) { state.withLock { $0.endpoint = endpoint } }

    func add(_ sound: RenderedSound) {
        state.withLock { state in
            guard state.numbers[sound.hash] == nil, let endpoint = state.endpoint else { return }
            state.lastNumber += 1
            if endpoint.addPrompt(state.lastNumber, pcma: sound.pcma, pcmu: sound.pcmu) {
                state.numbers[sound.hash] = state.lastNumber
            }
        }
    }

    func number(of hash: String) -> UInt32? { state.withLock { $0.numbers[hash] } }

    /// Forgets every prompt but these; calls that play one finish.
    func keep(_ hashes: Set<String>) {
        state.withLock { state in
            for (hash, number) in state.numbers where !hashes.contains(hash) {
                state.numbers[hash] = nil
                state.endpoint?.removePrompt(number)
            }
        }
    }
}

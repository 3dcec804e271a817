// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
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
}

/// The prompts that the voice module knows, by the hash of their sound. Each is there once, however
/// many actions and calls use it. Any thread.
final class PromptLibrary: @unchecked Sendable {
    private let lock = NSLock()
    private var numbers: [String: UInt32] = [:]
    private var lastNumber: UInt32 = 0
    private var endpoint: VoiceEndpoint?

    func attach(_ endpoint: VoiceEndpoint) { lock.withLock { self.endpoint = endpoint } }

    func add(_ sound: RenderedSound) {
        lock.withLock {
            guard numbers[sound.hash] == nil, let endpoint else { return }
            lastNumber += 1
            if endpoint.addPrompt(lastNumber, pcma: sound.pcma, pcmu: sound.pcmu) {
                numbers[sound.hash] = lastNumber
            }
        }
    }

    func number(of hash: String) -> UInt32? { lock.withLock { numbers[hash] } }

    /// Forgets every prompt but these; calls that play one finish.
    func keep(_ hashes: Set<String>) {
        lock.withLock {
            for (hash, number) in numbers where !hashes.contains(hash) {
                numbers[hash] = nil
                endpoint?.removePrompt(number)
            }
        }
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import CPJSIP
@preconcurrency import Dispatch
import GatewayCore
import Synchronization

/// Why the endpoint could not start.
package struct VoiceStartError: Error, Sendable, CustomStringConvertible {
    package var reason: String
    package var description: String { "cannot start the SIP endpoint: \(reason)" }
}

/// The SIP endpoint and its RTP pump. One per process at a time.
///
/// Every method may be called from any thread, copies its arguments and returns at once, except
/// ``start(configuration:queue:onWaiting:)`` and ``stop(lingerMilliseconds:)``, which block. What happens waits
/// until it is taken (``takeEvents()``); that something waits is said once, on the queue given.
package final class VoiceEndpoint: Sendable {
    /// Dispatch objects are thread-safe; Dispatch on Linux does not say so.
    private nonisolated(unsafe) let source: any DispatchSourceRead
    private let queue: DispatchQueue
    private let onWaiting: @Sendable () -> Void
    let prompts: PromptBuffers
    private let time: @Sendable (Int64) -> Timestamp
    private let isStopped = Mutex(false)

    /// SIP port bound for UDP; 0: none.
    package let udpPort: UInt16
    /// SIP port bound for TCP; 0: none.
    package let tcpPort: UInt16

    /// Binds the transports and starts both threads.
    ///
    /// - Parameters:
    ///   - queue: serial queue on which `onWaiting` is called.
    ///   - onWaiting: the first event since ``takeEvents()`` has come. Until they are taken, it is not called again:
    ///     whoever takes them later has more of them for the same wake-up.
    /// - Throws: ``VoiceStartError`` with the address or port that could not be had.
    package static func start(
        configuration: VoiceConfiguration, queue: DispatchQueue, onWaiting: @escaping @Sendable () -> Void
    ) throws -> VoiceEndpoint {
        try start(configuration: configuration, queue: queue, prompts: PromptBuffers(), onWaiting: onWaiting)
    }

    /// As ``start(configuration:queue:onWaiting:)``; `handler` is given all events that wait, at once.
    package static func start(
        configuration: VoiceConfiguration, queue: DispatchQueue, handler: @escaping @Sendable ([VoiceEvent]) -> Void
    ) throws -> VoiceEndpoint {
        let prompts = PromptBuffers()
        return try start(configuration: configuration, queue: queue, prompts: prompts) { [time = configuration.time] in
            let events = take(prompts, time)
            if !events.isEmpty { handler(events) }
        }
    }

    private static func start(
        configuration: VoiceConfiguration, queue: DispatchQueue, prompts: PromptBuffers,
        onWaiting: @escaping @Sendable () -> Void
    ) throws -> VoiceEndpoint {
        try VoiceLog.install(configuration.log)
        var reason = [CChar](repeating: 0, count: 512)
        let result = configuration.withC { cpjsip_start($0, &reason, reason.count) }
        guard result == 0 else {
            VoiceLog.remove()
            throw VoiceStartError(reason: string(reason))
        }
        return VoiceEndpoint(queue: queue, prompts: prompts, time: configuration.time, onWaiting: onWaiting)
    }

    private init(
        queue: DispatchQueue, prompts: PromptBuffers, time: @escaping @Sendable (Int64) -> Timestamp,
        onWaiting: @escaping @Sendable () -> Void
    ) {
        self.queue = queue
        self.prompts = prompts
        self.time = time
        self.onWaiting = onWaiting
        udpPort = cpjsip_udp_port()
        tcpPort = cpjsip_tcp_port()
        source = DispatchSource.makeReadSource(fileDescriptor: cpjsip_event_fd(), queue: queue)
        source.setEventHandler {
            cpjsip_events_noticed()
            onWaiting()
        }
        source.activate()
    }

    /// All events that wait, oldest first. One taker at a time.
    package func takeEvents() -> [VoiceEvent] { Self.take(prompts, time) }

    private static func take(_ prompts: PromptBuffers, _ time: (Int64) -> Timestamp) -> [VoiceEvent] {
        var events: UnsafePointer<cpjsip_event>?
        var count = 0
        guard let batch = cpjsip_take_events(&events, &count) else { return [] }
        var mapped: [VoiceEvent] = []
        mapped.reserveCapacity(count)
        for event in UnsafeBufferPointer(start: events, count: count) {
            guard let voiceEvent = VoiceEvent(event, clock: time) else { continue }
            if case .promptReleased(let id) = voiceEvent { prompts.release(id) }
            mapped.append(voiceEvent)
        }
        cpjsip_release_events(batch)
        return mapped
    }

    /// Ends all calls, waits at most `lingerMilliseconds` for the far ends' answers, stops both threads.
    ///
    /// - Parameter unheardMilliseconds: For the first response to an INVITE that is wanted no more, which is cancelled then;
    ///   not less than `lingerMilliseconds`.
    ///
    /// Must not be called from the event queue: the last events, ``VoiceEvent/ended(_:)`` of the calls in
    /// progress among them, are announced there before this returns. A second call does nothing.
    package func stop(lingerMilliseconds: UInt32, unheardMilliseconds: UInt32 = 0) {
        guard
            isStopped.withLock({ stopped in
                defer { stopped = true }
                return !stopped
            })
        else { return }
        cpjsip_stop(lingerMilliseconds, max(lingerMilliseconds, unheardMilliseconds))
        // The events that the stop itself posted may not have reached the source yet.
        queue.sync { onWaiting() }
        let cancelled = DispatchSemaphore(value: 0)
        source.setCancelHandler { cancelled.signal() }
        source.cancel()
        cancelled.wait()
        prompts.releaseAll()
        VoiceLog.remove()
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Platform

/// What a configuration needs of the machine, in figures.
struct ResourceNeeds: Equatable {
    /// Simultaneous calls of all trunks.
    var calls: Int
    /// Calls a second of all trunks.
    var callsPerSecond: Double
    /// Calls for which there are RTP ports.
    var ports: Int
    var realtimePriority: Int
    /// Descriptors beside those of calls.
    var otherDescriptors: Int
    /// With fewer it would not come up: itself, its trunks and binds, one call, and an operator.
    var leastDescriptors: Int

    /// RTP and RTCP.
    private static let descriptorsPerCall = 2
    /// Journal, SIP, queues, events, libraries.
    private static let ownDescriptors = 64
    /// Standard streams and pipes of a text-to-speech program.
    private static let descriptorsPerSpeech = 6
    /// Of the process and the kernel for a live call; docs/performance.md has the measurement.
    private static let memoryPerCall = 29 << 10
    private static let ownMemory = 64 << 20
    /// What the kernel counts for a SIP message that waits to be read, and how many come for a call in its first second.
    private static let octetsPerCallSecond = 4 * 2304
    /// However long the SIP thread was kept from reading.
    private static let secondsKept = 0.25
    /// What every kernel gives.
    private static let leastBuffer = 212_992

    init(_ configuration: GatewayConfiguration) {
        calls = configuration.trunks.reduce(0) { $0 + $1.channels }
        callsPerSecond = configuration.trunks.reduce(0) { $0 + $1.callsPerSecond }
        ports = configuration.rtp.callCapacity
        realtimePriority = configuration.rtp.realtimePriority
        let binds = configuration.smscs.reduce(0) { $0 + $1.bindSettings.count }
        let ways = Self.ownDescriptors + 2 * binds + 2 * configuration.trunks.count
        otherDescriptors =
            ways + ControlLimits().connections + Self.descriptorsPerSpeech * configuration.speech.concurrency
        leastDescriptors = ways + Self.descriptorsPerCall + 1
    }

    var descriptors: Int { otherDescriptors + Self.descriptorsPerCall * calls }

    /// Why a daemon could not work at all; nil: nothing is known.
    func obstacle(_ limits: ProcessLimits) -> String? {
        guard let given = limits.descriptors, given < leastDescriptors else { return nil }
        return "this process may have \(given) descriptors, it needs \(leastDescriptors) at least "
            + "(LimitNOFILE=\(descriptors) of the unit, ulimit -Hn)"
    }

    /// Clients of the control socket at a time: they leave descriptors to calls, however few there are.
    func clients(_ limits: ProcessLimits) -> Int {
        let most = ControlLimits().connections
        return limits.descriptors.map { min(most, max(2, $0 / 8)) } ?? most
    }

    var memory: Int { Self.ownMemory + Self.memoryPerCall * calls }

    var receiveBuffer: Int {
        max(Self.leastBuffer, Int(callsPerSecond * Double(Self.octetsPerCallSecond) * Self.secondsKept))
    }

    /// Calls at a time for which there are ports and descriptors; others keep a share, however few there are.
    func capacity(_ limits: ProcessLimits) -> Int {
        min(ports, socketPairs(limits) ?? ports)
    }

    /// Pairs of RTP sockets that may be open, resting ones too, so that others find descriptors; nil: no limit is known.
    func socketPairs(_ limits: ProcessLimits) -> Int? {
        limits.descriptors.map { max(1, max($0 - otherDescriptors, $0 / 2) / Self.descriptorsPerCall) }
    }

    /// What there is too little of, with the figure that is needed.
    func shortfalls(_ limits: ProcessLimits) -> [String] {
        var shortfalls: [String] = []
        let capacity = capacity(limits)
        if let given = limits.descriptors, given < descriptors {
            let effect = capacity < calls ? "more than \(capacity) wait" : "others may find none"
            shortfalls.append(
                "\(calls) channels need \(descriptors) descriptors, the limit is \(given): \(effect) "
                    + "(LimitNOFILE=\(descriptors) of the unit, ulimit -Hn)")
        } else if ports < calls {
            shortfalls.append(
                "\(calls) channels need \(2 * calls) RTP ports, those in use carry \(ports) calls: more wait "
                    + "([RTP] Ports= takes effect at a restart)")
        }
        if let given = limits.memory, given < memory {
            shortfalls.append("\(calls) channels need \(memory >> 20) MiB of memory, \(given >> 20) MiB are there")
        }
        if let given = limits.realtimePriority, given < realtimePriority {
            shortfalls.append(
                "[RTP] RealtimePriority=\(realtimePriority) is not allowed, the limit is \(given): audio may be late "
                    + "(LimitRTPRIO=\(realtimePriority) of the unit, or CAP_SYS_NICE)")
        }
        if let given = limits.receiveBuffer, given < receiveBuffer {
            shortfalls.append(
                "\(Int(callsPerSecond)) calls a second need \(receiveBuffer) octets for SIP messages that wait, the kernel "
                    + "gives \(given): some may be lost (sysctl net.core.rmem_max=\(receiveBuffer))")
        }
        return shortfalls
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// What the system lets this process have. nil: it says nothing, or sets no limit.
package struct ProcessLimits: Equatable, Sendable {
    /// Descriptors at a time: RLIMIT_NOFILE, see getrlimit(2).
    package var descriptors: Int?
    /// Highest SCHED_FIFO priority; 0: none.
    package var realtimePriority: Int?
    /// Octets that a socket may have waiting to be read: net.core.rmem_max of socket(7).
    package var receiveBuffer: Int?
    /// Octets of memory that are free, or can be freed: MemAvailable of proc(5), or less by RLIMIT_AS.
    package var memory: Int?

    package init(
        descriptors: Int? = nil, realtimePriority: Int? = nil, receiveBuffer: Int? = nil, memory: Int? = nil
    ) {
        self.descriptors = descriptors
        self.realtimePriority = realtimePriority
        self.receiveBuffer = receiveBuffer
        self.memory = memory
    }

    /// As they are now.
    package static func read() -> ProcessLimits {
        ProcessLimits(
            descriptors: limit(RLIMIT_NOFILE.rawValue), realtimePriority: realtimePriority(),
            receiveBuffer: number(in: "/proc/sys/net/core/rmem_max", after: ""), memory: memory())
    }

    /// The soft limit of descriptors becomes the hard one: select(2), for whose sake it is low, is not used here.
    package static func raiseDescriptors() {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return }
        limits.rlim_cur = limits.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    }

    /// RLIMIT_RTPRIO of Linux, which the C library's module leaves out.
    private static let realtimeResource: UInt32 = 14

    /// The soft one; nil: there is none (RLIM_INFINITY).
    private static func limit(_ resource: UInt32) -> Int? {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(resource), &limits) == 0 else { return nil }
        return Int(exactly: limits.rlim_cur)
    }

    /// CAP_SYS_NICE of capabilities(7) lifts the limit.
    private static func realtimePriority() -> Int? {
        let text = content(of: "/proc/self/status")
        let line = text?.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let capabilities = line.flatMap { UInt64($0.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16) }
        if let capabilities, capabilities & (1 << 23) != 0 { return nil }
        return limit(realtimeResource)
    }

    private static func memory() -> Int? {
        let available = number(in: "/proc/meminfo", after: "MemAvailable:").map { $0 * 1024 }
        return [available, limit(RLIMIT_AS.rawValue)].compactMap { $0 }.min()
    }

    /// The number that follows a word at the beginning of a line.
    private static func number(in path: String, after word: String) -> Int? {
        let line = content(of: path)?.split(separator: "\n").first { $0.hasPrefix(word) }
        let digits = line?.dropFirst(word.count).drop { !("0"..."9").contains($0) }.prefix { ("0"..."9").contains($0) }
        return digits.flatMap { Int($0) }
    }

    /// Of a file in /proc, which is small; nil: it cannot be read.
    private static func content(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}

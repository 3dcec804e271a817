// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Glibc
import Platform

/// How a child process ended.
enum ChildResult: Equatable {
    case output([UInt8])
    case failed(reason: String)
    /// There is no such program.
    case notFound
    case timedOut
}

/// Runs a program with bytes on its standard input and takes its standard output, in a process group of
/// its own that is killed at the time limit. Blocks; any thread.
enum ChildProcess {
    private static let outputLimit = 64 << 20
    private static let errorLimit = 4096
    /// Swift's Glibc has no pipe2(2): between a pipe and its close-on-exec flag no other child may start,
    /// or it would hold the pipe open.
    private static let spawning = NSLock()

    private typealias AddCloseFrom =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    /// Swift's Glibc does not declare it (glibc 2.34). Not every descriptor of the daemon is
    /// close-on-exec - PJLIB's are not -, and a program that lingers must not hold the SIP port.
    private static let addCloseFrom: AddCloseFrom? = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: AddCloseFrom.self) }

    static func run(_ arguments: [String], input: [UInt8], timeLimit: Interval) -> ChildResult {
        switch start(arguments) {
        case .failure(let error): error.isMissing ? .notFound : .failed(reason: error.reason)
        case .success(let child): converse(child, input: input, timeLimit)
        }
    }

    private struct Child {
        var id: pid_t
        var input: Int32
        var output: Int32
        var errors: Int32
    }

    private struct StartFailure: Error {
        var reason: String
        var isMissing = false
    }

    private static func start(_ arguments: [String]) -> Result<Child, StartFailure> {
        guard let program = arguments.first else { return .failure(StartFailure(reason: "no program is configured")) }
        var inPipe: [Int32] = [-1, -1]
        var outPipe: [Int32] = [-1, -1]
        var errorPipe: [Int32] = [-1, -1]
        spawning.lock()
        defer { spawning.unlock() }
        let isOpen = pipe(&inPipe) == 0 && pipe(&outPipe) == 0 && pipe(&errorPipe) == 0
        for descriptor in inPipe + outPipe + errorPipe { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        guard isOpen else {
            for descriptor in inPipe + outPipe + errorPipe where descriptor >= 0 { close(descriptor) }
            return .failure(StartFailure(reason: "no pipe: \(systemError(errno))"))
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, inPipe[0], 0)
        posix_spawn_file_actions_adddup2(&actions, outPipe[1], 1)
        posix_spawn_file_actions_adddup2(&actions, errorPipe[1], 2)
        _ = addCloseFrom?(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        // A group of its own, so that what it starts ends with it; signals as in any new program.
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        posix_spawnattr_setpgroup(&attributes, 0)
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        strings.append(nil)
        var child: pid_t = 0
        let status = posix_spawnp(&child, program, &actions, &attributes, strings, environ)
        for string in strings { free(string) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        close(inPipe[0])
        close(outPipe[1])
        close(errorPipe[1])
        guard status == 0 else {
            close(inPipe[1])
            close(outPipe[0])
            close(errorPipe[0])
            return .failure(
                StartFailure(
                    reason: "it cannot be started: \(systemError(status))", isMissing: status == ENOENT))
        }
        return .success(Child(id: child, input: inPipe[1], output: outPipe[0], errors: errorPipe[0]))
    }

    private static func converse(_ running: Child, input: [UInt8], _ timeLimit: Interval) -> ChildResult {
        let (child, toChild, fromChild) = (running.id, running.input, running.output)
        var output: [UInt8] = []
        var errorText: [UInt8] = []
        var written = 0
        var open = [true, true, true]
        let descriptors = [toChild, fromChild, running.errors]
        for descriptor in descriptors { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
        let deadline = milliseconds() + timeLimit.milliseconds
        var timedOut = false
        var tooMuch = false
        func shut(_ index: Int) {
            if open[index] { close(descriptors[index]) }
            open[index] = false
        }
        if input.isEmpty { shut(0) }
        while open[1] || open[2] {
            let rest = deadline - milliseconds()
            guard rest > 0 else {
                timedOut = true
                break
            }
            var polls = (0..<3).map { index in
                pollfd(
                    fd: open[index] ? descriptors[index] : -1, events: Int16(index == 0 ? POLLOUT : POLLIN), revents: 0)
            }
            _ = poll(&polls, 3, Int32(clamping: rest))
            if polls[0].revents != 0 {
                // A program that does not read its input says so with EPIPE; SIGPIPE is ignored by the
                // daemon, and here blocked for whoever does not.
                let count = writeQuietly(toChild, input[written...])
                if count > 0 { written += count }
                if count <= 0 && errno != EAGAIN || written == input.count { shut(0) }
            }
            for index in 1...2 where polls[index].revents != 0 {
                var buffer = [UInt8](repeating: 0, count: 65536)
                let count = read(descriptors[index], &buffer, buffer.count)
                if count > 0 {
                    if index == 1 {
                        output += buffer[..<count]
                    } else {
                        errorText = (errorText + buffer[..<count]).suffix(errorLimit)
                    }
                } else if count == 0 || errno != EAGAIN {
                    shut(index)
                }
            }
            if output.count > outputLimit {
                tooMuch = true
                break
            }
        }
        for index in 0..<3 { shut(index) }
        if !timedOut && !tooMuch {
            // Both ends are closed: it is ending, or has nothing more to say within its time.
            while !hasEnded(child) {
                if milliseconds() >= deadline {
                    timedOut = true
                    break
                }
                poll(nil, 0, 5)
            }
        }
        // Before it is reaped, so that its id cannot be somebody else's: whatever it left in its group ends too.
        kill(-child, SIGKILL)
        var status: Int32 = 0
        var reaped = waitpid(child, &status, 0)
        while reaped < 0 && errno == EINTR { reaped = waitpid(child, &status, 0) }
        if timedOut { return .timedOut }
        if tooMuch { return .failed(reason: "it wrote more than \(outputLimit >> 20) MiB") }
        // Where SIGCHLD is ignored the kernel has reaped it and its status is lost: no success.
        guard reaped == child else { return .failed(reason: "its exit status is lost") }
        guard status == 0 else {
            let how = status & 0x7f == 0 ? "exit status \(status >> 8 & 0xff)" : "signal \(status & 0x7f)"
            let text = String(decoding: errorText, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            return .failed(reason: text.isEmpty ? how : "\(how): \(text)")
        }
        return .output(output)
    }

    /// Without reaping it.
    private static func hasEnded(_ child: pid_t) -> Bool {
        var information = siginfo_t()
        guard waitid(P_PID, id_t(child), &information, WEXITED | WNOHANG | WNOWAIT) == 0 else { return true }
        return information.si_signo == SIGCHLD
    }

    private static func writeQuietly(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Int {
        var blocked = sigset_t()
        var former = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &blocked, &former)
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let reason = errno
        if count < 0 && reason == EPIPE {
            var none = timespec()
            sigtimedwait(&blocked, nil, &none)
        }
        pthread_sigmask(SIG_SETMASK, &former, nil)
        errno = reason
        return count
    }

    private static func milliseconds() -> Int64 { SystemClock.monotonicMicroseconds() / 1000 }
}

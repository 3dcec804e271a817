// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Foundation
import GatewayCore
import Glibc
import Testing

@testable import Speech

/// Programs that behave and that do not; each is a line of sh.
@Suite struct ChildProcessTests {
    func run(_ script: String, input: [UInt8] = [], timeLimit: Interval = .seconds(20)) -> ChildResult {
        ChildProcess.run(["/bin/sh", "-c", script], input: input, timeLimit: timeLimit)
    }

    @Test("Input goes in and output comes out, more than a pipe holds")
    func echo() {
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        #expect(run("cat", input: bytes) == .output(bytes))
    }

    @Test("Arguments are passed as they are: no shell reads them")
    func arguments() {
        let text = "$(id); `id` | 'x' \"y\""
        let result = ChildProcess.run(["printf", "%s", text], input: [], timeLimit: .seconds(20))
        #expect(result == .output(Array(text.utf8)))
    }

    @Test("A failure carries the exit status or the signal, and the end of the standard error")
    func failures() {
        #expect(run("echo no such voice >&2; exit 3") == .failed(reason: "exit status 3: no such voice"))
        #expect(run("exit 1") == .failed(reason: "exit status 1"))
        #expect(run("kill -TERM $$") == .failed(reason: "signal 15"))
        guard case .failed(let reason) = run("head -c 100000 /dev/zero | tr '\\0' x >&2; echo end >&2; exit 1") else {
            Issue.record("it did not fail")
            return
        }
        #expect(reason.hasSuffix("xend"))
        #expect(reason.count < 5000)
    }

    @Test("A program that is not there is told apart")
    func missing() {
        let result = ChildProcess.run(["no-such-program-here"], input: [1], timeLimit: .seconds(20))
        #expect(result == .notFound)
        #expect(ChildProcess.run([], input: [], timeLimit: .seconds(20)) == .failed(reason: "no program is configured"))
    }

    @Test("A program that does not read its input is no SIGPIPE")
    func ignoresInput() {
        #expect(
            run("exec <&-; echo done", input: [UInt8](repeating: 1, count: 1 << 20)) == .output(Array("done\n".utf8)))
    }

    @Test("Endless output is cut off")
    func endless() {
        #expect(run("exec cat /dev/zero") == .failed(reason: "it wrote more than 64 MiB"))
    }

    @Test(
        "A program that hangs ends at its limit, and so does what it started",
        arguments: [
            "sleep 1000", "sleep 1000 & wait", "trap '' TERM; sleep 1000", "exec >&- 2>&-; sleep 1000",
            // It ends by itself, but somebody keeps its output open.
            "sleep 1000 & exit 0",
        ])
    func hangs(script: String) throws {
        let folder = try Folder()
        let result = run("echo $$ > \(folder.path)/pid; \(script)", timeLimit: .milliseconds(200))
        #expect(result == .timedOut)
        try expectNoGroup(folder)
    }

    @Test("What a program leaves behind when it ends is ended too")
    func leavesBehind() throws {
        let folder = try Folder()
        let result = run("echo $$ > \(folder.path)/pid; sleep 1000 </dev/null >/dev/null 2>&1 & echo sound")
        #expect(result == .output(Array("sound\n".utf8)))
        try expectNoGroup(folder)
    }

    /// Killed members may still be dying or waiting for init: only live ones count.
    private func expectNoGroup(_ folder: Folder) throws {
        let text = String(decoding: try folder.read("pid"), as: UTF8.self).trimmingCharacters(in: .newlines)
        let group = try #require(Int32(text))
        var live = 1
        for _ in 0..<2000 where live > 0 {
            live = 0
            for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int32(entry) != nil {
                guard let data = FileManager.default.contents(atPath: "/proc/\(entry)/stat") else { continue }
                let line = String(decoding: data, as: UTF8.self)
                // pid (name) state parent group
                let fields = line[(line.lastIndex(of: ")") ?? line.startIndex)...].split(separator: " ")
                if fields.count > 3, fields[3] == "\(group)", fields[1] != "Z", fields[1] != "X" { live += 1 }
            }
        }
        #expect(live == 0)
    }

    @Test("Descriptors of the daemon stay with the daemon, close-on-exec or not")
    func descriptors() {
        let descriptor = open("/dev/null", O_RDONLY)
        defer { close(descriptor) }
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC == 0)
        // ls itself opens one for the folder.
        guard case .output(let names) = ChildProcess.run(["ls", "/proc/self/fd"], input: [], timeLimit: .seconds(20))
        else {
            Issue.record("ls failed")
            return
        }
        #expect(String(decoding: names, as: UTF8.self) == "0\n1\n2\n3\n")
    }

    @Test("Many at once, and none is lost")
    func many() {
        let results = Collector<ChildResult>()
        DispatchQueue.concurrentPerform(iterations: 40) { index in
            let result = run("cat; exit \(index % 2)", input: [UInt8(index)])
            results.append(result)
        }
        let all = results.all
        #expect(all.count == 40)
        #expect(all.filter { $0 == .failed(reason: "exit status 1") }.count == 20)
    }
}

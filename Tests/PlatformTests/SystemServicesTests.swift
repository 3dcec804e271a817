// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Foundation
import GatewayCore
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("Clock") struct SystemClockTests {
    /// Both clocks, moved by hand.
    private func clock() -> (SteadyClock, Locked<SteadyClock.Reading>) {
        let reading = Locked(SteadyClock.Reading(boot: 1_000_000, civil: 1_700_000_000_000_000))
        return (SteadyClock(read: { reading.snapshot }), reading)
    }

    @Test("Engine time begins as civil time and goes on evenly, however the civil clock is set")
    func steps() {
        let (clock, reading) = clock()
        let start = Timestamp(microseconds: 1_700_000_000_000_000)
        #expect(clock.now() == start)
        #expect(clock.civilOffset() == .zero)
        reading.withLock { $0 = .init(boot: 1_500_000, civil: $0.civil + 500_000) }
        #expect(clock.now() == start + .milliseconds(500))
        #expect(clock.civilOffset() == .zero)
        // A day ahead, then two days back, and 1.8 s.
        for step in [Interval.minutes(24 * 60), .minutes(-48 * 60), .milliseconds(1800)] {
            let before = clock.civilOffset()
            reading.withLock { $0 = .init(boot: $0.boot + 100_000, civil: $0.civil + 100_000 + step.microseconds) }
            #expect(clock.civilOffset() - before == step)
        }
        #expect(clock.now() == start + .milliseconds(800))
        #expect(clock.civil() == clock.now() + clock.civilOffset())
        #expect(clock.age() == .milliseconds(800))
    }

    @Test("Goes on from a former process's engine time; events of CLOCK_BOOTTIME fall into place")
    func goesOn() {
        let (clock, _) = clock()
        clock.goOn(bootOffset: .microseconds(41_000_000))
        #expect(clock.now() == Timestamp(microseconds: 42_000_000))
        #expect(clock.time(atBoot: 900_000) == Timestamp(microseconds: 41_900_000))
        #expect(clock.civil() == clock.now() + clock.civilOffset())
    }

    @Test("The system's clocks: now, and never back")
    func system() {
        let clock = SteadyClock()
        var last = clock.now()
        #expect(abs((Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)) - last).seconds) < 1)
        for _ in 0..<1000 {
            let now = clock.now()
            #expect(now >= last)
            last = now
        }
    }

    @Test("An errno's text")
    func errors() { #expect(systemError(ENOENT) == "No such file or directory") }
}

@Suite("Log") struct SystemLogTests {
    private let lines = Locked<[String]>([])

    private func makeLog(_ style: Log.Style = .plain, _ level: LogLevel = .debug) -> Log {
        let lines = lines
        return Log(
            level: level, style: style, clock: { Timestamp(milliseconds: 1_795_527_041_123) },
            write: { bytes in lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } })
    }

    @Test("Of a flood the first line is written, then one a minute with the count, and nothing when it is over")
    func flood() {
        let time = Locked(Timestamp(milliseconds: 1_000_000))
        let log = Log(
            level: .info, style: .journal, clock: { time.snapshot },
            write: { [lines] bytes in lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } })
        for index in 0..<26_051 {
            log.flood(.warning, "fault 1", "broken", ["pdu": index])
            if index == 5 { log.flood(.warning, "fault 2", "broken too") }
        }
        time.withLock { $0 = $0 + .seconds(59) }
        log.writeRepeated()
        #expect(lines.snapshot == ["<4>broken pdu=0\n", "<4>broken too\n"])
        time.withLock { $0 = $0 + .seconds(1) }
        log.writeRepeated()
        #expect(lines.snapshot.dropFirst(2) == ["<4>broken pdu=26050 times=26050\n"])
        time.withLock { $0 = $0 + .minutes(1) }
        log.writeRepeated()
        log.flood(.warning, "fault 1", "broken", ["pdu": "again"])
        #expect(lines.snapshot.dropFirst(3) == ["<4>broken pdu=again\n"])
    }

    @Test("A minute of a flood is a minute, however the civil clock is set", arguments: [-86_400.0, 86_400])
    func floodAndClock(_ step: Double) {
        let (civil, steady) = (Locked(Timestamp(milliseconds: 1_000_000_000)), Locked(Timestamp.epoch))
        let log = Log(
            level: .info, style: .journal, clock: { civil.snapshot }, steady: { steady.snapshot },
            write: { [lines] bytes in lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } })
        for index in 0..<3 { log.flood(.warning, "fault", "broken", ["pdu": index]) }
        civil.withLock { $0 = $0 + .seconds(step) }
        log.writeRepeated()
        #expect(lines.snapshot == ["<4>broken pdu=0\n"])
        steady.withLock { $0 = $0 + .minutes(1) }
        log.writeRepeated()
        #expect(lines.snapshot.dropFirst() == ["<4>broken pdu=2 times=2\n"])
    }

    @Test("A line for people, and one for journald")
    func styles() {
        makeLog().info("call answered", ["attempt": AttemptID(7), "trunk": "kpn"])
        makeLog(.journal).warning("trunk is down", ["trunk": "kpn", "reason": "no answer to OPTIONS", "empty": ""])
        #expect(
            lines.withLock { $0 } == [
                "2026-11-24T13:30:41.123Z info    call answered attempt=7 trunk=kpn\n",
                "<4>trunk is down trunk=kpn reason=\"no answer to OPTIONS\" empty=\"\"\n",
            ])
    }

    @Test("Less important lines are left out, and not even made")
    func levels() {
        let log = makeLog(.journal, .notice)
        func expensive() -> String {
            Issue.record("was made")
            return ""
        }
        log.info(expensive(), ["a": expensive()])
        log.notice("a")
        log.level = .error
        log.warning(expensive())
        log.error("b")
        #expect(lines.withLock { $0 } == ["<5>a\n", "<3>b\n"])
    }

    @Test(
        "Nobody outside can forge a line or steer a terminal",
        arguments: [
            ("a\nb", #"<6>a\nb"#), ("a\r\n<3>b", #"<6>a\r\n<3>b"#), ("\u{1B}[2J", #"<6>\x1b[2J"#),
            ("a\u{0}", #"<6>a\x00"#), ("\u{9B}1m", #"<6>\x9b1m"#), ("x\u{202E}y\u{2028}", #"<6>x\u{202e}y\u{2028}"#),
            ("Drachten é €", "<6>Drachten é €"),
        ])
    func escaping(text: String, line: String) {
        makeLog(.journal).info(text)
        #expect(lines.withLock { $0 } == [line + "\n"])
    }

    @Test("Values are quoted when they would be read as something else")
    func quoting() {
        makeLog(.journal).info("m", ["a": "x=y", "b": #"say "hi""#, "c": "l\nm", "d": #"\"#])
        #expect(lines.withLock { $0 } == [##"<6>m a="x=y" b="say \"hi\"" c="l\nm" d="\\""## + "\n"])
    }

    @Test(
        "Telephone numbers are hidden wherever they stand",
        arguments: [
            ("+31612345678", "+316*****678"), ("sip:+31612345678@sip.example.nl", "sip:+316*****678@sip.example.nl"),
            ("to 0612345678, busy", "to 0612***678, busy"), ("0031612345678", "0031******678"),
            ("2026-11-24T13:30:41", "2026-11-24T13:30:41"), ("attempt=123456789012", "attempt=123456789012"),
            ("a0123456789f", "a0123456789f"), ("0800-0011", "0800-0011"), ("10.0.0.1:5060", "10.0.0.1:5060"),
            ("C++ +31", "C++ +31"),
        ])
    func redaction(text: String, expected: String) { #expect(NumberRedaction.redact(text) == expected) }

    @Test("A PhoneNumber in the context is redacted, a very long line cut")
    func context() throws {
        let number = try #require(PhoneNumber(e164: "+31612345678"))
        makeLog(.journal).info("m", ["number": number])
        makeLog(.journal).info(String(repeating: "x", count: 100_000))
        let written = lines.withLock { $0 }
        #expect(written.first == "<6>m number=+316*****678\n")
        #expect(written.last?.hasSuffix("... (cut off)\n") == true)
        #expect((written.last?.utf8.count ?? 0) < 8300)
    }

    @Test("journald's stream is known by device and inode")
    func journalStream() throws {
        var descriptors: [Int32] = [0, 0]
        #expect(pipe(&descriptors) == 0)
        defer { for descriptor in descriptors { close(descriptor) } }
        var information = stat()
        #expect(fstat(descriptors[1], &information) == 0)
        let own = ["JOURNAL_STREAM": "\(information.st_dev):\(information.st_ino)"]
        #expect(Log.style(of: descriptors[1], environment: own) == .journal)
        #expect(Log.style(of: descriptors[1], environment: ["JOURNAL_STREAM": "8:1"]) == .plain)
        #expect(Log.style(of: descriptors[1], environment: ["JOURNAL_STREAM": "nonsense"]) == .plain)
        #expect(Log.style(of: descriptors[1], environment: [:]) == .plain)
    }
}

@Suite("systemd") struct SystemNotifierTests {
    /// A datagram socket as systemd opens it; the next datagram.
    private final class Manager {
        let descriptor: Int32
        init?(_ name: String) {
            guard let address = UnixAddress(notifySocket: name) else { return nil }
            descriptor = UnixAddress.makeSocket(SOCK_DGRAM)
            guard address.withSocketAddress({ bind(descriptor, $0, $1) }) == 0 else { return nil }
        }
        deinit { close(descriptor) }
        func next() -> String? {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
        }
    }

    private func check(_ name: String) throws {
        let manager = try #require(Manager(name))
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": name])
        #expect(notifier.isActive)
        notifier.ready(status: "2 trunks up")
        #expect(manager.next() == "READY=1\nSTATUS=2 trunks up")
        notifier.status("a\nREADY=1")
        #expect(manager.next() == "STATUS=a READY=1")
        notifier.watchdog()
        #expect(manager.next() == "WATCHDOG=1")
        notifier.reloading(monotonicMicroseconds: 42)
        #expect(manager.next() == "RELOADING=1\nMONOTONIC_USEC=42")
        notifier.extendTimeout(.seconds(10))
        #expect(manager.next() == "EXTEND_TIMEOUT_USEC=10000000")
        notifier.stopping(status: "3 calls", extension: .seconds(35))
        #expect(manager.next() == "STOPPING=1\nSTATUS=3 calls\nEXTEND_TIMEOUT_USEC=35000000")
        #expect(manager.next() == nil)
    }

    @Test("Over a socket in the file system")
    func path() throws {
        let directory = try TemporaryDirectory()
        try check(directory.path + "/notify")
    }

    @Test("Over an abstract socket")
    func abstract() throws { try check("@burgernetd-test-\(UUID().uuidString)") }

    @Test("Does nothing without systemd", arguments: ["", "relative", nil])
    func absent(name: String?) {
        let notifier = SystemdNotifier(environment: name.map { ["NOTIFY_SOCKET": $0] } ?? [:])
        #expect(!notifier.isActive)
        #expect(!notifier.send(["READY=1"]))
    }

    @Test("A manager that does not read holds nobody up")
    func full() throws {
        let name = "@burgernetd-test-\(UUID().uuidString)"
        let manager = try #require(Manager(name))
        let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": name])
        var sent = 0
        while sent < 100_000, notifier.send(["WATCHDOG=1"]) { sent += 1 }
        #expect((1..<100_000).contains(sent))
        #expect(manager.next() == "WATCHDOG=1")
    }

    @Test("The watchdog's interval is half of what systemd allows, and this process's only")
    func watchdog() {
        func interval(_ environment: [String: String]) -> Interval? {
            SystemdNotifier.watchdogInterval(environment, processID: 77)
        }
        #expect(interval(["WATCHDOG_USEC": "10000000"]) == .seconds(5))
        #expect(interval(["WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "77"]) == .seconds(5))
        #expect(interval(["WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "78"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "soon"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "0"]) == nil)
        #expect(interval([:]) == nil)
    }
}

@Suite("Signals", .serialized) struct SystemSignalTests {
    @Test("SIGHUP reloads, the first SIGTERM drains, the second stops; SIGPIPE is nothing")
    func signals() {
        let queue = DispatchQueue(label: "signals")
        let received = Locked<[SignalRequest]>([])
        let arrived = DispatchSemaphore(value: 0)
        let sources = SignalSources(queue: queue) { request in
            received.withLock { $0.append(request) }
            arrived.signal()
        }
        withExtendedLifetime(sources) {
            for number in [SIGPIPE, SIGHUP, SIGTERM, SIGINT] {
                kill(getpid(), number)
                if number != SIGPIPE { #expect(arrived.wait(timeout: .now() + 10) == .success) }
            }
        }
        #expect(received.withLock { $0 } == [.reload, .drain, .stopNow])
    }
}

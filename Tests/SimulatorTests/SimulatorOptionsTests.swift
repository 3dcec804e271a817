// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import TestSupport
import Testing

@testable import Simulator

@Suite struct SimulatorOptionsTests {
    @Test func defaults() throws {
        let options = try SimulatorOptions.parse([])
        #expect(options.listen == ListenAddress(host: "127.0.0.1", port: 5070))
        #expect(options.gateways == ["127.0.0.1"])
        #expect(options.rtpPorts == 40000...49999)
        #expect(try options.applied(to: Scenario(), numbers: [:]) == Scenario())
    }

    @Test func allOptions() throws {
        let options = try SimulatorOptions.parse([
            "--listen", "[::1]:5080", "--gateway", "::1", "--gateway=2001:db8::1", "--rtp-ports", "20000-20999",
            "--scenario", "s.json", "--numbers", "n.csv", "--share", "answer=1", "--seed", "9", "--time-scale", "0.1",
            "--channels", "30", "--calls-per-second", "12.5", "--burst", "4", "--no-engaged", "--log", "sim.jsonl",
            "--record", "wav", "--record-share", "0.01", "--record-number", "0612345678", "--record-seconds", "60",
            "--duration", "90", "--progress", "--sip-log-level", "4", "--check",
        ])
        #expect(options.listen == ListenAddress(host: "::1", port: 5080))
        #expect(options.listen.isIPv6)
        #expect(options.gateways == ["::1", "2001:db8::1"])
        #expect(options.rtpPorts == 20000...20999)
        #expect(options.scenarioFile == "s.json")
        #expect(options.numbersFile == "n.csv")
        #expect(options.logFile == "sim.jsonl")
        #expect(options.recordDirectory == "wav")
        #expect(options.recordShare == 0.01)
        #expect(options.recordNumbers == ["+31612345678"])
        #expect(options.recordSeconds == 60)
        #expect(options.duration == .seconds(90))
        #expect(options.progress && options.check && !options.help)
        #expect(options.sipLogLevel == 4)
        let scenario = try options.applied(to: Scenario(), numbers: ["1": PinnedNumber(.busy)])
        #expect(scenario.seed == 9)
        #expect(try scenario.shares == Shares([.answer: 1]))
        #expect(scenario.timeScale == 0.1)
        #expect(scenario.channels == 30)
        #expect(scenario.callsPerSecond == 12.5)
        #expect(scenario.burst == 4)
        #expect(!scenario.engaged)
        #expect(scenario.numbers == ["1": PinnedNumber(.busy)])
    }

    @Test func recordWithoutAShareRecordsAll() throws {
        #expect(try SimulatorOptions.parse(["--record", "wav"]).recordShare == 1)
        #expect(try SimulatorOptions.parse(["--record", "wav", "--record-number", "1"]).recordShare == 0)
    }

    @Test(arguments: [
        (["--frob"], "unknown option --frob; try --help"),
        (["x"], "unknown option x; try --help"),
        (["--seed"], "--seed needs a value"),
        (["--seed", "x"], "--seed x must be a number from 0 to 18446744073709551615"),
        (["--progress=1"], "--progress takes no value"),
        (
            ["--listen", "127.0.0.1"],
            "--listen 127.0.0.1 must be ADDRESS:PORT, for example 127.0.0.1:5070 or [::1]:5070"
        ),
        (["--listen", "::1:5070"], "--listen ::1:5070: an IPv6 address goes into brackets, for example [::1]:5070"),
        (["--listen", "localhost:5070"], "--listen: \"localhost\" is no numeric IPv4 or IPv6 address"),
        (["--listen", ":5070"], "--listen: \"\" is no numeric IPv4 or IPv6 address"),
        (["--gateway", "gw.example"], "--gateway: \"gw.example\" is no numeric IPv4 or IPv6 address"),
        (["--gateway", "::1"], "--gateway ::1 cannot reach --listen 127.0.0.1: IPv4 and IPv6"),
        (["--rtp-ports", "40001-40010"], "--rtp-ports 40001-40010 must be FIRST-LAST, FIRST even and at least 1024"),
        (["--seed", "1", "--seed=1"], "--seed is given twice; it takes one value"),
        (
            ["--smsc", "127.0.0.1:1", "--smsc-rate", "1", "--smsc-rate", "2"],
            "--smsc-rate is given twice; it takes one value"
        ),
        (["--record-share", "0.1"], "--record-share and --record-number need --record DIRECTORY"),
    ])
    func errors(_ arguments: [String], _ expected: String) {
        #expect(throws: ScenarioError(expected)) { try SimulatorOptions.parse(arguments) }
    }

    @Test("What can only be said several times in several options may be repeated")
    func repeated() throws {
        let options = try SimulatorOptions.parse([
            "--gateway", "127.0.0.1", "--gateway", "127.0.0.2", "--record", "wav", "--record-number", "0612345678",
            "--record-number", "0612345679", "--smsc", "127.0.0.1:1", "--smsc-account", "a:b", "--smsc-account", "c:d",
        ])
        #expect(options.gateways.count == 2 && options.recordNumbers.count == 2)
    }

    @Test("A check finds a log that cannot be written and a certificate that cannot be read, and makes nothing")
    func outputs() throws {
        let directory = try TemporaryDirectory()
        func check(_ arguments: [String]) throws {
            try SimulatorProgram.checkFiles(try SimulatorOptions.parse(arguments))
        }
        let path = directory.path + "/sim.jsonl"
        try check(["--log", path, "--smsc", "127.0.0.1:1", "--smsc-log", "-"])
        #expect(!FileManager.default.fileExists(atPath: path))
        try check(["--record", directory.path + "/a/b"])
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/a"))
        #expect(throws: ScenarioError.self) {
            try check(["--smsc", "127.0.0.1:1", "--smsc-tls-certificate", directory.path + "/none.pem"])
        }
        for option in ["--log", "--smsc-log"] {
            let missing = directory.path + "/missing/x"
            #expect(throws: ScenarioError("cannot write \(missing): No such file or directory")) {
                try check([option, missing, "--smsc", "127.0.0.1:1"])
            }
        }
    }

    @Test func usageNamesEveryOption() {
        for name in ["--listen", "--gateway", "--share", "--no-engaged", "--record-seconds", "--check", "--version"] {
            #expect(SimulatorOptions.usage.contains(name))
        }
    }
}

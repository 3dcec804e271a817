// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// An address and port as `127.0.0.1:5070` or `[::1]:5070`.
package struct ListenAddress: Equatable, Sendable {
    package var host: String
    package var port: UInt16
    package var isIPv6: Bool { host.contains(":") }

    /// Throws ``ScenarioError``.
    static func parse(_ text: String, option: String = "--listen") throws -> ListenAddress {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw ScenarioError("\(option) \(text) must be ADDRESS:PORT, for example 127.0.0.1:5070 or [::1]:5070")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw ScenarioError("\(option) \(text): an IPv6 address goes into brackets, for example [::1]:5070")
        }
        try checkNumeric(host, option: option)
        return ListenAddress(host: host, port: port)
    }
}

/// Names are not looked up. Throws ``ScenarioError``.
private func checkNumeric(_ address: String, option: String) throws {
    var bytes = in6_addr()
    guard inet_pton(address.contains(":") ? AF_INET6 : AF_INET, address, &bytes) == 1 else {
        throw ScenarioError("\(option): \"\(address)\" is no numeric IPv4 or IPv6 address")
    }
}

/// The command line of `burgernetsim`.
package struct SimulatorOptions: Equatable, Sendable {
    package var listen = ListenAddress(host: "127.0.0.1", port: 5070)
    /// Requests are taken from these addresses only.
    package var gateways: [String] = []
    package var rtpPorts: ClosedRange<UInt16> = 40000...49999
    package var scenarioFile: String?
    package var numbersFile: String?
    package var logFile: String?
    package var recordDirectory: String?
    package var recordShare = 0.0
    package var recordNumbers: Set<String> = []
    /// Longest recording; memory is 8 KB a second and call.
    package var recordSeconds = 300
    package var duration: Interval?
    package var progress = false
    package var sipLogLevel = 1
    package var check = false
    package var help = false
    package var version = false
    package var smsc = SMSCOptions()

    /// Set over what the scenario file says.
    package var seed: UInt64?
    package var shares: Shares?
    package var timeScale: Double?
    package var channels: Int?
    package var callsPerSecond: Double?
    package var burst: Int?
    package var engaged: Bool?

    package init() {}

    /// - Parameter arguments: without the program's name.
    /// Throws ``ScenarioError``.
    package static func parse(_ arguments: [String]) throws -> SimulatorOptions {
        var options = SimulatorOptions()
        var rest = arguments[...]
        var given: Set<String> = []
        while let argument = rest.popFirst() {
            var name = argument
            var inline: String?
            if argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") {
                name = String(argument[..<equals])
                inline = String(argument[argument.index(after: equals)...])
            }
            if try options.setFlag(name) {
                if inline != nil { throw ScenarioError("\(name) takes no value") }
                continue
            }
            guard valueOptions.contains(name) || SMSCOptions.takesValue(name) else {
                throw ScenarioError("unknown option \(argument); try --help")
            }
            guard given.insert(name).inserted || repeatable.contains(name) else {
                throw ScenarioError("\(name) is given twice; it takes one value")
            }
            guard let value = inline ?? rest.popFirst() else { throw ScenarioError("\(name) needs a value") }
            try options.set(name, to: value)
        }
        if options.gateways.isEmpty { options.gateways = [options.listen.isIPv6 ? "::1" : "127.0.0.1"] }
        for gateway in options.gateways {
            try checkNumeric(gateway, option: "--gateway")
            if gateway.contains(":") != options.listen.isIPv6 {
                throw ScenarioError("--gateway \(gateway) cannot reach --listen \(options.listen.host): IPv4 and IPv6")
            }
        }
        if options.recordDirectory == nil, options.recordShare > 0 || !options.recordNumbers.isEmpty {
            throw ScenarioError("--record-share and --record-number need --record DIRECTORY")
        }
        if options.recordDirectory != nil, options.recordShare == 0, options.recordNumbers.isEmpty {
            options.recordShare = 1
        }
        try options.smsc.validate()
        return options
    }

    /// The scenario that results from a file's and these options. Throws ``ScenarioError``.
    func applied(to scenario: Scenario, numbers: [String: PinnedNumber]) throws -> Scenario {
        var scenario = scenario
        if let seed { scenario.seed = seed }
        if let shares { scenario.shares = shares }
        if let timeScale { scenario.timeScale = timeScale }
        if let channels { scenario.channels = channels }
        if let callsPerSecond { scenario.callsPerSecond = callsPerSecond }
        if let burst { scenario.burst = burst }
        if let engaged { scenario.engaged = engaged }
        scenario.numbers.merge(numbers) { $1 }
        try scenario.validate()
        return scenario
    }

    private mutating func setFlag(_ name: String) throws -> Bool {
        switch name {
        case "--help", "-h": help = true
        case "--version": version = true
        case "--progress": progress = true
        case "--check": check = true
        case "--no-engaged": engaged = false
        default: return smsc.setFlag(name)
        }
        return true
    }

    private static let valueOptions: Set<String> = [
        "--listen", "--gateway", "--rtp-ports", "--scenario", "--numbers", "--share", "--seed", "--time-scale",
        "--channels", "--calls-per-second", "--burst", "--log", "--record", "--record-share", "--record-number",
        "--record-seconds", "--duration", "--sip-log-level",
    ]

    private static let repeatable: Set<String> = ["--gateway", "--record-number", "--smsc-account"]

    private mutating func set(_ name: String, to value: String) throws {
        func number<Value: Comparable>(_ range: ClosedRange<Value>, _ read: (String) -> Value?) throws -> Value {
            guard let number = read(value), range.contains(number) else {
                throw ScenarioError("\(name) \(value) must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        switch name {
        case "--listen": listen = try ListenAddress.parse(value)
        case "--gateway": gateways.append(value)
        case "--rtp-ports": rtpPorts = try Self.portRange(value)
        case "--scenario": scenarioFile = value
        case "--numbers": numbersFile = value
        case "--share": shares = try Shares.parse(value)
        case "--seed": seed = try number(0...UInt64.max) { UInt64($0) }
        case "--time-scale": timeScale = try number(0...1000) { Double($0) }
        case "--channels": channels = try number(0...1_000_000) { Int($0) }
        case "--calls-per-second": callsPerSecond = try number(0...100_000) { Double($0) }
        case "--burst": burst = try number(0...100_000) { Int($0) }
        case "--log": logFile = value
        case "--record": recordDirectory = value
        case "--record-share": recordShare = try number(0...1) { Double($0) }
        case "--record-number": recordNumbers.insert(NumberKey.normalised(value))
        case "--record-seconds": recordSeconds = try number(1...86_400) { Int($0) }
        case "--duration": duration = .seconds(try number(0...31_536_000) { Double($0) })
        case "--sip-log-level": sipLogLevel = try number(0...5) { Int($0) }
        default: try smsc.set(name, to: value)
        }
    }

    private static func portRange(_ text: String) throws -> ClosedRange<UInt16> {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first >= 1024, first % 2 == 0, first < last
        else { throw ScenarioError("--rtp-ports \(text) must be FIRST-LAST, FIRST even and at least 1024") }
        return first...last
    }

    package static let usage = """
        usage: burgernetsim [options]

        Plays the phone network: answers SIP calls as citizens would.

          --listen ADDRESS:PORT      SIP over UDP and TCP (127.0.0.1:5070)
          --gateway ADDRESS          takes calls from this address only; may be repeated (127.0.0.1)
          --rtp-ports FIRST-LAST     audio (40000-49999)
          --scenario FILE            JSON, see docs/simulator.md; options below go over it
          --share NAME=WEIGHT,...    how behaviours are dealt out, e.g. answer=60,busy=10,ring-out=30
          --seed N                   the same seed meets the same people (1)
          --numbers FILE             CSV: number,behaviour,name=value,...
          --time-scale X             multiplies every time before the answer (1)
          --channels N               503 beyond N calls at once (0: no limit)
          --calls-per-second N       503 with Retry-After beyond N new calls a second (0: no limit)
          --burst N                  calls that may come at once under --calls-per-second
          --no-engaged               someone on the phone can be called a second time
          --log FILE                 one JSON line a call; - for standard output
          --record DIRECTORY         WAV files of what citizens heard
          --record-share X           share of the answered calls that is recorded (1)
          --record-number NUMBER     records this number's calls; may be repeated
          --record-seconds N         longest recording (300)
          --duration SECONDS         stops by itself
          --progress                 a line of statistics each second on standard error
          --sip-log-level N          PJSIP's own log on standard error, 0 to 5 (1)
          --check                    reads options and files, sees whether it could write, then exits
          --version                  the version
        """ + "\n" + SMSCOptions.usage
}

// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Foundation
import GatewayCore
import Platform
import Voice

/// `burgernetsim` from its command line to its exit code.
package enum SimulatorProgram {
    // Of sysexits.h.
    private static let usageError: Int32 = 64
    private static let softwareError: Int32 = 70

    /// Blocks until a signal or the end of `--duration`.
    ///
    /// - Parameter arguments: without the program's name.
    /// - Returns: the exit code.
    package static func run(_ arguments: [String]) -> Int32 {
        do {
            let options = try SimulatorOptions.parse(arguments)
            if options.help {
                print(SimulatorOptions.usage)
                return 0
            }
            if options.version {
                print("burgernetsim \(softwareVersion)")
                return 0
            }
            let scenario = try readScenario(options)
            let smscSettings = try readSMSCSettings(options)
            if options.check {
                try checkFiles(options)
                print("burgernetsim: the options and files are good")
                return 0
            }
            raiseFileLimit()
            return try simulate(options, scenario, smscSettings)
        } catch let error as ScenarioError {
            printError(error.description)
            return usageError
        } catch {
            printError("\(error)")
            return softwareError
        }
    }

    private static func simulate(
        _ options: SimulatorOptions, _ scenario: Scenario, _ smscSettings: SMSCSettings
    ) throws -> Int32 {
        let stopped = DispatchSemaphore(value: 0)
        let signals = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // The second one ends the process at once.
                signal(number, SIG_DFL)
                stopped.signal()
            }
            source.activate()
            return source
        }
        signal(SIGPIPE, SIG_IGN)
        let smsc = try startSMSC(options, smscSettings, seed: scenario.seed)
        let network = options.smsc.hasVoice ? try PhoneNetwork(options: options, scenario: scenario) : nil
        if let network {
            let port = try network.start()
            let address = Self.address(options.listen, port: port)
            tell("burgernetsim: listens on \(address), UDP and TCP; seed \(scenario.seed)", options)
        }
        if let duration = options.duration {
            // A semaphore's own time-out goes by the civil clock on Linux.
            DispatchQueue.global().asyncAfter(deadline: .now() + .microseconds(Int(duration.microseconds))) {
                stopped.signal()
            }
        }
        stopped.wait()
        if let network {
            let summary = network.stop()
            if options.progress, isatty(STDERR_FILENO) == 1 { FileHandle.standardError.write(Data("\n".utf8)) }
            tell(summary, options)
        }
        if let smsc { tell(smsc.stop(), options) }
        for source in signals { source.cancel() }
        return 0
    }

    /// nil: none is asked for.
    private static func startSMSC(
        _ options: SimulatorOptions, _ settings: SMSCSettings, seed: UInt64
    ) throws -> SMSCServer? {
        guard let listen = options.smsc.listen else { return nil }
        let progress: ((String) -> Void)? = options.progress ? { tell($0, options) } : nil
        let server = try SMSCServer(options: options.smsc, settings: settings, seed: seed, progress: progress)
        let address = Self.address(listen, port: try server.start())
        tell("burgernetsim: SMSC listens on \(address); seed \(seed)", options)
        return server
    }

    private static func address(_ listen: ListenAddress, port: UInt16) -> String {
        (listen.isIPv6 ? "[\(listen.host)]" : listen.host) + ":\(port)"
    }

    private static func readSMSCSettings(_ options: SimulatorOptions) throws -> SMSCSettings {
        guard let path = options.smsc.scenarioFile else { return try options.smsc.applied(to: nil) }
        return try named(path) { try options.smsc.applied(to: try contents(path)) }
    }

    /// On standard output, unless the log goes there.
    private static func tell(_ text: String, _ options: SimulatorOptions) {
        let isTaken = options.logFile == "-" || options.smsc.logFile == "-"
        let handle = isTaken ? FileHandle.standardError : FileHandle.standardOutput
        handle.write(Data((text + "\n").utf8))
    }

    private static func readScenario(_ options: SimulatorOptions) throws -> Scenario {
        var scenario = Scenario()
        if let path = options.scenarioFile {
            scenario = try named(path) { try ScenarioFile.parse(try contents(path)) }
        }
        var numbers: [String: PinnedNumber] = [:]
        if let path = options.numbersFile {
            numbers = try named(path) { try NumbersFile.parse(String(decoding: try contents(path), as: UTF8.self)) }
        }
        return try options.applied(to: scenario, numbers: numbers)
    }

    /// Files that a run would use can be used; nothing is made. Throws ``ScenarioError``.
    static func checkFiles(_ options: SimulatorOptions) throws {
        for path in [options.logFile, options.smsc.logFile].compactMap({ $0 }) where path != "-" {
            // What is not there yet is made in its directory.
            try checkWritable(access(path, F_OK) == 0 ? path : parent(of: path), for: path)
        }
        if let directory = options.recordDirectory {
            // It is made with all above it.
            var place = directory
            while access(place, F_OK) != 0, place != "/", place != "." { place = parent(of: place) }
            try checkWritable(place, for: directory)
        }
        _ = try SMSCServer.makeTLS(options.smsc)
    }

    private static func checkWritable(_ place: String, for path: String) throws {
        guard access(place, W_OK) == 0 else { throw ScenarioError("cannot write \(path): \(systemError(errno))") }
    }

    private static func parent(of path: String) -> String {
        let parent = (path as NSString).deletingLastPathComponent
        return parent.isEmpty ? "." : parent
    }

    private static func contents(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ScenarioError("cannot be read: \(error.localizedDescription)")
        }
    }

    /// Puts the file's name before each line of a complaint.
    private static func named<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as ScenarioError {
            let lines = error.description.split(separator: "\n").map { "\(path): \($0)" }
            throw ScenarioError(lines.joined(separator: "\n"))
        }
    }

    /// Each call takes two sockets; the usual soft limit of 1,024 files is 500 calls.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

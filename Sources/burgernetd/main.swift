// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Dispatch
import Foundation
import Gateway
import GatewayCore

/// burgernetd [--config FILE] [--directory DIR] [--check] [--version] [--help]
let usage = """
    usage: burgernetd [options]

      --config FILE     configuration, default \(ConfigurationLoader.standardPath); drop-ins in FILE.d/*.conf
      --directory DIR   keeps state in DIR/state and run-time files in DIR/run
      --check           checks the configuration, the limits of this process and the state directory, says
                        everything that is wrong with them, and ends
      --init            begins a new journal where one is gone, and ends
      --accept-loss     goes on without a part of the journal that is lost, marks who may be called
                        twice, and ends
      --version         says the version
      --help            says this

    Signals: TERM and INT let running messages finish, a second one ends at once; HUP loads the
    configuration again.
    """

/// sysexits.h: systemd does not restart after these (RestartPreventExitStatus=), it would not help.
let exitUsage: Int32 = 64
let exitConfiguration: Int32 = 78

func fail(_ text: String, status: Int32) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(status)
}

var path = ConfigurationLoader.standardPath
var directory: String?
var mustCheck = false
var mustBegin = false
var mustAcceptLoss = false
var given: Set<String> = []
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    switch argument {
    case "--config", "--directory":
        guard let value = arguments.popFirst() else { fail("burgernetd: \(argument) needs a value", status: exitUsage) }
        guard given.insert(argument).inserted else {
            fail("burgernetd: \(argument) is given twice; it takes one value", status: exitUsage)
        }
        if argument == "--config" { path = value } else { directory = value }
    case "--check": mustCheck = true
    case "--init": mustBegin = true
    case "--accept-loss": mustAcceptLoss = true
    case "--version":
        print("burgernetd \(softwareVersion)")
        exit(0)
    case "--help", "-h":
        print(usage)
        exit(0)
    default: fail("burgernetd: unknown argument \(argument)\n\n\(usage)", status: exitUsage)
    }
}

StartChecks.raiseLimits()
let environment = ProcessInfo.processInfo.environment
if mustCheck {
    let loader = ConfigurationLoader(
        path: path, directory: directory, environment: environment, missingCredentials: .warn)
    switch loader.load() {
    case .success(let loaded):
        let obstacles = StartChecks.obstacles(loaded.configuration)
        guard obstacles.isEmpty else { fail(obstacles.joined(separator: "\n"), status: exitConfiguration) }
        for warning in loaded.warnings { print("warning: \(warning)") }
        let odd = StartChecks.shortfalls(loaded.configuration) + StartChecks.oddities(loaded.configuration)
        for warning in odd { print("warning: \(warning)") }
        print("the configuration is good: \(loaded.files.joined(separator: ", "))")
        exit(0)
    case .failure(let error):
        for warning in error.warnings { print("warning: \(warning)") }
        fail(error.description, status: exitConfiguration)
    }
}

/// With a message, or ``RefusedStart``.
func decide(
    _ loader: ConfigurationLoader, _ decision: (GatewayConfiguration) throws -> String
) throws -> Never {
    print(try decision(try loader.load().get().configuration))
    exit(0)
}

do {
    let deciding = ConfigurationLoader(
        path: path, directory: directory, environment: environment, missingCredentials: .warn)
    if mustBegin { try decide(deciding, JournalPlace.begin) }
    if mustAcceptLoss { try decide(deciding, JournalPlace.acceptLoss) }
    let daemon = try Daemon.start(
        loader: ConfigurationLoader(path: path, directory: directory, environment: environment))
    // Nothing runs on the main queue; `dispatchMain()` would end this thread by a trick that valgrind does not survive.
    withExtendedLifetime(daemon) { DispatchSemaphore(value: 0).wait() }
} catch let error as ConfigurationError {
    fail(error.description, status: exitConfiguration)
} catch let error as RefusedStart {
    fail("burgernetd: \(error)", status: exitConfiguration)
} catch {
    fail("burgernetd: \(error)", status: 1)
}

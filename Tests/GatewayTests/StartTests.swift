// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Foundation
import GatewayCore
import Platform
import TestSupport
import Testing

@testable import Gateway

@Suite("The start of a daemon") struct StartTests {
    private func loader(_ directory: TemporaryDirectory, _ more: String = "") throws -> ConfigurationLoader {
        let text = """
            [Trunk t]
            Host=127.0.0.1
            CallsPerSecond=1
            Channels=1
            CallerNumber=+31182588444
            [Gateway]
            \(more)
            """
        return ConfigurationLoader(
            path: try directory.write("burgernetd.conf", text), directory: directory.path, environment: [:])
    }

    @Test("One that finds the control socket taken has opened nothing, and bound nothing")
    func taken() throws {
        let directory = try TemporaryDirectory()
        let loader = try loader(directory)
        let general = try loader.load().get().configuration.general
        try FileManager.default.createDirectory(
            atPath: general.runtimeDirectory, withIntermediateDirectories: true)
        let place = try ControlSocketPlace(path: general.controlSocket, group: nil)
        _ = withExtendedLifetime(place) {
            #expect(throws: ControlSocketError.alreadyServed(path: general.controlSocket)) {
                _ = try Daemon.start(loader: loader)
            }
        }
        // The journal comes before the SIP port and the binds.
        #expect(!FileManager.default.fileExists(atPath: general.stateDirectory + "/journal.sqlite"))
    }

    @Test("A check finds a group that is not there, as a start would")
    func unknownGroup() throws {
        let directory = try TemporaryDirectory()
        #expect(StartChecks.obstacles(try loader(directory).load().get().configuration).isEmpty)
        let configuration = try loader(directory, "ControlGroup=no-such-group").load().get().configuration
        #expect(
            StartChecks.obstacles(configuration) == ["[Gateway] ControlGroup: there is no group \"no-such-group\""])
    }
}

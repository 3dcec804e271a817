// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Foundation
import GatewayCore
import Platform
import Store
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

    @Test("A check looks at the state directory as a start would, and touches nothing")
    func stateDirectory() throws {
        let directory = try TemporaryDirectory()
        let configuration = try loader(directory).load().get().configuration
        let state = configuration.general.stateDirectory
        #expect(StartChecks.obstacles(configuration).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: state))
        _ = try JournalPlace.begin(configuration)
        #expect(StartChecks.obstacles(configuration).isEmpty)
        let journal = state + "/journal.sqlite"
        let bytes = try #require(FileManager.default.contents(atPath: journal))
        let damaged = Data(repeating: 7, count: 100) + bytes.dropFirst(100)
        try damaged.write(to: URL(fileURLWithPath: journal))
        #expect(StartChecks.obstacles(configuration).first?.contains("the journal is damaged") == true)
        #expect(FileManager.default.contents(atPath: journal) == damaged)
        try FileManager.default.removeItem(atPath: journal)
        #expect(StartChecks.obstacles(configuration).first?.contains("burgernetd --init") == true)
        try bytes.write(to: URL(fileURLWithPath: journal))
        try FileManager.default.removeItem(atPath: state + "/journal.seal")
        #expect(StartChecks.obstacles(configuration).first?.contains("burgernetd --accept-loss") == true)
        // A daemon that runs knows more than can be seen from outside.
        _ = try JournalPlace.acceptLoss(configuration)
        let store = try Store(path: journal, queue: nil)
        try FileManager.default.removeItem(atPath: state + "/journal.seal")
        #expect(StartChecks.obstacles(configuration).isEmpty)
        withExtendedLifetime(store) {}
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

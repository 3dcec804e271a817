// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Testing

@testable import Gateway

@Suite struct ControlVerbTests {
    @Test("Every verb is answered", arguments: Verbs.all.map { $0.name }) func answered(name: String) throws {
        let verb = try #require(Verbs.named(name))
        #expect(verb is any AnsweredVerb.Type || verb is any SubmissionOpener.Type || verb is any ImportVerb.Type)
    }
}

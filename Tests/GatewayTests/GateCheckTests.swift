// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Configuration
import ControlProtocol
import GatewayCore
import Testing

@testable import Gateway

/// What the gate asks of a submission.
@Suite("The gate") struct GateCheckTests {
    private let officer: OfficerName

    init() throws { officer = try OfficerName("J. Jansen") }

    private func gate() -> GatewayConfiguration.Gate {
        var gate = GatewayConfiguration.Gate()
        (gate.confirmAbove, gate.approveAbove) = (100, 1000)
        gate.approveClasses = [.lifeThreat]
        gate.approveWithin = .minutes(7)
        return gate
    }

    private func check(
        _ gate: GatewayConfiguration.Gate, _ recipients: Int, _ priority: ActionPriority = .normal
    ) -> GateCheck {
        GateCheck(gate, ActionDefinition(priority: priority, prompt: [.text("x")]), recipients)
    }

    private func refusal(_ check: GateCheck, confirm: Int?, officer: OfficerName?) -> ProtocolError? {
        do throws(ProtocolError) {
            try check.pass(confirm: confirm, officer: officer)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Above a size the exact number has to be confirmed, and a wrong one is refused at any size",
        arguments: [
            (100, nil, false), (101, nil, true), (101, 101, false), (101, 100, true), (5, 6, true), (5, 5, false),
        ] as [(Int, Int?, Bool)])
    func confirmation(recipients: Int, confirm: Int?, isRefused: Bool) {
        let error = refusal(check(gate(), recipients), confirm: confirm, officer: nil)
        #expect(error?.code == (isRefused ? .notConfirmed : nil))
        #expect(error?.count == (isRefused ? recipients : nil))
    }

    @Test(
        "A second officer is asked for by size or by priority; who submits must be named then",
        arguments: [(1000, .normal, false), (1001, .normal, true), (1, .lifeThreat, true), (1, .urgent, false)]
            as [(Int, ActionPriority, Bool)])
    func approval(recipients: Int, priority: ActionPriority, isAsked: Bool) {
        let check = check(gate(), recipients, priority)
        #expect(check.approval == (isAsked ? .minutes(7) : nil))
        #expect(refusal(check, confirm: recipients, officer: nil)?.code == (isAsked ? .officerRequired : nil))
        #expect(refusal(check, confirm: recipients, officer: officer) == nil)
    }

    @Test("Without a configuration nothing is asked")
    func nothing() {
        let check = check(GatewayConfiguration.Gate(), 1_000_000, .lifeThreat)
        #expect(check.approval == nil && check.remarks.isEmpty)
        #expect(refusal(check, confirm: nil, officer: nil) == nil)
    }

    @Test("A dry run says what will be asked")
    func remarks() {
        #expect(check(gate(), 5).remarks.isEmpty)
        #expect(
            check(gate(), 1001).remarks == [
                "1001 recipients have to be confirmed: \"confirm\"",
                "a second officer has to approve it before anybody is alerted",
            ])
    }

    @Test("Some verbs always need a name, others when the configuration says so")
    func names() {
        var gate = GatewayConfiguration.Gate()
        gate.requireOfficer = [.pause]
        #expect(OfficerVerb.allCases.filter(gate.needsName) == [.pause, .approve, .stop, .correct, .close])
    }
}

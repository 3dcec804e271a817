// SPDX-License-Identifier: GPL-3.0-or-later

/// The verbs of the protocol.
package enum Verbs {
    /// In the order of the command line's overview. Whoever adds one declares it in this folder, names it here,
    /// answers it in Gateway/Control and gives it a command in burgernetctl.
    package static let all: [any Verb.Type] = [
        Submit.self, Plan.self, List.self, Show.self, Watch.self, Pause.self, Resume.self, Cancel.self, Retry.self,
        Approve.self, Stop.self, Correct.self, Close.self,
        Trunks.self, TrunkUp.self, TrunkDown.self, TrunkForget.self, SMSCs.self, SMSCUp.self, SMSCDown.self,
        Status.self, Reload.self, ShowConfiguration.self, CompareConfiguration.self,
        ExportCDRs.self, Statement.self, Report.self, Evaluate.self, RenderPrompt.self, Explain.self, Budgets.self,
        VerifyLedger.self, Credit.self, Rerate.self, ImportParticipants.self, ExportParticipants.self,
        ShowParticipant.self, SetParticipant.self, PauseParticipant.self, ForgetParticipant.self, Why.self,
        Hygiene.self,
    ]

    package static func named(_ name: String) -> (any Verb.Type)? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

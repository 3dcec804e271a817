// SPDX-License-Identifier: GPL-3.0-or-later

/// All commands, in the order of the overview.
func allCommands() -> [Command] {
    [
        SubmitCommand.command, PlanCommand.command, ListCommand.command, ShowCommand.command, WatchCommand.command,
        OperateCommands.pause, OperateCommands.resume, OperateCommands.cancel, OperateCommands.retry,
        TrunkCommands.list, TrunkCommands.up, TrunkCommands.down, SMSCCommands.list, SMSCCommands.up,
        SMSCCommands.down, StatusCommand.command, CDRCommand.export, StatementCommands.statement,
        StatementCommands.report, ReconcileCommand.command, PromptCommands.render, PromptCommands.play,
        SMSPreviewCommand.command, TariffCommands.check,
        QuoteCommand.command, BillingCommands.explain, BillingCommands.budget,
        LedgerCommands.verify, LedgerCommands.credit, RerateCommand.command, LedgerCommands.forget,
    ]
}
